//! Many decisions on one stream while the disk is slow.

use futures_util::{FutureExt as _, poll};
use std::pin::pin;

use super::*;

#[tokio::test]
async fn commits_on_one_stream_are_under_way_together_and_nobody_sees_a_conflict() {
    const COMMANDS: usize = 200;
    let log = HeldLog::new();
    let executor = executor(&log);
    let running: Vec<_> = (0..COMMANDS as u128).map(|n| spawn(&executor, request(n, Add(1)))).collect();
    log.until_waiting(COMMANDS).await;
    assert!(history(&log).await.is_empty(), "nothing is durable yet");
    assert!(running.iter().all(|running| !running.is_finished()), "nobody is answered before it is durable");

    let answers = log.write_during(join_all(running)).await;
    let mut revisions: Vec<_> =
        answers.into_iter().map(|answer| answer.unwrap().unwrap().revision.unwrap().get()).collect();
    revisions.sort_unstable();
    assert!(revisions.into_iter().eq(0..COMMANDS as u64));
    assert_eq!(history(&log).await.len(), COMMANDS);
    assert_eq!(log.submitted(), COMMANDS, "none had to be decided twice");
}

#[tokio::test]
async fn no_more_commits_are_under_way_than_allowed() {
    let log = HeldLog::new();
    let options = ExecutorOptions { under_way_max: 2, ..ExecutorOptions::default() };
    let executor = Executor::<Sum>::new(Log::new(log.clone()), options);
    let running: Vec<_> = (0..5).map(|n| spawn(&executor, request(n, Add(1)))).collect();
    for written in 0..5 {
        log.until_waiting((5 - written).min(2)).await;
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        assert!(log.waiting() <= 2, "{} wait", log.waiting());
        log.write().await;
    }
    join_all(running).await.into_iter().for_each(|answer| drop(answer.unwrap().unwrap()));
    assert_eq!(log.submitted(), 5);
}

#[tokio::test]
async fn a_refusal_waits_until_what_it_rests_on_is_durable() {
    let log = HeldLog::new();
    let executor = executor(&log);
    let filling = spawn(&executor, request(1, Add(LIMIT)));
    log.until_waiting(1).await;
    let mut refused = pin!(executor.execute(request(2, Add(1))));
    for _ in 0..50 {
        assert!(poll!(refused.as_mut()).is_pending(), "refused for something that is not durable");
        tokio::task::yield_now().await;
    }
    log.write().await;
    assert!(matches!(refused.await, Err(ExecuteError::Refused(TooMuch { sum: LIMIT, number: 1 }))));
    filling.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_refusal_that_rested_on_what_was_not_written_is_taken_back() {
    let log = HeldLog::new();
    let executor = executor(&log);
    let filling = spawn(&executor, request(1, Add(LIMIT)));
    log.until_waiting(1).await;
    let mut next = pin!(executor.execute(request(2, Add(1))));
    assert!(poll!(next.as_mut()).is_pending());
    log.refuse(read_only());
    assert!(matches!(filling.await.unwrap(), Err(ExecuteError::Append(AppendError::ReadOnly { .. }))));
    let executed = log.write_during(next).await.unwrap();
    assert_eq!(executed.events, [Added { number: 1, sum: 1 }]);
}

#[tokio::test]
async fn what_rests_on_a_failed_commit_is_decided_again() {
    let log = HeldLog::new();
    let executor = executor(&log);
    log.write_during(executor.execute(request(0, Add(1)))).await.unwrap();
    let failing = spawn(&executor, request(1, Add(10)));
    log.until_waiting(1).await;
    let resting: Vec<_> = (2..5).map(|n| spawn(&executor, request(n, Add(100)))).collect();
    log.until_waiting(4).await;
    log.refuse(read_only());
    let answers = log.write_during(join_all(resting)).await;
    assert!(matches!(failing.await.unwrap(), Err(ExecuteError::Append(AppendError::ReadOnly { .. }))));
    answers.into_iter().for_each(|answer| assert_eq!(answer.unwrap().unwrap().events.len(), 1));
    assert_eq!(history(&log).await.last(), Some(&Added { number: 100, sum: 301 }));
}

#[tokio::test]
async fn a_decision_of_nothing_is_answered_with_what_it_rests_on() {
    let log = HeldLog::new();
    let executor = executor(&log);
    let nothing = executor.execute(request(1, Add(0))).await.unwrap();
    assert_eq!((nothing.position, nothing.revision), (types::Position::START, None));
    let adding = spawn(&executor, request(2, Add(3)));
    log.until_waiting(1).await;
    let mut nothing = pin!(executor.execute(request(3, Add(0))));
    assert!(poll!(nothing.as_mut()).is_pending());
    log.write().await;
    let (added, nothing) = (adding.await.unwrap().unwrap(), nothing.await.unwrap());
    assert_eq!((nothing.position, nothing.revision), (added.position, Some(Revision::FIRST)));
    assert!(nothing.events.is_empty() && !nothing.repeated);
    assert_eq!(log.submitted(), 1);
}

#[tokio::test]
async fn a_caller_that_is_gone_during_submission_leaves_no_wrong_state() {
    let log = HeldLog::new();
    let executor = executor(&log);
    log.write_during(executor.execute(request(0, Add(1)))).await.unwrap();
    // Gone before the executor heard that the log has taken the commit; the log writes it nevertheless.
    log.stall(true);
    assert!(executor.execute(request(1, Add(10))).now_or_never().is_none());
    assert_eq!(log.waiting(), 1);
    log.stall(false);
    log.write_during(executor.execute(request(2, Add(100)))).await.unwrap();
    assert_eq!(history(&log).await.iter().map(|event| event.sum).collect::<Vec<_>>(), [1, 11, 111]);
}

#[tokio::test]
async fn a_caller_that_is_gone_before_its_commit_fails_leaves_no_wrong_state() {
    let log = HeldLog::new();
    let executor = executor(&log);
    log.write_during(executor.execute(request(0, Add(1)))).await.unwrap();
    assert!(executor.execute(request(1, Add(10))).now_or_never().is_none());
    log.refuse(read_only());
    log.write_during(executor.execute(request(2, Add(100)))).await.unwrap();
    assert_eq!(log.submitted(), 3, "the failure is seen before the next decision");
    assert_eq!(history(&log).await.len(), 2);
}
