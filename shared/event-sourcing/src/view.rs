//! Views: what the log looks like from one service, kept on disk.

mod background;
mod error;
mod inner;
mod options;
mod rebuild;
mod runner;
mod snapshot;
mod store;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use arc_swap::ArcSwapOption;
use event_log::{Log, Recorded};
use tokio::sync::{Mutex as AsyncMutex, watch};
use tokio_util::sync::{CancellationToken, DropGuard};
use types::Position;

use self::{
    inner::{Inner, Writer, blocking},
    store::{Plan, Store},
};

pub use error::{ViewError, WaitError};
pub use options::ViewsOptions;
pub use snapshot::Snapshot;

/// Turns events into tables.
///
/// A fold is deterministic: the same events give the same tables, whenever and in whatever batches they come. It
/// ignores events that it does not know. It keeps nothing in memory: during a rebuild, one fold fills two files.
pub trait Fold: Send + Sync + 'static {
    /// Opens every table of the fold once, so that readers find them. Called whenever the view is opened.
    fn create(&self, tx: &redb::WriteTransaction) -> Result<(), ViewError>;

    /// Applies the next events, in order. An error takes back the whole batch and stops the view.
    fn apply(&self, tx: &redb::WriteTransaction, events: &[Arc<Recorded>]) -> Result<(), ViewError>;
}

/// Hears what a view has applied.
pub trait Observer: Send + Sync + 'static {
    /// These events can be read from the view now, which has reached `position`. Called for one batch after the other,
    /// with no gaps from where the view stood when it was opened. It must not block.
    fn applied(&self, events: &[Arc<Recorded>], position: Position);
}

/// The views of a service: their tables on disk, and what keeps them up to date. Clones are handles on the same views;
/// with the last of them goes the runner.
#[derive(Clone)]
pub struct Views {
    inner: Arc<Inner>,
    _stop: Arc<DropGuard>,
}

impl Views {
    /// Opens the file and starts to follow the log from where the file stands, without waiting until that is the
    /// log's head. A file that is of another version or epoch, or can't be read, is replaced by an empty one.
    pub async fn open(log: Log, options: ViewsOptions) -> Result<Self, ViewError> {
        let head = log.head().await?;
        let plan = Plan {
            version: options.version,
            epoch: log.epoch(),
            folds: options.folds.as_slice().into(),
            cache_bytes: options.cache_bytes,
        };
        let (path, file_plan) = (options.path.clone(), plan.clone());
        let (store, position) = blocking(move || {
            rebuild::remove_leftover(&path)?;
            Store::open(&path, file_plan, head)
        })
        .await?;
        let stop = CancellationToken::new();
        let inner = Arc::new(Inner {
            log,
            name: options.path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            options,
            plan,
            store: ArcSwapOption::from_pointee(store),
            writer: Arc::new(AsyncMutex::new(Writer::at(position))),
            rebuilding: AsyncMutex::default(),
            ground: Arc::default(),
            position: watch::Sender::new(position),
            failure: watch::Sender::new(None),
            runner: Mutex::default(),
            stop: stop.clone(),
        });
        inner.start(position);
        Ok(Self { inner, _stop: Arc::new(stop.drop_guard()) })
    }

    /// What can be read now.
    pub fn snapshot(&self) -> Result<Snapshot, ViewError> {
        Snapshot::of(self.inner.store.load_full().ok_or(ViewError::Closed)?)
    }

    /// The position that can be read now; a snapshot taken afterwards has at least this one.
    pub fn position(&self) -> Position {
        *self.inner.position.borrow()
    }

    /// The position that can be read, as it moves.
    pub fn watch(&self) -> watch::Receiver<Position> {
        self.inner.position.subscribe()
    }

    /// Waits until everything up to `position` can be read, at most for `limit`.
    pub async fn wait_for(&self, position: Position, limit: Duration) -> Result<(), WaitError> {
        let waited = tokio::time::timeout(limit, self.catch_up(position, |_| ())).await;
        waited.unwrap_or_else(|_| Err(WaitError::TimedOut { reached: self.position() }))
    }

    /// Waits until everything up to `position` can be read, however long that takes, unless the view stops. `progress`
    /// hears how far it has come, at first and whenever it has moved.
    pub async fn catch_up(&self, position: Position, progress: impl Fn(Position)) -> Result<(), WaitError> {
        let (mut reached, mut failure) = (self.watch(), self.inner.failure.subscribe());
        let arrived = |reached: &Position| {
            progress(*reached);
            *reached >= position
        };
        tokio::select! {
            biased;
            // The sender lives as long as this handle.
            _ = reached.wait_for(arrived) => Ok(()),
            _ = failure.wait_for(Option::is_some) => Err(WaitError::Stopped(self.failure().unwrap_or_default())),
            () = self.inner.stop.cancelled() => Err(WaitError::Stopped(ViewError::Closed.to_string())),
        }
    }

    /// Builds the tables again from nothing, beside those that are read meanwhile, and then puts them in their place. It
    /// gives way to everything else in the process, so it takes the longer the more there is to do.
    /// `progress` hears now and then how far it has come, and how far it has to go. A view that has failed starts
    /// again. One rebuild goes on at a time; one that is dropped on its way leaves the view as it was.
    pub async fn rebuild(&self, progress: impl Fn(Position, Position) + Send + Sync) -> Result<(), ViewError> {
        self.inner.rebuild(progress).await
    }

    /// Stops following the log, makes everything durable, and lets go of the file as soon as the last snapshot has.
    pub async fn close(&self) -> Result<(), ViewError> {
        self.inner.stop.cancel();
        let _no_rebuild = self.inner.rebuilding.lock().await;
        let _nor_one_that_was_dropped = self.inner.ground.lock().await;
        self.inner.join().await?;
        match self.inner.store.swap(None).and_then(Arc::into_inner) {
            Some(store) => blocking(move || store.close()).await,
            None => Ok(()),
        }
    }

    /// Why the view no longer follows the log, if it does not: for health.
    pub fn failure(&self) -> Option<String> {
        self.inner.failure.borrow().clone()
    }
}

#[cfg(test)]
mod tests;
