//! Promise 3, for commits that rest on another: they are written behind that one, and nowhere else.

use types::Revision;

use super::{
    Engine, everything, read,
    sample::{APPLE, PEAR, commit, commit_id, stream, write},
};
use crate::{AppendError, Expected, Log};

/// Behind the commit of this number, which has so many events.
fn after(revision: u64, id: u64, events: usize) -> Expected {
    let commit = commit(id, &stream(APPLE, 9), Expected::Any, events).digest();
    Expected::After { revision: Revision::new(revision), commit }
}

/// Sends all, and then waits for the answers: the revision of the last event, or what the stream was said to have.
async fn send(log: &Log, commits: &[(u64, Expected, usize)]) -> Vec<Result<u64, Option<u64>>> {
    let (a, mut under_way, mut answers) = (stream(APPLE, 9), Vec::new(), Vec::new());
    for (id, expected, events) in commits {
        under_way.push(log.submit(commit(*id, &a, *expected, *events)).await.expect("the queue takes it"));
    }
    for pending in under_way {
        answers.push(match pending.await {
            Ok(appended) => Ok(appended.last_revision.get()),
            Err(AppendError::WrongRevision { current, .. }) => Err(current.map(Revision::get)),
            Err(other) => unreachable!("neither taken nor refused for its revision: {other}"),
        });
    }
    answers
}

pub(super) async fn a_commit_that_rests_on_another_is_written_behind_that_one_alone<E: Engine>(engine: &mut E) {
    let mut log = engine.open().await;
    assert_eq!(send(&log, &[(100, after(0, 100, 1), 1)]).await, [Err(None)], "there is no stream yet");
    // A pipeline, of which all are under way before the first is answered.
    let pipeline = [(101, Expected::NoStream, 3), (102, after(2, 101, 3), 1), (103, after(3, 102, 1), 2)];
    assert_eq!(send(&log, &pipeline).await, [Ok(2), Ok(3), Ok(5)]);
    for round in 0..2 {
        let (end, last, size) = (5 + round, 103 + round * 10, 2 - round as usize);
        let mut says_other = commit(last, &stream(APPLE, 9), Expected::Any, size);
        says_other.events[0].data = "{}".into();
        let says_other = Expected::After { revision: Revision::new(end), commit: says_other.digest() };
        for (wrong, why) in [
            (after(end, 102, 1), "an earlier commit"),
            (after(end, 999, 1), "a commit that never was"),
            (after(end, last, size + 1), "more events than the last commit has"),
            (says_other, "a commit of that id that says something else"),
            (after(end - 1, last, size), "a revision before the end"),
            (after(end + 1, last, size), "a revision beyond the end"),
        ] {
            assert_eq!(send(&log, &[(104, wrong, 1)]).await, [Err(Some(end))], "{why}");
        }
        assert_eq!(everything(&log).await.len(), 6 + round as usize * 2_001, "a refusal has no effect");
        // What is not at hand any more is known all the same.
        write(&log, round * 10 + 2..round * 10 + 4, 1_000).await;
        let (next, resting) = (113 + round * 10, after(end, last, size));
        assert_eq!(send(&log, &[(next, resting, 1)]).await, [Ok(end + 1)]);
        assert_eq!(send(&log, &[(next, resting, 1)]).await, [Ok(end + 1)], "also when it is sent again");
        drop(log);
        match engine.reopen().await {
            Some(reopened) => log = reopened,
            None => return,
        }
    }
    let elsewhere = commit(200, &stream(PEAR, 9), after(7, 123, 1), 1);
    let refused = log.append(elsewhere).await.expect_err("that commit stands in another stream");
    assert!(matches!(refused, AppendError::WrongRevision { current: None, .. }), "{refused}");
}

/// Somebody else's event takes the place of one that was refused: what was decided on the refused one must not follow.
pub(super) async fn what_rests_on_a_refused_commit_is_refused<E: Engine>(engine: &mut E) {
    let log = engine.open().await;
    let sent = [
        (1, Expected::NoStream, 1),
        // Two who both decided on the stream as it is, and each pipelined another decision.
        (2, after(0, 1, 1), 1),
        (3, Expected::Exact(Revision::FIRST), 1),
        (4, after(1, 3, 1), 1),
        (5, after(1, 2, 1), 1),
        (6, after(2, 4, 1), 1),
        (7, after(2, 5, 1), 1),
    ];
    let answers = send(&log, &sent).await;
    assert_eq!(answers, [Ok(0), Ok(1), Err(Some(1)), Err(Some(1)), Ok(2), Err(Some(2)), Ok(3)]);
    let stands: Vec<_> = everything(&log).await.iter().map(|event| event.commit).collect();
    assert_eq!(stands, [1, 2, 5, 7].map(commit_id));
    assert!(read(log.find_commit(&stream(APPLE, 9), commit_id(4)).await).is_none());
}
