//! What can go wrong with a view.

use contracts::DecodeError;
use event_log::ReadError;
use types::Position;

/// Why a view could not be read, or did not take events.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// Its file.
    #[error("the view's store failed: {0}")]
    Store(#[source] Box<redb::Error>),
    /// A value in a table is not what a reader expects.
    #[error("a value in the view can't be read")]
    Value(#[from] serde_json::Error),
    /// An event.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The log.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The directory of its file.
    #[error("the view's file can't be replaced: {0}")]
    File(#[from] std::io::Error),
    /// A fold found that its tables contradict the events.
    #[error("{0}")]
    Inconsistent(String),
    /// A fold or an observer panicked, which is a defect in it.
    #[error("a fold or an observer panicked")]
    Panicked,
    /// A rebuild is going on already.
    #[error("the view is being rebuilt already")]
    Rebuilding,
    /// It was closed.
    #[error("the view is closed")]
    Closed,
}

macro_rules! from_redb {
    ($($error:ident)*) => {$(
        impl From<redb::$error> for ViewError {
            fn from(error: redb::$error) -> Self {
                Self::Store(Box::new(error.into()))
            }
        }
    )*};
}
from_redb! { CommitError DatabaseError Error SetDurabilityError StorageError TableError TransactionError }

/// Why a position was not reached.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WaitError {
    /// Time is up.
    #[error("the view has only reached position {reached} in time")]
    TimedOut {
        /// How far it came.
        reached: Position,
    },
    /// The view no longer follows the log.
    #[error("the view has stopped: {0}")]
    Stopped(String),
}
