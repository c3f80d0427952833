//! What the runner, a rebuild and the readers of a view share.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use arc_swap::ArcSwapOption;
use event_log::{Log, Recorded};
use redb::Durability;
use tokio::{
    sync::{Mutex as AsyncMutex, OwnedMutexGuard, watch},
    task::JoinHandle,
    time::Instant,
};
use tokio_util::sync::CancellationToken;
use types::Position;

use super::{
    ViewError, ViewsOptions,
    store::{Plan, Store},
};

pub(super) struct Inner {
    pub(super) log: Log,
    pub(super) options: ViewsOptions,
    pub(super) plan: Plan,
    /// The service's name, in metrics.
    pub(super) name: String,
    /// What is read; `None` when closed.
    pub(super) store: ArcSwapOption<Store>,
    /// Held by whoever moves the view.
    pub(super) writer: Arc<AsyncMutex<Writer>>,
    /// Held by who asked for a rebuild.
    pub(super) rebuilding: AsyncMutex<()>,
    /// Held by the rebuild itself, for as long as it may touch its file.
    pub(super) ground: Arc<AsyncMutex<()>>,
    pub(super) position: watch::Sender<Position>,
    pub(super) failure: watch::Sender<Option<String>>,
    pub(super) runner: Mutex<Option<JoinHandle<()>>>,
    pub(super) stop: CancellationToken,
}

/// How the view stands on disk.
pub(super) struct Writer {
    pub(super) position: Position,
    /// Since when there is something that is not durable.
    dirty_since: Option<Instant>,
}

impl Writer {
    pub(super) fn at(position: Position) -> Self {
        Self { position, dirty_since: None }
    }

    /// When what was applied must become durable.
    pub(super) fn due(&self, every: Duration) -> Option<Instant> {
        self.dirty_since.map(|since| since + every)
    }
}

impl Inner {
    /// Applies the next events, then tells everyone. Blocks.
    pub(super) fn apply(
        &self,
        mut writer: OwnedMutexGuard<Writer>,
        events: &[Arc<Recorded>],
        position: Position,
    ) -> Result<(), ViewError> {
        let store = self.store.load_full().ok_or(ViewError::Closed)?;
        let now = Instant::now();
        let is_due = writer.due(self.options.durable_every).is_some_and(|due| due <= now);
        let durability = if is_due { Durability::Immediate } else { Durability::None };
        store.apply(events, position, durability)?;
        writer.position = position;
        writer.dirty_since = if is_due { None } else { writer.dirty_since.or(Some(now)) };
        drop(writer);
        self.position.send_replace(position);
        self.options.observers.iter().for_each(|observer| observer.applied(events, position));
        Ok(())
    }

    /// Makes durable what was applied. Blocks.
    pub(super) fn make_durable(&self, mut writer: OwnedMutexGuard<Writer>) -> Result<(), ViewError> {
        if writer.dirty_since.is_some()
            && let Some(store) = self.store.load_full()
        {
            store.make_durable()?;
            writer.dirty_since = None;
        }
        Ok(())
    }
}

/// Runs what blocks, without making others wait.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ViewError> + Send + 'static,
) -> Result<T, ViewError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) if error.is_panic() => Err(ViewError::Panicked),
        Err(_) => Err(ViewError::Closed),
    }
}
