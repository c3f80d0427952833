//! Promise 3: streams without gaps, and commits that expect something of theirs.

use std::sync::Arc;

use futures_util::{FutureExt as _, StreamExt as _};
use types::{CommitId, Revision};
use uuid::Uuid;

use super::{
    Engine, everything, read,
    sample::{APPLE, PEAR, caught_up, commit, stream},
};
use crate::{AppendError, COMMIT_BYTES_MAX, COMMIT_EVENTS_MAX, Commit, Direction, Expected, Filter, Log, Recorded};

#[track_caller]
fn same(stored: &[Arc<Recorded>], written: &Commit) {
    assert_eq!(stored.len(), written.events.len(), "a commit is stored whole");
    for (stored, event) in stored.iter().zip(&written.events) {
        assert_eq!((&*stored.kind, &stored.data, stored.id), (&*event.kind, &event.data, event.id));
        assert_eq!((&stored.stream, stored.commit, &*stored.meta), (&written.stream, written.id, &written.meta));
    }
}

pub(super) async fn commits_stand_whole_and_gapless<E: Engine>(engine: &mut E) {
    let log = engine.open().await;
    let (a, b) = (stream(APPLE, 1), stream(PEAR, 1));
    let mut head = read(log.head().await);
    let mut heads = [0, 0];
    for id in 0..40 {
        let (at, size) = ((id % 3 == 0) as usize, 1 + (id as usize * 7) % 300);
        let written = commit(id, [&a, &b][at], Expected::Any, size);
        let appended = log.append(written.clone()).await.expect("a good commit is taken");
        assert_eq!(appended.first_revision, Revision::new(heads[at]), "no gap between commits");
        assert_eq!(appended.last_revision, appended.first_revision.plus(size as u64 - 1), "no gap in a commit");
        assert!(appended.position > head, "positions grow");
        assert_eq!(read(log.head().await), appended.position, "what was acknowledged is visible at once");
        let newest = read(log.read_stream(&written.stream, Direction::Backward, None, size).await);
        same(&newest.into_iter().rev().collect::<Vec<_>>(), &written);
        (head, heads[at]) = (appended.position, heads[at] + size as u64);
    }
    let all = everything(&log).await;
    assert!(all.is_sorted_by(|one, next| one.position < next.position), "one order");
    assert_eq!(all.len() as u64, heads[0] + heads[1]);
}

pub(super) async fn a_commit_that_expects_otherwise_writes_nothing<E: Engine>(engine: &mut E) {
    let log = engine.open().await;
    let a = stream(APPLE, 1);
    let check = async |id, expected, current: Option<u64>, log: &Log| {
        let head = read(log.head().await);
        let error = log.append(commit(id, &a, expected, 2)).await.expect_err("it expects otherwise");
        assert!(!error.may_retry());
        match error {
            AppendError::WrongRevision { stream, current: said } => {
                assert_eq!((stream, said), (a.clone(), current.map(Revision::new)));
            }
            other => unreachable!("expected a wrong revision, got: {other}"),
        }
        assert_eq!(read(log.head().await), head, "a refusal has no effect");
    };
    check(1, Expected::Exists, None, &log).await;
    check(2, Expected::Exact(Revision::FIRST), None, &log).await;
    check(2, Expected::Exact(Revision::new(u64::MAX)), None, &log).await;
    assert!(read(log.read_stream(&a, Direction::Forward, None, 10).await).is_empty(), "a refusal makes no stream");
    log.append(commit(3, &a, Expected::NoStream, 2)).await.expect("the stream is new");
    check(4, Expected::NoStream, Some(1), &log).await;
    check(5, Expected::Exact(Revision::FIRST), Some(1), &log).await;
    check(6, Expected::Exact(Revision::new(2)), Some(1), &log).await;
    check(6, Expected::Exact(Revision::new(u64::MAX)), Some(1), &log).await;
    for (id, expected) in [(7, Expected::Exact(Revision::new(1))), (8, Expected::Exists), (9, Expected::Any)] {
        log.append(commit(id, &a, expected, 1)).await.expect("the stream is as expected");
    }
    // An id that was refused is still free.
    log.append(commit(1, &a, Expected::Exists, 1)).await.expect("now it exists");
    let mut follower = log.follow(read(log.head().await), Filter::all());
    caught_up(&mut follower).await;
    check(10, Expected::NoStream, Some(5), &log).await;
    assert!(follower.next().now_or_never().is_none(), "a follower hears nothing of a refusal");
    refusals_do_not_count_in_a_group(&log).await;
}

