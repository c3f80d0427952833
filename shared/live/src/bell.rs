//! Waking sockets, each only for what it listens to.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::sync::Notify;
use types::Position;

/// What wakes one socket. Rings before it is awake are one.
#[derive(Debug, Default)]
pub(crate) struct Bell(Notify);

impl Bell {
    pub(crate) fn ring(&self) {
        self.0.notify_one();
    }

    /// Waits until it has rung since the last time.
    pub(crate) async fn rung(&self) {
        self.0.notified().await;
    }
}

/// The sockets that listen to something, and the position of the last event there.
#[derive(Debug, Default)]
pub(crate) struct Listeners {
    head: AtomicU64,
    bells: Mutex<HashMap<u64, Arc<Bell>>>,
}

impl Listeners {
    fn bells(&self) -> MutexGuard<'_, HashMap<u64, Arc<Bell>>> {
        self.bells.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(&self, socket: u64, bell: Arc<Bell>) {
        self.bells().insert(socket, bell);
    }

    /// Removes a socket; `true` if none is left.
    pub(crate) fn remove(&self, socket: u64) -> bool {
        let mut bells = self.bells();
        bells.remove(&socket);
        bells.is_empty()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bells().is_empty()
    }

    /// Something happened at `position`. It wakes nobody yet.
    pub(crate) fn reached(&self, position: Position) {
        self.head.fetch_max(position.get(), Ordering::AcqRel);
    }

    /// The last position at which something happened.
    pub(crate) fn head(&self) -> Position {
        Position::new(self.head.load(Ordering::Acquire))
    }

    /// Wakes those who listen.
    pub(crate) fn ring(&self) {
        for bell in self.bells().values() {
            bell.ring();
        }
    }
}
