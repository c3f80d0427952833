//! What is left of a log that can't be opened, and taking it into use again.
//!
//! [`survey`] walks through the blocks as far as they verify. [`SledLog::accept_loss`] makes a new log of those, with a
//! new epoch, and an event in it that says what was lost; the old log is put aside and never deleted.
//!
//! **Architecture Invariant:** sled opens only a copy of the old log, because it writes over what it does not understand.
//! Every byte of the old log stays as it was.

mod accept;
mod survey;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use types::Position;

pub use self::accept::Accepted;
use self::survey::survey;
use super::{
    BuildError, OpenError, SledLog, SledOptions,
    open::{Opening, newest},
};

/// What is wrong with a log, and what of it can't be had any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Loss {
    /// What is wrong.
    pub reason: String,
    /// Everything up to here is there and right.
    pub kept_to: Position,
    /// The last position that was surely there; `None` if nothing is known to be lost.
    pub lost_to: Option<Position>,
}

/// Why there is nothing to accept, or it can't be done. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum LossError {
    /// It can be opened, and every block verifies.
    #[error("the log in `{dir}` is whole up to position {head}: nothing is lost, and there is nothing to accept")]
    Nothing {
        /// The log's directory.
        dir: PathBuf,
        /// The position of the last event.
        head: Position,
    },
    /// There is nothing that could be kept.
    #[error("nothing of the log in `{dir}` can be read ({reason}): restore a backup with `erfa log restore`")]
    Unreadable {
        /// The log's directory.
        dir: PathBuf,
        /// Why.
        reason: String,
    },
    /// The log is in use, newer, or its disk refuses.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The new log can't be made.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// What was lost can't be written down in the new log.
    #[error("what was lost can't be recorded: {0}; nothing was changed")]
    Record(String),
}

impl SledLog {
    /// What is lost of the log in this directory. Blocks until its blocks were walked through. `progress` hears how far
    /// that is, and where the log should end.
    pub fn loss(dir: &Path, options: &SledOptions, progress: impl Fn(u64, u64)) -> Result<Loss, LossError> {
        survey(dir, options, progress).map(|survey| survey.loss)
    }

    /// Makes the index of the log in this directory again from its blocks. Blocks until that is done. What else is wrong
    /// with the log is told, and it stays as it was.
    pub fn reindex(dir: &Path, options: SledOptions) -> Result<(), OpenError> {
        let opening = opening(dir, &options);
        let _lock = opening.lock()?;
        opening.format()?;
        let mark = opening.mark()?;
        opening.look(mark.as_ref())?;
        opening.reindex(newest(dir, mark))
    }
}

fn opening<'a>(dir: &'a Path, options: &SledOptions) -> Opening<'a> {
    Opening { dir, cache_bytes: options.cache_bytes, sync: options.sync.clone(), rehearsal: false }
}