/// Several commits at once, of which some are refused: the others stand as if those had never been sent.
async fn refusals_do_not_count_in_a_group(log: &Log) {
    let b = stream(PEAR, 1);
    let mut under_way = Vec::new();
    for (id, expected) in [
        (20, Expected::NoStream),
        (21, Expected::NoStream),
        (22, Expected::Exact(Revision::new(2))),
        (23, Expected::Exact(Revision::FIRST)),
        (24, Expected::Exact(Revision::new(2))),
    ] {
        let size = if id == 22 { 1_000 } else { 1 + usize::from(id == 23) };
        under_way.push(log.submit(commit(id, &b, expected, size)).await.expect("the queue takes it"));
    }
    let mut answers = Vec::new();
    for pending in under_way {
        answers.push(match pending.await {
            Ok(appended) => Ok((appended.first_revision.get(), appended.last_revision.get())),
            Err(AppendError::WrongRevision { current, .. }) => Err(current.map(Revision::get)),
            Err(other) => unreachable!("neither taken nor refused for its revision: {other}"),
        });
    }
    assert_eq!(answers, [Ok((0, 0)), Err(Some(0)), Err(Some(0)), Ok((1, 2)), Ok((3, 3))]);
    assert_eq!(read(log.read_stream(&b, Direction::Forward, None, 10).await).len(), 4);
}

pub(super) async fn many_writers_leave_no_gap<E: Engine>(engine: &mut E) {
    let log = engine.open().await;
    let a = stream(APPLE, 1);
    let writer = |writer: u64| {
        let (log, a) = (log.clone(), a.clone());
        async move {
            let mut current = None;
            for id in 0..25 {
                loop {
                    let expected = current.map_or(Expected::NoStream, Expected::Exact);
                    match log.append(commit(writer * 1_000 + id, &a, expected, 3)).await {
                        Ok(appended) => current = Some(appended.last_revision),
                        Err(AppendError::WrongRevision { current: now, .. }) => {
                            assert!(now > current, "the current revision is not the one that was expected");
                            current = now;
                            continue;
                        }
                        Err(error) => unreachable!("writer {writer}: {error}"),
                    }
                    break;
                }
            }
        }
    };
    let writers: Vec<_> = (1..9).map(|number| tokio::spawn(writer(number))).collect();
    for writer in writers {
        writer.await.expect("a writer ends well");
    }
    let all = everything(&log).await;
    assert_eq!(all.len(), 8 * 25 * 3);
    for (event, revision) in all.iter().zip(0..) {
        assert_eq!(event.revision, Revision::new(revision), "gapless, in the log's order");
    }
    assert!(
        all.chunks(3).all(|events| events.iter().all(|event| event.commit == events[0].commit)),
        "commits are whole"
    );
}

pub(super) async fn commits_under_way_keep_their_order<E: Engine>(engine: &mut E) {
    let log = engine.open().await;
    let a = stream(APPLE, 1);
    let mut under_way = Vec::new();
    for id in 0..300_u64 {
        let expected = id.checked_sub(1).map_or(Expected::NoStream, |r| Expected::Exact(Revision::new(r)));
        under_way.push(log.submit(commit(id, &a, expected, 1)).await.expect("the queue takes it"));
    }
    for (pending, revision) in under_way.into_iter().zip(0..) {
        let appended = pending.await.expect("each expects the one before it");
        assert_eq!(appended.first_revision, Revision::new(revision));
    }
}

pub(super) async fn the_largest_commit_is_taken<E: Engine>(engine: &mut E) {
    let log = engine.open().await;
    let a = stream(APPLE, 1);
    let full = commit(1, &a, Expected::NoStream, COMMIT_EVENTS_MAX);
    log.append(full.clone()).await.expect("as many events as are taken");
    // Hexadecimal of hashes: hardly compressible, as an encrypted payload would be.
    let mut text = String::with_capacity(COMMIT_BYTES_MAX);
    let mut seed = Uuid::nil();
    while text.len() < COMMIT_BYTES_MAX - 1_024 {
        seed = CommitId::derived(seed, "next").uuid();
        text.push_str(&seed.simple().to_string());
    }
    let mut large = commit(2, &a, Expected::Exists, 1);
    large.events[0].data = format!("\"{text}\"").into();
    log.append(large.clone()).await.expect("as many bytes as are taken");
    let mut stored = read(log.read_stream(&a, Direction::Forward, None, 2_000).await);
    assert_eq!(stored.len(), COMMIT_EVENTS_MAX + 1);
    same(&stored.split_off(COMMIT_EVENTS_MAX), &large);
    same(&stored, &full);
}
