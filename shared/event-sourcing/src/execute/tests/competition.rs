//! Others write to the same stream.

use super::*;

#[tokio::test]
async fn an_event_that_somebody_else_wrote_leads_to_another_decision() {
    let log = HeldLog::new();
    let executor = executor(&log);
    log.write_during(executor.execute(request(1, Add(1)))).await.unwrap();
    write_beside(&log, 2, Expected::Exact(Revision::FIRST), Added { number: 10, sum: 11 }).await;
    let executed = log.write_during(executor.execute(request(3, Add(100)))).await.unwrap();
    assert_eq!(executed.events, [Added { number: 100, sum: 111 }]);
    assert_eq!(executed.revision, Some(Revision::new(2)));
    assert_eq!(history(&log).await.len(), 3);
}

#[tokio::test]
async fn an_answer_without_events_knows_what_somebody_else_wrote() {
    let log = HeldLog::new();
    let executor = executor(&log);
    log.write_during(executor.execute(request(1, Add(1)))).await.unwrap();
    write_beside(&log, 2, Expected::Exact(Revision::FIRST), Added { number: LIMIT - 1, sum: LIMIT }).await;
    let refused = executor.execute(request(3, Add(LIMIT))).await;
    assert!(matches!(refused, Err(ExecuteError::Refused(TooMuch { sum: LIMIT, number: LIMIT }))));
    write_beside(&log, 4, Expected::Exact(Revision::new(1)), Added { number: 0, sum: LIMIT }).await;
    let unchanged = executor.execute(request(5, Add(0))).await.unwrap();
    assert_eq!((unchanged.position, unchanged.revision), (log.head().await.unwrap(), Some(Revision::new(2))));
}

#[tokio::test]
async fn several_writers_that_wait_for_durability_decide_on_what_is_there() {
    const COMMANDS: u128 = 60;
    let log = HeldLog::new();
    let options = ExecutorOptions { under_way_max: 1, attempts_max: 1_000, ..ExecutorOptions::default() };
    let executors: Vec<_> = (0..3).map(|_| Executor::<Sum>::new(Log::new(log.clone()), options)).collect();
    let running: Vec<_> = (0..COMMANDS).map(|n| spawn(&executors[n as usize % 3], request(n, Add(1)))).collect();
    let answers = log.write_during(join_all(running)).await;
    answers.into_iter().for_each(|answer| assert!(!answer.unwrap().unwrap().repeated));
    assert_eq!(history(&log).await.len(), COMMANDS as usize);
    assert!(log.submitted() > COMMANDS as usize, "they did get into each other's way");
}

#[tokio::test]
async fn who_always_loses_is_told_so() {
    let log = HeldLog::new();
    let options = ExecutorOptions { attempts_max: 3, ..ExecutorOptions::default() };
    let executor = Executor::<Sum>::new(Log::new(log.clone()), options);
    let losing = spawn(&executor, request(1, Add(1)));
    for n in 0..3_u64 {
        log.until_waiting(1).await;
        let expected = n.checked_sub(1).map_or(Expected::NoStream, |last| Expected::Exact(Revision::new(last)));
        write_beside(&log, 100 + u128::from(n), expected, Added { number: 1, sum: n + 1 }).await;
        log.write().await;
    }
    assert!(matches!(losing.await.unwrap(), Err(ExecuteError::Contended)));
    assert_eq!((log.submitted(), history(&log).await.len()), (3, 3));
}

#[tokio::test]
async fn an_event_of_somebody_else_in_the_place_of_a_refused_one_does_not_stand_for_it() {
    let log = HeldLog::new();
    let executors = [executor(&log), executor(&log)];
    log.write_during(executors[0].execute(request(0, Add(1)))).await.unwrap();
    log.write_during(executors[1].execute(request(1, Add(1)))).await.unwrap();
    // The second comes first, and so where the first expects its own: what that one pipelined does not rest on it.
    let mut running = Vec::new();
    for (n, executor) in [1, 0, 0, 0, 1].into_iter().enumerate() {
        running.push(spawn(&executors[executor], request(10 + n as u128, Add(10 + n as u64))));
        log.until_waiting(n + 1).await;
    }
    let answers = log.write_during(join_all(running)).await;
    answers.into_iter().for_each(|answer| assert_eq!(answer.unwrap().unwrap().events.len(), 1));
    assert_eq!(history(&log).await.len(), 7, "each was decided on the stream as it was");
    assert!(log.submitted() > 7, "they did get into each other's way");
}
