//! Why a log is not whole, and what to do about it.

use std::sync::Arc;

use types::Position;

use crate::ReadError;

/// What is wrong with a log that was walked through, first and where; or why the walk did not come to its end.
#[derive(Clone, Debug, thiserror::Error)]
pub enum VerifyError {
    /// What was acknowledged is missing or was changed.
    #[error(
        "the log is damaged at position {position}: {reason}; stop Erfa, keep a copy of the directory as it is, and put \
         the newest backup in its place (`erfa log restore`), or give up what follows there (`erfa log accept-loss`)"
    )]
    Damaged {
        /// The first position that is not right.
        position: Position,
        /// What is wrong.
        reason: Arc<str>,
    },
    /// All events are there, and the index does not say so.
    #[error(
        "the index of the log is wrong at position {position}: {reason}; all events are there, so stop Erfa and have \
         the index made again (`erfa log reindex`)"
    )]
    Index {
        /// The first position that is not right.
        position: Position,
        /// What is wrong.
        reason: Arc<str>,
    },
    /// The log is closing, or the disk can't be read.
    #[error("the log can't be verified to its end: {reason}; try again")]
    Unavailable {
        /// Why.
        reason: Arc<str>,
    },
}

impl VerifyError {
    pub(super) fn of_blocks(error: ReadError) -> Self {
        match error {
            ReadError::Damaged { position, reason } => Self::Damaged { position, reason },
            ReadError::Unavailable { reason } => Self::Unavailable { reason },
        }
    }

    pub(super) fn of_index(error: ReadError) -> Self {
        match error {
            ReadError::Damaged { position, reason } => Self::Index { position, reason },
            ReadError::Unavailable { reason } => Self::Unavailable { reason },
        }
    }
}

impl From<ReadError> for VerifyError {
    fn from(error: ReadError) -> Self {
        Self::of_blocks(error)
    }
}
