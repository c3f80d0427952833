//! What the writer and the readers of an open log have in common.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::sync::{Semaphore, watch};
use types::{LogEpoch, Position};

use super::{index::Late, ring::Ring, store::Store};

/// An open log.
pub(super) struct Shared {
    pub(super) dir: PathBuf,
    pub(super) epoch: LogEpoch,
    /// The epoch of its first life.
    pub(super) origin: LogEpoch,
    /// `None` when the log is closed.
    store: RwLock<Option<Store>>,
    ring: RwLock<Ring>,
    late: Mutex<Late>,
    /// Readers see nothing beyond this. Its sender is the writer's, and is gone when the log is closed.
    pub(super) committed: watch::Receiver<Position>,
    /// Why the log takes no commits, while it does not.
    pub(super) read_only: watch::Sender<Option<Arc<str>>>,
    /// Whether a commit was refused for that.
    wanted: AtomicBool,
    /// How many reads of the store may block at a time.
    pub(super) reads: Arc<Semaphore>,
}

/// The most reads of the store at a time.
const READS_AT_ONCE_MAX: usize = 8;

impl Shared {
    pub(super) fn new(
        dir: PathBuf,
        (epoch, origin): (LogEpoch, LogEpoch),
        store: Store,
        late: Late,
        committed: watch::Receiver<Position>,
    ) -> Self {
        let ring = Ring::after(committed.borrow().get());
        Self {
            dir,
            epoch,
            origin,
            store: RwLock::new(Some(store)),
            ring: RwLock::new(ring),
            late: Mutex::new(late),
            committed,
            read_only: watch::Sender::new(None),
            wanted: AtomicBool::new(false),
            reads: Arc::new(Semaphore::new(READS_AT_ONCE_MAX)),
        }
    }

    /// The store, which stays open for as long as the guard is held.
    pub(super) fn store(&self) -> RwLockReadGuard<'_, Option<Store>> {
        self.store.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the store, when the last reader has let go of it.
    pub(super) fn take_store(&self) -> Option<Store> {
        self.store_mut().take()
    }

    /// The place of the store, when the last reader has let go of it.
    pub(super) fn store_mut(&self) -> RwLockWriteGuard<'_, Option<Store>> {
        self.store.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why the log takes no commits, if it does not.
    pub(super) fn read_only(&self) -> Option<Arc<str>> {
        self.read_only.borrow().clone()
    }

    /// As `read_only`, for somebody who has a commit.
    pub(super) fn refusal(&self) -> Option<Arc<str>> {
        let reason = self.read_only();
        if reason.is_some() {
            self.wanted.store(true, Ordering::Relaxed);
        }
        reason
    }

    /// Whether somebody had a commit since this was forgotten last.
    pub(super) fn is_wanted(&self) -> bool {
        self.wanted.load(Ordering::Relaxed)
    }

    pub(super) fn forget_wanted(&self) {
        self.wanted.store(false, Ordering::Relaxed);
    }

    /// Waits until the log takes commits again, or is closed.
    pub(super) async fn recovered(&self) {
        let (mut reason, mut committed) = (self.read_only.subscribe(), self.committed.clone());
        loop {
            tokio::select! {
                _ = reason.wait_for(Option::is_none) => return,
                changed = committed.changed() => if changed.is_err() { return },
            }
        }
    }

    /// Whether the writer has ended.
    pub(super) fn is_closed(&self) -> bool {
        self.committed.has_changed().is_err()
    }

    pub(super) fn ring(&self) -> RwLockReadGuard<'_, Ring> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn ring_mut(&self) -> RwLockWriteGuard<'_, Ring> {
        self.ring.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn late(&self) -> MutexGuard<'_, Late> {
        self.late.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last position that readers see.
    pub(super) fn committed(&self) -> u64 {
        self.committed.borrow().get()
    }
}
