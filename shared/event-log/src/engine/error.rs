//! Why a log can't be opened, and what to do about it.

use std::{io, path::PathBuf};

/// Why a log can't be opened. Nothing was changed that can't be undone; each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has the directory.
    #[error(
        "the log in `{dir}` is in use by another process; stop that process first, or give this one another data \
         directory"
    )]
    InUse {
        /// The log's directory.
        dir: PathBuf,
    },
    /// Nothing can be written there.
    #[error(
        "the log in `{dir}` can't be written ({source}); give this user the right to write there, and make sure \
             that the file system is not mounted read-only"
    )]
    NotWritable {
        /// The log's directory.
        dir: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The disk is full.
    #[error("there is no room left for the log in `{dir}`; make room on that disk and start again")]
    DiskFull {
        /// The log's directory.
        dir: PathBuf,
    },
    /// There is no room for a copy, which must be looked at first.
    #[error(
        "the log in `{dir}` must be copied before anything in it is touched, and there is no room for that; make room for \
         {megabytes} MB on that disk and run it again"
    )]
    NoRoomForCopy {
        /// The log's directory.
        dir: PathBuf,
        /// How much room is needed, in millions of bytes.
        megabytes: u64,
    },
    /// A newer program wrote it.
    #[error("the log in `{dir}` has format {found}, and this program knows formats up to {known}; start a newer Erfa")]
    Newer {
        /// The log's directory.
        dir: PathBuf,
        /// Its format.
        found: u32,
        /// The newest format that this program knows.
        known: u32,
    },
    /// Acknowledged events are missing.
    #[error(
        "the log in `{dir}` has lost events: it ends at position {tip}, but events up to position {mark} were \
         acknowledged; put the newest backup in its place with `erfa log restore`, or accept the loss with \
         `erfa log accept-loss`"
    )]
    BehindMark {
        /// The log's directory.
        dir: PathBuf,
        /// The last position that is there.
        tip: u64,
        /// The last position that surely was there.
        mark: u64,
    },
    /// What lies there is not what was written.
    #[error(
        "the log in `{dir}` is damaged: {reason}; put the newest backup in its place with `erfa log restore`, or accept \
         the loss with `erfa log accept-loss`"
    )]
    Damaged {
        /// The log's directory.
        dir: PathBuf,
        /// What is wrong, and where.
        reason: String,
    },
    /// The system refused something else.
    #[error(
        "the log in `{dir}` can't be opened: {doing} failed: {source}; see to that directory or its disk, and start again"
    )]
    Io {
        /// The log's directory.
        dir: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
}
