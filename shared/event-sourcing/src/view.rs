//! Views: what the log looks like from one service, kept on disk.

mod error;
mod options;
mod snapshot;

use std::{sync::Arc, time::Duration};

use event_log::{Log, Recorded};
use tokio::sync::watch;
use types::Position;

pub use error::{ViewError, WaitError};
pub use options::ViewsOptions;
pub use snapshot::Snapshot;

/// Turns events into tables.
///
/// A fold is deterministic: the same events give the same tables, whenever and in whatever batches they come. It
/// ignores events that it does not know.
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

/// The views of a service: their tables on disk, and what keeps them up to date. Clones are handles on the same views.
#[derive(Clone)]
pub struct Views {
    position: watch::Receiver<Position>,
}

impl Views {
    /// Opens the file and starts to follow the log from where the file stands, without waiting until that is the
    /// log's head. A file that is of another version or epoch, or can't be opened, is replaced by an empty one.
    pub async fn open(log: Log, options: ViewsOptions) -> Result<Self, ViewError> {
        let _ = (log, options);
        std::future::ready(Err(ViewError::Closed)).await
    }

    /// What can be read now.
    pub fn snapshot(&self) -> Result<Snapshot, ViewError> {
        Err(ViewError::Closed)
    }

    /// The position that can be read now.
    pub fn position(&self) -> Position {
        *self.position.borrow()
    }

    /// The position that can be read, as it moves.
    pub fn watch(&self) -> watch::Receiver<Position> {
        self.position.clone()
    }

    /// Waits until everything up to `position` can be read, at most for `limit`.
    pub async fn wait_for(&self, position: Position, limit: Duration) -> Result<(), WaitError> {
        let _ = (position, limit);
        std::future::ready(Err(WaitError::TimedOut { reached: self.position() })).await
    }

    /// Builds the tables again from nothing, beside those that are read meanwhile, and then puts them in their place.
    /// `progress` hears now and then how far it has come, and how far it has to go.
    pub async fn rebuild(&self, progress: impl Fn(Position, Position) + Send + Sync) -> Result<(), ViewError> {
        progress(Position::START, self.position());
        std::future::ready(Err(ViewError::Closed)).await
    }

    /// Stops following the log and makes everything durable.
    pub async fn close(&self) -> Result<(), ViewError> {
        std::future::ready(Err(ViewError::Closed)).await
    }

    /// Why the view no longer follows the log, if it does not.
    pub fn failure(&self) -> Option<String> {
        None
    }
}
