//! Promise 5: a commit stands once, however often it is sent.

use types::Revision;

use super::{
    Engine, everything, read,
    sample::{APPLE, PEAR, commit, commit_id, stream},
};
use crate::{AppendError, Expected};

pub(super) async fn a_retry_gets_the_first_answer<E: Engine>(engine: &mut E) {
    let mut log = engine.open().await;
    let a = stream(APPLE, 1);
    let first = log.append(commit(1, &a, Expected::NoStream, 3)).await.expect("the stream is new");
    for id in 2..60 {
        log.append(commit(id, &a, Expected::Exists, 40)).await.expect("the stream exists");
    }
    let head = read(log.head().await);
    for round in 0..2 {
        for expected in [Expected::NoStream, Expected::Any, Expected::Exact(Revision::new(7)), Expected::Exists] {
            let again = log.append(commit(1, &a, expected, 3)).await.expect("a retry is answered");
            assert_eq!(again, first, "as the first time");
        }
        assert_eq!(read(log.head().await), head, "a retry writes nothing");
        if round == 0 {
            drop(log);
            match engine.reopen().await {
                Some(reopened) => log = reopened,
                None => return,
            }
        }
    }
}

pub(super) async fn another_commit_with_the_same_id_is_refused<E: Engine>(engine: &mut E) {
    let log = engine.open().await;
    let a = stream(APPLE, 1);
    let first = commit(1, &a, Expected::NoStream, 3);
    log.append(first.clone()).await.expect("the stream is new");
    let mut others = vec![commit(1, &a, Expected::Any, 2), commit(1, &a, Expected::Any, 4)];
    let mut changed = first.clone();
    changed.events[2].data = "{}".into();
    others.push(changed);
    let mut changed = first.clone();
    changed.events[0].kind = "sample.other.v1".into();
    others.push(changed);
    let mut changed = first.clone();
    changed.events.swap(0, 2);
    others.push(changed);
    for other in others {
        let error = log.append(other).await.expect_err("the id is taken");
        assert!(matches!(error, AppendError::CommitIdReused(id) if id == first.id), "{error}");
        assert!(!error.may_retry());
    }
    assert_eq!(everything(&log).await.len(), 3, "a refusal has no effect");
}

pub(super) async fn a_commit_sent_many_times_at_once_stands_once<E: Engine>(engine: &mut E) {
    let log = engine.open().await;
    let a = stream(APPLE, 1);
    for id in 0..20 {
        let mut under_way = Vec::new();
        for _ in 0..8 {
            under_way.push(log.submit(commit(id, &a, Expected::Any, 2)).await.expect("the queue takes it"));
        }
        let mut answers = Vec::new();
        for pending in under_way {
            answers.push(pending.await.expect("each is answered"));
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "all get the same answer");
        assert_eq!(read(log.head().await), answers[0].position, "an answer comes when the first is durable");
    }
    assert_eq!(everything(&log).await.len(), 40);
}

pub(super) async fn commits_are_found_for_ever<E: Engine>(engine: &mut E) {
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
