//! Promise 2: a commit is there whole or not at all, also while it is being written.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use futures_util::StreamExt as _;
use types::{Position, Revision};

use super::{
    Engine, read,
    sample::{APPLE, PEAR, commit, commit_id, stream},
};
use crate::{COMMIT_EVENTS_MAX, Direction, Expected, Filter, Followed, Log};

const COMMITS: u64 = 12;
const WRITERS: u64 = 2;
/// The one commit that is looked for while it is written and before.
const WATCHED: u64 = 1_005;

/// Every commit here has as many events as a commit may have, so every position that anybody is told ends a commit.
pub(super) async fn a_large_commit_is_never_half_visible<E: Engine>(engine: &mut E) {
    let log = engine.open().await;
    let written = Arc::new(AtomicU64::new(0));
    let writer = |number: u64| {
        let (log, written) = (log.clone(), Arc::clone(&written));
        async move {
            let stream = stream(if number == 1 { APPLE } else { PEAR }, 1);
            let mut ends = Vec::new();
            for id in 0..COMMITS {
                let commit = commit(number * 1_000 + id, &stream, Expected::Any, COMMIT_EVENTS_MAX);
                ends.push(log.append(commit).await.expect("it is taken").position);
                written.fetch_add(1, Ordering::SeqCst);
            }
            ends
        }
    };
    let writers: Vec<_> = (1..=WRITERS).map(|number| tokio::spawn(writer(number))).collect();
    let follower = tokio::spawn(told_to_a_follower(log.clone()));
    let reader = tokio::spawn(told_to_a_reader(log.clone(), Arc::clone(&written)));
    let mut ends = vec![Position::START];
    for writer in writers {
        ends.extend(writer.await.expect("a writer ends well"));
    }
    for told in follower.await.expect("a follower ends well").into_iter().chain(reader.await.expect("so does a reader"))
    {
        assert!(ends.contains(&told), "position {told} lies in the middle of a commit");
    }
}

/// The positions at which a follower is told that it has everything.
async fn told_to_a_follower(log: Log) -> Vec<Position> {
    let (mut follower, mut heard, mut told) = (log.follow(Position::START, Filter::all()), 0, Vec::new());
    let total = WRITERS as usize * COMMITS as usize * COMMIT_EVENTS_MAX;
    while heard < total {
        match read(follower.next().await.expect("a follower does not end")) {
            Followed::Event(_) => heard += 1,
            Followed::CaughtUp(position) => told.push(position),
            Followed::Checkpoint(_) | Followed::Behind(_) => {}
        }
    }
    told
}

/// The positions that readers take for the head, until everything is written. Looks at streams and commits meanwhile.
async fn told_to_a_reader(log: Log, written: Arc<AtomicU64>) -> Vec<Position> {
    let (apple, mut told) = (stream(APPLE, 1), Vec::new());
    while written.load(Ordering::SeqCst) < WRITERS * COMMITS {
        let head = read(log.head().await);
        told.push(head);
        let page = read(log.read_all(head, &Filter::all(), 100).await);
        told.extend(page.at_head.then_some(page.read_to));
        let newest = read(log.read_stream(&apple, Direction::Backward, None, 1).await);
        let length = newest.first().map_or(0, |event| event.revision.get() + 1);
        assert!(length.is_multiple_of(COMMIT_EVENTS_MAX as u64), "{length} events of a stream are visible");
        let more = read(log.read_stream(&apple, Direction::Forward, Some(Revision::new(length)), 2_000).await);
        assert!(more.len().is_multiple_of(COMMIT_EVENTS_MAX), "{} more events of a stream are visible", more.len());
        let found = read(log.find_commit(&apple, commit_id(WATCHED)).await);
        assert!(found.is_none_or(|found| found.events.len() == COMMIT_EVENTS_MAX), "a commit is found half");
        tokio::task::yield_now().await;
    }
    told
}
