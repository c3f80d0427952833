//! The conformance suite: every promise of [`EventLog`](crate::EventLog), checked of any engine that is handed in.
//!
//! An engine passes by `conformance::suite(|| MyEngine::new()).await` in a test; a broken promise panics and says which.

mod follow;
mod once;
mod reading;
mod sample;
mod writing;

use std::panic::Location;

use crate::{Log, ReadError, Recorded};

/// An engine under test.
pub trait Engine: Send {
    /// Opens a new, empty log.
    fn open(&mut self) -> impl Future<Output = Log> + Send;

    /// Closes that log in an orderly way and opens it again; `None` if what this engine holds does not outlive it.
    /// No handle on the log is in use meanwhile.
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
    writing::what_is_not_well_formed_is_refused_without_effect(&mut make()).await;
    once::a_retry_gets_the_first_answer(&mut make()).await;
    once::another_commit_with_the_same_id_is_refused(&mut make()).await;
    once::a_commit_sent_many_times_at_once_stands_once(&mut make()).await;
    once::commits_are_found_for_ever(&mut make()).await;
    reading::a_stream_is_read_from_both_ends(&mut make()).await;
    reading::the_whole_log_is_read_page_by_page(&mut make()).await;
    reading::what_was_acknowledged_is_there_after_reopening(&mut make()).await;
    follow::from_stored_to_live(&mut make()).await;
    follow::progress_is_reported_when_nothing_matches(&mut make()).await;
    follow::nothing_is_lost_while_writers_write(&mut make()).await;
    follow::a_slow_follower_stops_nobody_and_misses_nothing(&mut make()).await;
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
