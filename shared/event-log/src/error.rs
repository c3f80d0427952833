//! Why the log refused. A refusal has no effect.

use types::{CommitId, InvalidStream, Position, Revision, StreamId};

/// Why a commit was not written.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AppendError {
    /// The stream is not as expected. Read it, decide again, and send the outcome as a new commit.
    #[error("stream `{stream}` is at revision {}, not where the commit expects it", current.map_or("none".to_owned(), |r| r.to_string()))]
    WrongRevision {
        /// The stream.
        stream: StreamId,
        /// Its revision; `None` if it has no events. It is the expected one where only the commit that was expected to
        /// stand there is not the one that does ([`crate::Expected::After`]).
        current: Option<Revision>,
    },
    /// The id belongs to another commit. Sending this again will never work.
    #[error("commit id `{0}` was used for another commit")]
    CommitIdReused(CommitId),
    /// The commit is larger than a limit. Sending this again will never work.
    #[error("the commit has {given} {what}, at most {limit} are taken")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// How much of it.
        given: usize,
        /// How much is taken.
        limit: usize,
    },
    /// The commit holds no events, an event id twice, an event type whose name is not one, or data that is not JSON or is
    /// nested deeper than [`crate::DATA_DEPTH_MAX`]. Sending this again will never work.
    #[error("the commit is not well formed: {0}")]
    Malformed(&'static str),
    /// The stream's name is not one: said by those who take commits over the network, since a [`StreamId`] always is.
    /// Sending this again will never work.
    #[error(transparent)]
    InvalidStream(#[from] InvalidStream),
    /// The disk refuses. Reading goes on; send the same commit again when the log takes writes again.
    #[error("the log is read-only: {reason}")]
    ReadOnly {
        /// What the disk said, and what to do.
        reason: std::sync::Arc<str>,
    },
    /// The outcome is unknown, or the log is closing. Send the same commit again, with the same id.
    #[error("the log is unavailable: {reason}")]
    Unavailable {
        /// Why.
        reason: std::sync::Arc<str>,
    },
}

impl AppendError {
    /// Whether the same commit may be taken later.
    pub fn may_retry(&self) -> bool {
        matches!(self, Self::ReadOnly { .. } | Self::Unavailable { .. })
    }
}

/// Why the log could not be read.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ReadError {
    /// What is stored there is not what was written.
    #[error(
        "the log is damaged at position {position}: {reason}; put the newest backup in its place with `erfa log restore`, \
         or accept the loss with `erfa log accept-loss`"
    )]
    Damaged {
        /// The first position that can't be read.
        position: Position,
        /// What is wrong.
        reason: std::sync::Arc<str>,
    },
    /// The log is closing, or can't be reached.
    #[error("the log is unavailable: {reason}")]
    Unavailable {
        /// Why.
        reason: std::sync::Arc<str>,
    },
}
