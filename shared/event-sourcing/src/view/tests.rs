//! What views keep to.

mod following;
mod opening;
mod rebuilding;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst},
};

use contracts::EventSet as _;
use event_log::{Commit, Expected, MemoryLog, NewEvent};
use redb::{ReadableTable as _, TableDefinition};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use types::{CommitId, ManualClock, StreamId, Timestamp};
use uuid::Uuid;

use super::*;
use crate::{
    json_value::{self, IdKey, Json, key},
    sample::{Add, Added, meta},
};

/// Longer than anything takes that comes to an end.
const LONG: Duration = Duration::from_secs(60);

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Total {
    events: u64,
    sum: u64,
}

const TOTALS: TableDefinition<'_, IdKey, Json<Total>> = TableDefinition::new("totals");

/// Adds up each stream. Its handles tell it to fail, and what it did.
#[derive(Clone, Default)]
struct Totals {
    applied: Arc<AtomicUsize>,
    /// Fail at this position; 0 for never.
    fails_at: Arc<AtomicU64>,
    panics: Arc<AtomicBool>,
    /// How nice the threads were that applied.
    niceness: Arc<Mutex<BTreeSet<i32>>>,
    /// To be done once, in the middle of a batch, when this position is applied.
    then: Arc<Mutex<Option<(u64, Then)>>>,
}

type Then = Box<dyn FnOnce() + Send>;

impl Fold for Totals {
    fn create(&self, tx: &redb::WriteTransaction) -> Result<(), ViewError> {
        tx.open_table(TOTALS)?;
        Ok(())
    }

    fn apply(&self, tx: &redb::WriteTransaction, events: &[Arc<Recorded>]) -> Result<(), ViewError> {
        let mut totals = tx.open_table(TOTALS)?;
        self.niceness.lock().unwrap().insert(rustix::process::nice(0).unwrap());
        for event in events {
            assert!(!self.panics.load(SeqCst), "told to");
            let then = self.then.lock().unwrap().take_if(|(at, _)| *at == event.position.get());
            if let Some((_, then)) = then {
                then();
            }
            if self.fails_at.load(SeqCst) == event.position.get() {
                return Err(ViewError::Inconsistent("told to fail".into()));
            }
            let Some(added) = Added::decode(&event.kind, &event.data)? else { continue };
            let mut total = json_value::get(&totals, key(event.stream.id()))?.unwrap_or(Total::default());
            (total.events, total.sum) = (total.events + 1, total.sum + added.number);
            json_value::put(&mut totals, key(event.stream.id()), &total)?;
            self.applied.fetch_add(1, SeqCst);
        }
        Ok(())
    }
}

/// A log, a place for views, and what fills them.
struct Fixture {
    directory: TempDir,
    log: Log,
    fold: Totals,
    written: AtomicU64,
}

impl Fixture {
    fn new() -> Self {
        let log = Log::new(MemoryLog::new(Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH))));
        let directory = tempfile::tempdir().unwrap();
        Self { directory, log, fold: Totals::default(), written: AtomicU64::new(0) }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("views/sums.redb")
    }

    fn options(&self) -> ViewsOptions {
        ViewsOptions::new(self.path(), 1).fold(self.fold.clone())
    }

    async fn open(&self) -> Views {
        Views::open(self.log.clone(), self.options()).await.unwrap()
    }

    /// Writes so many events, one after the other, to three streams.
    async fn write(&self, count: u64) -> Position {
        for _ in 0..count {
            let number = self.written.fetch_add(1, SeqCst);
            let id = CommitId::from_uuid(Uuid::from_u128(u128::from(number)));
            let commit = Commit {
                id,
                stream: StreamId::new(Added::CATEGORY, Uuid::from_u128(u128::from(number % 3))),
                expected: Expected::Any,
                meta: meta(Add(number)),
                events: vec![NewEvent::of(id, 0, &Added { number, sum: 0 })],
            };
            self.log.append(commit).await.unwrap();
            tokio::task::yield_now().await;
        }
        self.log.head().await.unwrap()
    }

    /// What the tables must hold when everything is in them.
    fn expected(&self) -> BTreeMap<IdKey, Total> {
        let mut totals = BTreeMap::<IdKey, Total>::new();
        for number in 0..self.written.load(SeqCst) {
            let total = totals.entry(key(Uuid::from_u128(u128::from(number % 3)))).or_default();
            (total.events, total.sum) = (total.events + 1, total.sum + number);
        }
        totals
    }
}

fn read(snapshot: &Snapshot) -> BTreeMap<IdKey, Total> {
    let totals = snapshot.table(TOTALS).unwrap();
    let rows = totals.iter().unwrap().map(|row| {
        let (key, value) = row.unwrap();
        (key.value(), value.value().read().unwrap())
    });
    rows.collect()
}

/// What handlers and tasks share.
#[test]
fn handles_and_snapshots_go_from_thread_to_thread() {
    fn assert_shared<T: Send + Sync>() {}
    assert_shared::<Views>();
    assert_shared::<Snapshot>();
    assert_shared::<crate::Executor<crate::sample::Sum>>();
}

/// The views hold everything that was written.
#[track_caller]
fn assert_complete(fixture: &Fixture, views: &Views) {
    let snapshot = views.snapshot().unwrap();
    assert_eq!(snapshot.position(), Position::new(fixture.written.load(SeqCst)));
    assert_eq!(read(&snapshot), fixture.expected());
}
