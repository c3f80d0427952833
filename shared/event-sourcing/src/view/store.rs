//! The file of a view: its folds' tables, and how far they have read which log.

use std::{
    any::Any,
    fs, io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::Arc,
};

use event_log::Recorded;
use redb::{Database, Durability, ReadableDatabase as _, ReadableTable, StorageError, TableDefinition};
use types::{LogEpoch, Position};

use super::{Fold, ViewError};

/// Beside the folds' tables: their position, the epoch of the log, the version of the folds.
const META: TableDefinition<'_, &str, u128> = TableDefinition::new("erfa:view");
const POSITION: &str = "position";
const EPOCH: &str = "epoch";
const VERSION: &str = "version";

/// What a file must agree with, and what fills it.
#[derive(Clone)]
pub(super) struct Plan {
    pub(super) version: u32,
    pub(super) epoch: LogEpoch,
    pub(super) folds: Arc<[Arc<dyn Fold>]>,
    pub(super) cache_bytes: usize,
}

/// An open file.
pub(super) struct Store {
    database: Database,
    plan: Plan,
}

/// Why an existing file is not used.
enum Unusable {
    /// It can be replaced.
    Stale(String),
    /// It must not be touched.
    Failed(ViewError),
}

impl Store {
    /// Opens the file, or puts an empty one in its place if it is of another version or epoch, is ahead of the log's
    /// head, or is damaged. Gives its position too.
    pub(super) fn open(path: &Path, plan: Plan, head: Position) -> Result<(Self, Position), ViewError> {
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        if path.try_exists()? {
            match Self::open_existing(path, plan.clone(), head) {
                Ok(opened) => return Ok(opened),
                Err(Unusable::Stale(reason)) => {
                    tracing::warn!(view = %path.display(), reason, "the view is rebuilt from nothing");
                }
                Err(Unusable::Failed(error)) => return Err(error),
            }
        }
        Ok((Self::create(path, plan)?, Position::START))
    }

    /// An empty file, in place of one that may be there.
    pub(super) fn create(path: &Path, plan: Plan) -> Result<Self, ViewError> {
        remove(path)?;
        let database = Database::builder().set_cache_size(plan.cache_bytes).create(path)?;
        let store = Self { database, plan };
        store.write(Durability::Immediate, |tx| {
            let mut meta = tx.open_table(META)?;
            meta.insert(POSITION, u128::from(Position::START.get()))?;
            meta.insert(EPOCH, store.plan.epoch.uuid().as_u128())?;
            meta.insert(VERSION, u128::from(store.plan.version))?;
            store.plan.folds.iter().try_for_each(|fold| fold.create(tx))
        })?;
        Ok(store)
    }

    fn open_existing(path: &Path, plan: Plan, head: Position) -> Result<(Self, Position), Unusable> {
        // Of a file that was changed by something else, redb may panic.
        let opened = catch_unwind(AssertUnwindSafe(|| {
            let database = Database::builder().set_cache_size(plan.cache_bytes).open(path)?;
            let store = Self { database, plan };
            let position = store.check(head)?;
            Ok((store, position))
        }));
        opened.unwrap_or_else(|panic| Err(Unusable::Stale(format!("it is damaged: {}", message(&*panic)))))
    }

    fn check(&self, head: Position) -> Result<Position, Unusable> {
        let stale = |what: &str| Err(Unusable::Stale(what.to_owned()));
        let tx = self.database.begin_read()?;
        let meta = tx.open_table(META)?;
        let number = |key| Ok::<_, Unusable>(meta.get(key)?.map(|value| value.value()));
        if number(VERSION)? != Some(self.plan.version.into()) {
            return stale("it is of another version");
        }
        if number(EPOCH)? != Some(self.plan.epoch.uuid().as_u128()) {
            return stale("it was made from another log");
        }
        let position = position(&meta)?;
        if position > head {
            return stale("it is ahead of the log");
        }
        drop((meta, tx));
        self.write(Durability::Immediate, |tx| self.plan.folds.iter().try_for_each(|fold| fold.create(tx)))?;
        Ok(position)
    }

    /// Applies the next events and moves on to `position`, in one transaction.
    pub(super) fn apply(
        &self,
        events: &[Arc<Recorded>],
        position: Position,
        durability: Durability,
    ) -> Result<(), ViewError> {
        self.write(durability, |tx| {
            if !events.is_empty() {
                self.plan.folds.iter().try_for_each(|fold| fold.apply(tx, events))?;
            }
            tx.open_table(META)?.insert(POSITION, u128::from(position.get()))?;
            Ok(())
        })
    }

    /// Makes durable what was applied.
    pub(super) fn make_durable(&self) -> Result<(), ViewError> {
        self.write(Durability::Immediate, |_| Ok(()))
    }

    pub(super) fn read(&self) -> Result<(redb::ReadTransaction, Position), ViewError> {
        let tx = self.database.begin_read()?;
        let position = position(&tx.open_table(META)?)?;
        Ok((tx, position))
    }

    pub(super) fn epoch(&self) -> LogEpoch {
        self.plan.epoch
    }

    /// Closes the file, and says what went wrong with that.
    pub(super) fn close(self) -> Result<(), ViewError> {
        Ok(self.database.close()?)
    }

    fn write(
        &self,
        durability: Durability,
        change: impl FnOnce(&redb::WriteTransaction) -> Result<(), ViewError>,
    ) -> Result<(), ViewError> {
        let mut tx = self.database.begin_write()?;
        tx.set_durability(durability)?;
        // Without it, opening the file after a crash would walk through all of it.
        tx.set_quick_repair(matches!(durability, Durability::Immediate));
        change(&tx)?;
        Ok(tx.commit()?)
    }
}

fn position(meta: &impl ReadableTable<&'static str, u128>) -> Result<Position, StorageError> {
    let number = meta.get(POSITION)?.and_then(|value| u64::try_from(value.value()).ok());
    number.map(Position::new).ok_or_else(|| StorageError::Corrupted("the view has no position".to_owned()))
}

/// Removes a file, if it is there.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("unknown")
}

impl<E: Into<ViewError>> From<E> for Unusable {
    fn from(error: E) -> Self {
        let error = error.into();
        match &error {
            ViewError::Store(store) if is_about_content(store) => Self::Stale(error.to_string()),
            _ => Self::Failed(error),
        }
    }
}

/// Whether an empty file would help.
fn is_about_content(error: &redb::Error) -> bool {
    use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    use redb::Error;
    match error {
        Error::Io(error) => matches!(error.kind(), InvalidData | InvalidInput | UnexpectedEof),
        Error::DatabaseAlreadyOpen | Error::LockProtocolMismatch => false,
        Error::LockPoisoned(_) | Error::PreviousIo | Error::Unsupported => false,
        _ => true,
    }
}
