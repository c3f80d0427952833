//! The same request again.

use super::*;

#[tokio::test]
async fn a_repeated_request_is_answered_as_the_first_time() {
    let log = HeldLog::new();
    let executor = executor(&log);
    let first = log.write_during(executor.execute(repeatable(1, Add(LIMIT)))).await.unwrap();
    // By now it would be refused.
    let again = executor.execute(repeatable(1, Add(LIMIT))).await.unwrap();
    assert_eq!(again, Executed { repeated: true, ..first.clone() });
    // Also by an executor that knows nothing yet.
    let again = self::executor(&log).execute(repeatable(1, Add(LIMIT))).await.unwrap();
    assert_eq!(again, Executed { repeated: true, ..first });
    assert_eq!(log.submitted(), 1);
}

#[tokio::test]
async fn a_key_that_was_used_for_another_request_is_refused() {
    let log = HeldLog::new();
    let executor = executor(&log);
    log.write_during(executor.execute(repeatable(1, Add(1)))).await.unwrap();
    let reused = executor.execute(repeatable(1, Add(2))).await;
    assert!(matches!(reused, Err(ExecuteError::KeyReused(id)) if id == commit_id(1)));
    let elsewhere = Request { stream: Uuid::from_u128(8), ..repeatable(1, Add(1)) };
    let reused = log.write_during(executor.execute(elsewhere)).await;
    assert!(matches!(reused, Err(ExecuteError::KeyReused(id)) if id == commit_id(1)));
    assert_eq!(history(&log).await.len(), 1);
}

#[tokio::test]
async fn a_request_that_comes_several_times_at_once_is_carried_out_once() {
    // The second time, the first number is written again at another sum, the second is refused.
    for number in [1, LIMIT] {
        let log = HeldLog::new();
        let executor = executor(&log);
        let running: Vec<_> = (0..5).map(|_| spawn(&executor, repeatable(1, Add(number)))).collect();
        log.until_waiting(1).await;
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        let answers = log.write_during(join_all(running)).await;
        let answers: Vec<_> = answers.into_iter().map(|answer| answer.unwrap().unwrap()).collect();
        assert_eq!(answers.iter().filter(|answer| !answer.repeated).count(), 1);
        assert!(answers.iter().all(|answer| answer.events == [Added { number, sum: number }]));
        assert_eq!(history(&log).await.len(), 1);
        let next = log.write_during(executor.execute(request(2, Add(0)))).await.unwrap();
        assert_eq!(next.revision, Some(Revision::FIRST));
    }
}

/// Events that do not depend on the state are the same at the second time, so that the log takes both for one.
#[tokio::test]
async fn a_commit_that_the_log_knows_already_is_not_counted_twice() {
    struct Note;
    impl Decider for Note {
        type State = u64;
        type Command = Add;
        type Event = Added;
        type Error = TooMuch;
        fn decide(_: &u64, Add(number): &Add) -> Result<Vec<Added>, TooMuch> {
            Ok(vec![Added { number: *number, sum: *number }])
        }
        fn evolve(count: u64, _: &Added) -> u64 {
            count + 1
        }
    }
    let log = HeldLog::new();
    let executor = Executor::<Note>::new(Log::new(log.clone()), ExecutorOptions::default());
    let same = || executor.execute(request(1, Add(1)));
    let (first, second) = log.write_during(async { tokio::join!(same(), same()) }).await;
    assert!(!first.unwrap().repeated);
    let second = second.unwrap();
    assert_eq!((second.repeated, second.revision), (true, Some(Revision::FIRST)));
    let next = log.write_during(executor.execute(request(2, Add(2)))).await.unwrap();
    assert_eq!(next.revision, Some(Revision::new(1)));
}
