//! What the executor keeps to, under a log that is slow, fails, and is written to by others.

mod chaos;
mod competition;
mod held_log;
mod pipeline;
mod repetition;

use std::collections::HashMap;

use event_log::{Direction, EventLog as _, Expected, SledLog, SledOptions};
use futures_util::future::join_all;
use types::{CommitId, Revision, StreamId, SystemClock};
use uuid::Uuid;

use self::held_log::HeldLog;
use super::*;
use crate::sample::{Add, Added, LIMIT, Sum, TooMuch, meta};

const STREAM: Uuid = Uuid::from_u128(7);

type Answer = Result<Executed<Added>, ExecuteError<TooMuch>>;

fn executor(log: &HeldLog) -> Executor<Sum> {
    Executor::new(Log::new(log.clone()), ExecutorOptions::default())
}

fn commit_id(id: u128) -> CommitId {
    CommitId::from_uuid(Uuid::from_u128(id))
}

fn request(id: u128, command: Add) -> Request<Add> {
    Request { stream: STREAM, commit: commit_id(id), meta: meta(command), command, repeatable: false }
}

fn repeatable(id: u128, command: Add) -> Request<Add> {
    Request { repeatable: true, ..request(id, command) }
}

fn spawn(executor: &Executor<Sum>, request: Request<Add>) -> tokio::task::JoinHandle<Answer> {
    let executor = executor.clone();
    tokio::spawn(async move { executor.execute(request).await })
}

fn read_only() -> AppendError {
    AppendError::ReadOnly { reason: "the disk is full".into() }
}

/// The stream's events, after checking that each was decided on those before it, and that their revisions are gapless.
async fn history(log: &HeldLog) -> Vec<Added> {
    let stream = StreamId::new(Added::CATEGORY, STREAM);
    let recorded = log.read_stream(&stream, Direction::Forward, None, READ_EVENTS_MAX).await.unwrap();
    let mut sum = 0;
    let events = recorded.iter().enumerate().map(|(n, recorded)| {
        assert_eq!(recorded.revision, Revision::new(n as u64));
        let event = Added::decode(&recorded.kind, &recorded.data).unwrap().unwrap();
        sum += event.number;
        assert_eq!(event.sum, sum, "revision {n} was decided on another state than that of the stream");
        event
    });
    events.collect()
}

/// Somebody else writes to the stream.
async fn write_beside(log: &HeldLog, id: u128, expected: Expected, event: Added) {
    let id = commit_id(id);
    let (stream, meta) = (StreamId::new(Added::CATEGORY, STREAM), meta(Add(event.number)));
    let commit = Commit { id, stream, expected, meta, events: vec![NewEvent::of(id, 0, &event)] };
    log.behind().append(commit).await.unwrap();
}

#[tokio::test]
async fn a_long_stream_is_read_in_pages() {
    let log = HeldLog::new();
    let first = executor(&log);
    log.write_during(async {
        for n in 0..10 {
            first.execute(request(n, Add(1))).await.unwrap();
        }
    })
    .await;
    let options = ExecutorOptions { page_events: 3, ..ExecutorOptions::default() };
    let second = Executor::<Sum>::new(Log::new(log.clone()), options);
    let executed = log.write_during(second.execute(request(10, Add(5)))).await.unwrap();
    assert_eq!((executed.revision, executed.events), (Some(Revision::new(10)), vec![Added { number: 5, sum: 15 }]));
}

#[tokio::test]
async fn events_of_an_unknown_type_do_not_stop_a_stream() {
    let log = HeldLog::new();
    let id = commit_id(1);
    let event =
        NewEvent { kind: "test.from-the-future.v1".into(), ..NewEvent::of(id, 0, &Added { number: 1, sum: 1 }) };
    let stream = StreamId::new(Added::CATEGORY, STREAM);
    let commit = Commit { id, stream, expected: Expected::NoStream, meta: meta(Add(1)), events: vec![event] };
    log.behind().append(commit).await.unwrap();
    let executed = log.write_during(executor(&log).execute(request(2, Add(2)))).await.unwrap();
    assert_eq!((executed.revision, executed.events), (Some(Revision::new(1)), vec![Added { number: 2, sum: 2 }]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_are_pipelined_into_a_log_on_disk() {
    const COMMANDS: u64 = 200;
    let directory = tempfile::tempdir().unwrap();
    let options = SledOptions::new(Arc::new(SystemClock));
    let sled = SledLog::open(directory.path(), options).unwrap();
    let log = Log::new(sled.clone());
    let executor = Executor::<Sum>::new(log.clone(), ExecutorOptions::default());
    let running: Vec<_> = (0..u128::from(COMMANDS)).map(|n| spawn(&executor, request(n, Add(1)))).collect();
    let mut sums: Vec<_> =
        join_all(running).await.into_iter().map(|answer| answer.unwrap().unwrap().events[0].sum).collect();
    sums.sort_unstable();
    assert!(sums.into_iter().eq(1..=COMMANDS));
    assert_eq!(executor.execute(request(COMMANDS.into(), Add(0))).await.unwrap().position, log.head().await.unwrap());
    sled.close().await;
}
