//! Why a backup can't be written or read, and what to do about it.

use std::{
    io,
    path::{Path, PathBuf},
};

use types::LogEpoch;

/// Why a backup can't be written or read; each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// It is a file, or there is none to read.
    #[error("`{dir}` is not a directory: name the directory of a backup")]
    NotDirectory {
        /// What was named.
        dir: PathBuf,
    },
    /// Something else lies there.
    #[error("`{dir}` holds other things than a backup: name an empty directory, or that of a backup")]
    Foreign {
        /// The directory.
        dir: PathBuf,
    },
    /// There is nothing in it.
    #[error("`{dir}` holds no backup: name the directory that `erfa log backup` was given")]
    Nothing {
        /// The directory.
        dir: PathBuf,
    },
    /// Another process writes to it.
    #[error("another `erfa log backup` is writing to `{dir}`: let it, or end it first")]
    InUse {
        /// The directory.
        dir: PathBuf,
    },
    /// It was made from another log.
    #[error(
        "`{dir}` is the backup of another log (its origin is {found}, and that of this log {log}): back up into another \
         directory"
    )]
    OtherLog {
        /// The directory.
        dir: PathBuf,
        /// The origin of the log that it was made from.
        found: LogEpoch,
        /// The origin of the log that is to be backed up.
        log: LogEpoch,
    },
    /// It goes further than the log, or the log went on in another way.
    #[error(
        "the log has not what the backup in `{dir}` has at position {position}: the log was restored, or lost its end, \
         after this backup was made. Keep this backup as it is, and back up into another directory"
    )]
    Parted {
        /// The directory.
        dir: PathBuf,
        /// The last position in the backup.
        position: u64,
    },
    /// A newer program wrote it.
    #[error("`{file}` has format {found}, and this program knows formats up to {known}: use a newer Erfa")]
    Newer {
        /// The file.
        file: PathBuf,
        /// Its format.
        found: u32,
        /// The newest format that this program knows.
        known: u32,
    },
    /// A file of it is missing.
    #[error(
        "the backup in `{dir}` lacks the file `{file}`: put it back from where the backup was copied{}",
        otherwise(.position)
    )]
    Missing {
        /// The directory.
        dir: PathBuf,
        /// The name of the file.
        file: String,
        /// The last position before what is missing.
        position: u64,
    },
    /// What lies there is not what was written.
    #[error(
        "the backup is damaged: `{file}` at byte {offset}, after position {position}: {reason}; use another copy of the \
         file{}",
        otherwise(.position)
    )]
    Damaged {
        /// The file.
        file: PathBuf,
        /// Where in it.
        offset: u64,
        /// The last position before the damage.
        position: u64,
        /// What is wrong.
        reason: String,
    },
    /// The log sent something else than its next block.
    #[error("the log's block after position {position} is not right: {reason}; run `erfa log verify`")]
    Sent {
        /// The last position in the backup.
        position: u64,
        /// What is wrong.
        reason: String,
    },
    /// The disk is full.
    #[error("there is no room left for `{path}`: make room on that disk and run it again")]
    DiskFull {
        /// What was written.
        path: PathBuf,
    },
    /// The system refused something else.
    #[error("{doing} `{path}` failed: {source}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

fn otherwise(position: &u64) -> String {
    match position {
        0 => String::new(),
        _ => format!(", or restore what comes before it with `--to {position}` and back up into another directory"),
    }
}

impl BackupError {
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path: path.to_owned() },
            _ => Self::Io { doing, path: path.to_owned(), source },
        }
    }
}
