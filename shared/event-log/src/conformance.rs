//! The conformance suite: every promise of [`EventLog`](crate::EventLog), checked of any engine that is handed in.
//!
//! An engine passes by `conformance::suite(|| MyEngine::new()).await` in a test; a broken promise panics and says which.
//! It sees an engine only through the trait, so it holds for one in another process too.
//!
//! | promise | checked by |
//! |---|---|
//! | 1, answered only when durable | `reading::what_was_acknowledged_is_there_after_reopening`, `closing`; the engine's own tests with a disk that waits |
//! | 1, nobody sees what is not durable | `order::an_answer_comes_when_everybody_can_read_it`; the engine's own tests with a disk that waits |
//! | 2, all or nothing | `whole` |
//! | 3, gapless, the current revision | `writing` |
//! | 3, expecting a commit | `expecting` |
//! | 4, one order, never visible out of order | `order` |
//! | 5, the same commit again | `once`, `for_ever` |
//! | 5, another commit with the same id | `once::another_commit_with_the_same_id_is_refused` |
//! | 6, every event once, no seam, progress | `follow` |
//! | 6, a slow follower | `follow::a_slow_follower_stops_nobody_and_misses_nothing`, `crowd` |
//! | 7, damage | the engine's own tests |
//! | 8, refusals free of effect | `refused`, `writing::a_commit_that_expects_otherwise_writes_nothing`, `closing` |

mod closing;
mod crowd;
mod expecting;
mod follow;
mod for_ever;
mod once;
mod order;
mod reading;
mod refused;
mod sample;
mod whole;
mod writing;

use std::panic::Location;

use crate::{Log, ReadError, Recorded};

/// An engine under test.
pub trait Engine: Send {
    /// Opens a new, empty log.
    fn open(&mut self) -> impl Future<Output = Log> + Send;

    /// Closes that log in an orderly way and opens it again; `None` if what this engine holds does not outlive it.
    /// Handles may still be in use: what they ask is done before it closes or refused, and followers end.
    fn reopen(&mut self) -> impl Future<Output = Option<Log>> + Send;
}

/// Checks every promise, each of a new engine that `make` gives. Needs a tokio runtime with several threads.
///
/// # Panics
/// If a promise is broken.
pub async fn suite<E: Engine>(make: impl Fn() -> E) {
    writing::commits_stand_whole_and_gapless(&mut make()).await;
    writing::a_commit_that_expects_otherwise_writes_nothing(&mut make()).await;
    writing::many_writers_leave_no_gap(&mut make()).await;
    writing::commits_under_way_keep_their_order(&mut make()).await;
    writing::the_largest_commit_is_taken(&mut make()).await;
    expecting::a_commit_that_rests_on_another_is_written_behind_that_one_alone(&mut make()).await;
    expecting::what_rests_on_a_refused_commit_is_refused(&mut make()).await;
    whole::a_large_commit_is_never_half_visible(&mut make()).await;
    refused::what_is_not_well_formed_is_refused_without_effect(&mut make()).await;
    refused::what_is_just_within_the_limits_is_taken(&mut make()).await;
    refused::a_name_that_is_no_streams_is_refused();
    once::a_retry_gets_the_first_answer(&mut make()).await;
    once::another_commit_with_the_same_id_is_refused(&mut make()).await;
    once::a_commit_sent_many_times_at_once_stands_once(&mut make()).await;
    once::of_two_commits_with_one_id_at_once_one_stands(&mut make()).await;
    for_ever::commits_of_every_size_are_found(&mut make()).await;
    for_ever::a_commit_from_long_ago_is_answered_as_the_first_time(&mut make()).await;
    order::everybody_sees_one_order(&mut make()).await;
    order::an_answer_comes_when_everybody_can_read_it(&mut make()).await;
    reading::a_stream_is_read_from_both_ends(&mut make()).await;
    reading::the_whole_log_is_read_page_by_page(&mut make()).await;
    reading::large_events_come_in_short_pages(&mut make()).await;
    reading::what_was_acknowledged_is_there_after_reopening(&mut make()).await;
    follow::from_stored_to_live(&mut make()).await;
    follow::from_beyond_the_head(&mut make()).await;
    follow::every_filter_lets_through_what_it_says(&mut make()).await;
    follow::progress_is_reported_when_nothing_matches(&mut make()).await;
    follow::nothing_is_lost_while_writers_write(&mut make()).await;
    follow::a_slow_follower_stops_nobody_and_misses_nothing(&mut make()).await;
    crowd::a_thousand_followers_of_whom_some_never_read(&mut make()).await;
    closing::what_is_sent_while_the_log_closes_stands_once(&mut make()).await;
}

/// Everything after the start that the log holds, read in pages.
async fn everything(log: &Log) -> Vec<std::sync::Arc<Recorded>> {
    let (mut all, mut after) = (Vec::new(), types::Position::START);
    loop {
        let page = read(log.read_all(after, &crate::Filter::all(), 700).await);
        assert!(page.at_head || page.read_to > after, "a page makes progress");
        all.extend(page.events);
        after = page.read_to;
        if page.at_head {
            return all;
        }
    }
}

#[track_caller]
fn read<T>(outcome: Result<T, ReadError>) -> T {
    let at = Location::caller();
    outcome.unwrap_or_else(|error| unreachable!("{at}: reading must work: {error}"))
}
