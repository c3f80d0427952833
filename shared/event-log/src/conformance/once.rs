//! Promise 5: a commit stands once, however often it is sent.

use types::{CommitId, EventId, Revision, Timestamp};

use super::{
    Engine, everything, read,
    sample::{APPLE, PEAR, commit, stream},
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
            let again = log.append(commit(1, &a, expected, 3)).await.expect("a retry is answered, whatever it expects");
            assert_eq!(again, first, "as the first time");
        }
        // Made again by a caller that has another clock: it is still what is said there.
        let mut later = commit(1, &a, Expected::NoStream, 3);
        later.meta.occurred_at = Timestamp::UNIX_EPOCH;
        assert_eq!(log.append(later).await.expect("a retry is answered"), first);
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
    let other_id = EventId::derived(CommitId::derived(first.id.uuid(), "other").uuid(), "0");
    let changed = |change: &dyn Fn(&mut crate::Commit)| {
        let mut commit = first.clone();
        change(&mut commit);
        commit
    };
    let others = [
        ("fewer events", commit(1, &a, Expected::Any, 2)),
        ("more events", commit(1, &a, Expected::Any, 4)),
        ("other data", changed(&|commit| commit.events[2].data = "{}".into())),
        ("another type", changed(&|commit| commit.events[0].kind = "sample.other.v1".into())),
        ("another event id", changed(&|commit| commit.events[1].id = other_id)),
        ("another order", changed(&|commit| commit.events.swap(0, 2))),
        ("another stream of the category", commit(1, &stream(APPLE, 2), Expected::Any, 3)),
        ("another category", commit(1, &stream(PEAR, 1), Expected::Any, 3)),
    ];
    for what in 0..2 {
        for (name, other) in &others {
            let error = log.append(other.clone()).await.expect_err("the id is taken");
            assert!(matches!(error, AppendError::CommitIdReused(id) if id == first.id), "{name}: {error}");
            assert!(!error.may_retry());
        }
        assert_eq!(everything(&log).await.len(), 3 + what * 1_000, "a refusal has no effect");
        log.append(commit(2, &a, Expected::Any, 1_000)).await.expect("it is another commit");
    }
}

pub(super) async fn a_commit_sent_many_times_at_once_stands_once<E: Engine>(engine: &mut E) {
    let log = engine.open().await;
    let a = stream(APPLE, 1);
    let mut current = None;
    for id in 0..20 {
        let expected = current.map_or(Expected::NoStream, Expected::Exact);
        let mut under_way = Vec::new();
        for _ in 0..8 {
            // For all but the first the expectation is wrong by the time they come.
            under_way.push(log.submit(commit(id, &a, expected, 2)).await.expect("the queue takes it"));
        }
        let mut answers = Vec::new();
        for pending in under_way {
            answers.push(pending.await.expect("each is answered"));
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "all get the same answer");
        assert_eq!(read(log.head().await), answers[0].position, "an answer comes when the first is durable");
        current = Some(answers[0].last_revision);
    }
    // From several threads, each of which waits for its answer.
    let send = |id: u64| {
        let (log, a) = (log.clone(), a.clone());
        tokio::spawn(async move { log.append(commit(id, &a, Expected::Any, 2)).await.expect("each is answered") })
    };
    for id in 20..40 {
        let senders: Vec<_> = (0..8).map(|_| send(id)).collect();
        let mut answers = Vec::new();
        for sender in senders {
            answers.push(sender.await.expect("a sender ends well"));
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "all get the same answer");
    }
    assert_eq!(everything(&log).await.len(), 80);
}

pub(super) async fn of_two_commits_with_one_id_at_once_one_stands<E: Engine>(engine: &mut E) {
    let log = engine.open().await;
    let (a, b) = (stream(APPLE, 1), stream(PEAR, 1));
    let mut stood = 0;
    for id in 0..20 {
        let mut changed = commit(id, &a, Expected::Any, 2);
        changed.events[0].data = "{}".into();
        let mut under_way = Vec::new();
        for commit in [commit(id, &a, Expected::Any, 2), changed, commit(id, &b, Expected::Any, 2)] {
            under_way.push(log.submit(commit).await.expect("the queue takes it"));
        }
        let (mut taken, mut refused) = (0, 0);
        for pending in under_way {
            match pending.await {
                Ok(_) => taken += 1,
                Err(AppendError::CommitIdReused(_)) => refused += 1,
                Err(other) => unreachable!("neither taken nor refused for its id: {other}"),
            }
        }
        assert_eq!((taken, refused), (1, 2), "one of those that say different things is taken");
        stood += 2;
        assert_eq!(everything(&log).await.len(), stood);
    }
}
