//! Backups: the blocks of a log in plain files, which verify themselves. Read [`format`](mod@format) first.
//!
//! [`Backup`] writes one, `read` reads it again, `source` is the log's side.

mod error;
mod format;
pub(super) mod read;
mod source;
mod write;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use types::LogEpoch;

pub use self::{
    error::BackupError,
    source::StoredBlock,
    write::{Backup, BackupEnd},
};

/// The file that says who writes to the directory.
const LOCK_FILE: &str = "lock";
/// The file that is to become the next of a backup.
const NEW_FILE: &str = "next.new";

/// Which log, and which of its lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogIdentity {
    /// Which life of the log.
    pub epoch: LogEpoch,
    /// The epoch of its first life.
    pub origin: LogEpoch,
}
