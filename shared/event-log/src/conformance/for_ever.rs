//! Promise 5, "for ever": a commit is known again however long ago it was written, and whatever ids callers make.

use types::Revision;

use super::{
    Engine, read,
    sample::{APPLE, PEAR, any_id, commit, commit_id, named, stream, write_many},
};
use crate::{AppendError, Commit, Expected, Log};

/// So many commits come between the first and its retry: more than any engine keeps at hand.
const COMMITS: u64 = 20_000;
/// Every so manieth of them is sent again.
const SENT_AGAIN: usize = 97;
const STREAMS: u64 = 50;

pub(super) async fn commits_of_every_size_are_found<E: Engine>(engine: &mut E) {
    let mut log = engine.open().await;
    let (a, b) = (stream(APPLE, 1), stream(PEAR, 1));
    for id in 0..200 {
        let size = 1 + id as usize % 5;
        log.append(commit(id, if id % 2 == 0 { &a } else { &b }, Expected::Any, size)).await.expect("it is taken");
    }
    log.append(commit(200, &a, Expected::Any, 700)).await.expect("it is taken");
    for round in 0..2 {
        for id in (0..=200).rev() {
            let (here, there) = if id % 2 == 0 { (&a, &b) } else { (&b, &a) };
            let size = if id == 200 { 700 } else { 1 + id as usize % 5 };
            let found = read(log.find_commit(here, commit_id(id)).await).expect("it is there").events;
            assert_eq!(found.len(), size, "whole");
            assert!(found.iter().all(|event| event.commit == commit_id(id) && event.stream == *here));
            assert!(found.is_sorted_by(|one, next| one.revision.plus(1) == next.revision), "in order");
            assert!(read(log.find_commit(there, commit_id(id)).await).is_none(), "it is another stream's");
        }
        assert!(read(log.find_commit(&a, commit_id(1_000)).await).is_none(), "it was never sent");
        if round == 0 {
            drop(log);
            match engine.reopen().await {
                Some(reopened) => log = reopened,
                None => return,
            }
        }
    }
}

fn nth(number: u64) -> Commit {
    named(any_id(number), number, &stream(PEAR, (number % STREAMS).into()), Expected::Any, 1)
}

pub(super) async fn a_commit_from_long_ago_is_answered_as_the_first_time<E: Engine>(engine: &mut E) {
    let mut log = engine.open().await;
    let answers = write_many(&log, (0..COMMITS).map(nth)).await;
    for round in 0..2 {
        let head = read(log.head().await);
        for (number, first) in (0..COMMITS).zip(&answers).step_by(SENT_AGAIN) {
            let again = log.append(Commit { expected: Expected::NoStream, ..nth(number) }).await;
            assert_eq!(again.expect("it is a retry"), *first, "commit {number}, as the first time");
            let mut other = nth(number);
            other.events[0].data = "{}".into();
            let refused = log.append(other).await.expect_err("its id was used");
            assert!(matches!(refused, AppendError::CommitIdReused(_)), "commit {number}: {refused}");
        }
        assert_eq!(read(log.head().await), head, "neither retries nor refusals write anything");
        new_ids_among_old_ones_are_free(&log, COMMITS + round * 300).await;
        if round == 0 {
            drop(log);
            match engine.reopen().await {
                Some(reopened) => log = reopened,
                None => return,
            }
        }
    }
}

/// Ids that lie between, before and behind those which are used up.
async fn new_ids_among_old_ones_are_free(log: &Log, from: u64) {
    let fresh = stream(APPLE, from.into());
    let commits = (from..from + 300).map(|number| named(any_id(number), number, &fresh, Expected::Any, 1));
    for (appended, revision) in write_many(log, commits).await.into_iter().zip(0..) {
        assert_eq!(appended.first_revision, Revision::new(revision), "a new commit is written");
    }
}
