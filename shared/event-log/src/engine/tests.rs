//! The engine keeps the log's promises, also when the disk makes it wait or refuses.

mod bounds;
mod half_indexed;
mod odd_blocks;

use std::{
    fs::File,
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    time::Duration,
};

use contracts::{Actor, Audience, Meta};
use futures_util::{FutureExt as _, StreamExt as _};
use tempfile::TempDir;
use types::{Category, CommitId, EventId, Position, Revision, StreamId, SystemClock, Timestamp};
use uuid::Uuid;

use super::{SledLog, SledOptions};
use crate::{AppendError, Commit, Direction, EventLog as _, Expected, Filter, Followed, Log, NewEvent, conformance};

fn options() -> SledOptions {
    SledOptions::new(Arc::new(SystemClock))
}

struct OnDisk {
    dir: TempDir,
    log: Option<SledLog>,
}

impl OnDisk {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), log: None }
    }
}

impl conformance::Engine for OnDisk {
    async fn open(&mut self) -> Log {
        let log = SledLog::open(self.dir.path(), options()).unwrap();
        self.log = Some(log.clone());
        Log::new(log)
    }

    async fn reopen(&mut self) -> Option<Log> {
        self.log.take().unwrap().close().await;
        Some(self.open().await)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_keeps_its_promises() {
    conformance::suite(OnDisk::new).await;
}

fn stream() -> StreamId {
    StreamId::new(Category::declared("apple"), Uuid::nil())
}

fn commit(number: u128, expected: Expected) -> Commit {
    let id = CommitId::from_uuid(Uuid::from_u128(number));
    let event = NewEvent { id: EventId::derived(id.uuid(), "0"), kind: "test.v1".into(), data: "{}".into() };
    let meta = Meta::new(Actor::System { part: "test".into() }, Audience::System, Timestamp::UNIX_EPOCH);
    Commit { id, stream: stream(), expected, meta, events: vec![event] }
}

/// A disk that makes a sync wait until it is told to go on.
struct Gate {
    reached: Receiver<()>,
    go_on: SyncSender<()>,
    closed: Arc<AtomicBool>,
}

/// No sync takes nearly as long.
const SYNC_SECONDS_MAX: u64 = 60;

impl Gate {
    fn reached(&self) {
        let limit = Duration::from_secs(SYNC_SECONDS_MAX);
        tokio::task::block_in_place(|| self.reached.recv_timeout(limit)).expect("every group is synced");
    }
}

fn gate(options: &mut SledOptions) -> Gate {
    let ((tell, reached), (go_on, wait)) = (sync_channel(0), sync_channel(0));
    let (wait, closed) = (Mutex::new(wait), Arc::new(AtomicBool::new(false)));
    let theirs = Arc::clone(&closed);
    options.sync = Arc::new(move |file: &File| {
        if theirs.load(Ordering::SeqCst) {
            tell.send(()).map_err(io::Error::other)?;
            wait.lock().unwrap().recv().map_err(io::Error::other)?;
        }
        file.sync_data()
    });
    Gate { reached, go_on, closed }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_a_commit_before_it_is_durable() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = options();
    let gate = gate(&mut options);
    let log = SledLog::open(dir.path(), options).unwrap();
    let first = log.append(commit(1, Expected::NoStream)).await.unwrap();
    let mut follower = log.follow(first.position, Filter::all());
    assert!(matches!(follower.next().await, Some(Ok(Followed::CaughtUp(_)))));

    gate.closed.store(true, Ordering::SeqCst);
    let mut second = log.submit(commit(2, Expected::Exists)).await.unwrap();
    gate.reached();
    // These make up the next group, and all of them rest on what is not durable yet.
    let mut third = log.submit(commit(3, Expected::Exists)).await.unwrap();
    let mut again = log.submit(commit(3, Expected::Exists)).await.unwrap();
    let mut refused = log.submit(commit(4, Expected::Exact(first.last_revision))).await.unwrap();
    for round in 0..2 {
        for pending in [&mut third, &mut again, &mut refused] {
            assert!(pending.now_or_never().is_none(), "an answer before the commit is durable");
        }
        let seen = first.position.get() + round;
        assert_eq!(log.head().await.unwrap().get(), seen);
        assert!(log.read_all(Position::new(seen), &Filter::all(), 10).await.unwrap().events.is_empty());
        assert_eq!(log.read_stream(&stream(), Direction::Backward, None, 10).await.unwrap().len() as u64, seen);
        assert!(log.find_commit(&stream(), commit(2 + u128::from(round), Expected::Any).id).await.unwrap().is_none());
        assert!(follower.next().now_or_never().is_none());
        if round == 0 {
            assert!((&mut second).now_or_never().is_none());
            gate.go_on.send(()).unwrap();
            assert_eq!((&mut second).await.unwrap().position, Position::new(2));
            assert!(matches!(follower.next().await, Some(Ok(Followed::Event(_)))));
            gate.reached();
        }
    }
    gate.closed.store(false, Ordering::SeqCst);
    gate.go_on.send(()).unwrap();
    let third = third.await.unwrap();
    assert_eq!(again.await.unwrap(), third);
    assert!(matches!(refused.await, Err(AppendError::WrongRevision { .. })));
    assert!(matches!(follower.next().await, Some(Ok(Followed::Event(event))) if event.position == third.position));
    log.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_disk_refuses_the_log_is_read_only() {
    let dir = tempfile::tempdir().unwrap();
    let (mut failing, full) = (options(), Arc::new(AtomicBool::new(false)));
    let theirs = Arc::clone(&full);
    failing.sync = Arc::new(move |file: &File| match theirs.load(Ordering::SeqCst) {
        true => Err(io::ErrorKind::StorageFull.into()),
        false => file.sync_data(),
    });
    let log = SledLog::open(dir.path(), failing).unwrap();
    let first = log.append(commit(1, Expected::NoStream)).await.unwrap();
    full.store(true, Ordering::SeqCst);
    let unknown = log.append(commit(2, Expected::Exists)).await.unwrap_err();
    assert!(matches!(unknown, AppendError::Unavailable { .. }) && unknown.may_retry(), "{unknown}");
    let refused = log.append(commit(3, Expected::Exists)).await.unwrap_err();
    assert!(matches!(refused, AppendError::ReadOnly { .. }) && refused.may_retry(), "{refused}");
    assert!(refused.to_string().contains("make room on the disk"), "{refused}");
    assert!(log.read_only().is_some() && log.stats().unwrap().read_only.is_some());

    let page = log.read_all(Position::START, &Filter::all(), 10).await.unwrap();
    assert_eq!((page.events.len(), page.read_to), (1, first.position), "reading goes on, of what is durable");
    assert_eq!(log.read_stream(&stream(), Direction::Forward, None, 10).await.unwrap().len(), 1);
    let mut follower = log.follow(first.position, Filter::all());
    assert!(matches!(follower.next().await, Some(Ok(Followed::CaughtUp(_)))));

    full.store(false, Ordering::SeqCst);
    let second = when_it_takes_commits_again(&log, || commit(2, Expected::Exists)).await;
    assert!(log.read_only().is_none() && log.stats().unwrap().read_only.is_none());
    let third = log.append(commit(3, Expected::Exact(second.last_revision))).await.unwrap();
    assert_eq!(third.position, Position::new(3), "the commit whose outcome was unknown stands once");
    for position in [2, 3] {
        let heard = follower.next().await;
        assert!(matches!(&heard, Some(Ok(Followed::Event(event))) if event.position.get() == position), "{heard:?}");
    }
    log.close().await;
    let log = SledLog::open(dir.path(), options()).unwrap();
    assert_eq!(log.head().await.unwrap(), third.position);
    log.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_another_failure_than_a_full_disk_the_log_waits_for_its_administrator() {
    let dir = tempfile::tempdir().unwrap();
    let (mut failing, broken) = (options(), Arc::new(AtomicBool::new(false)));
    let theirs = Arc::clone(&broken);
    failing.sync = Arc::new(move |file: &File| match theirs.swap(false, Ordering::SeqCst) {
        true => Err(io::Error::other("a cable is loose")),
        false => file.sync_data(),
    });
    let log = SledLog::open(dir.path(), failing).unwrap();
    log.append(commit(1, Expected::NoStream)).await.unwrap();
    broken.store(true, Ordering::SeqCst);
    log.append(commit(2, Expected::Exists)).await.unwrap_err();
    let refused = log.append(commit(3, Expected::Exists)).await.unwrap_err();
    assert!(refused.to_string().contains("a cable is loose; see to the disk of"), "{refused}");
    assert!(refused.to_string().ends_with("start again"), "{refused}");
    log.close().await;
    let log = SledLog::open(dir.path(), options()).unwrap();
    let second = log.append(commit(2, Expected::Exists)).await.unwrap();
    assert_eq!(second.position, Position::new(2), "the commit whose outcome was unknown stands once");
    log.close().await;
}

/// Sends the commit until it is taken.
async fn when_it_takes_commits_again(log: &SledLog, commit: impl Fn() -> Commit) -> crate::Appended {
    let begun = std::time::Instant::now();
    loop {
        match log.append(commit()).await {
            Ok(appended) => return appended,
            Err(error) => {
                assert!(error.may_retry() && begun.elapsed() < Duration::from_secs(SYNC_SECONDS_MAX), "{error}")
            }
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_log_finishes_what_it_took_and_says_that_it_is_closed() {
    let dir = tempfile::tempdir().unwrap();
    let log = SledLog::open(dir.path(), options()).unwrap();
    let mut follower = log.follow(Position::START, Filter::all());
    assert!(matches!(follower.next().await, Some(Ok(Followed::CaughtUp(_)))));
    let mut under_way = Vec::new();
    for number in 1..=200 {
        under_way.push(log.submit(commit(number, Expected::Any)).await.unwrap());
    }
    tokio::join!(log.close(), log.close());
    for pending in under_way {
        assert!(pending.await.is_ok(), "what stood in the queue is written");
    }
    let late = log.append(commit(300, Expected::Any)).await.unwrap_err();
    assert!(matches!(late, AppendError::Unavailable { .. }));
    assert!(log.read_stream(&stream(), Direction::Forward, None, 10).await.is_err());
    let mut heard = 0;
    while let Some(Ok(followed)) = follower.next().await {
        heard += u64::from(matches!(followed, Followed::Event(_)));
    }
    assert_eq!(heard, 200, "a follower hears what is in memory, and then its stream ends");
    let log = SledLog::open(dir.path(), options()).unwrap();
    assert_eq!(log.head().await.unwrap(), Position::new(200));
    log.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_the_last_handle_closes_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let log = SledLog::open(dir.path(), options()).unwrap();
    log.append(commit(1, Expected::Any)).await.unwrap();
    let mut follower = log.follow(Position::new(1), Filter::all());
    assert!(matches!(follower.next().await, Some(Ok(Followed::CaughtUp(_)))));
    drop(log);
    assert!(follower.next().await.is_none(), "a follower does not keep the log open");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_numbers_of_a_log_are_counted() {
    let dir = tempfile::tempdir().unwrap();
    let log = SledLog::open(dir.path(), options()).unwrap();
    for number in 1..=3 {
        let mut commit = commit(number, Expected::Any);
        commit.stream = StreamId::new(Category::declared("apple"), Uuid::from_u128(number % 2));
        log.append(commit).await.unwrap();
    }
    let stats = log.stats().unwrap();
    assert_eq!((stats.events, stats.streams, stats.head, stats.epoch), (3, 2, Position::new(3), log.epoch()));
    assert!(stats.disk_bytes > 0);
    let json = serde_json::to_value(&stats).unwrap();
    assert_eq!((&json["events"], &json["streams"]), (&3.into(), &2.into()));
    log.close().await;
}
