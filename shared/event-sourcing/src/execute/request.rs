//! What is asked for, and what is answered.

use contracts::{DecodeError, Meta};
use event_log::{AppendError, ReadError};
use types::{CommitId, Position, Revision};
use uuid::Uuid;

use super::LoadError;

/// A command, and what its commit is to carry.
#[derive(Clone, Debug)]
pub struct Request<C> {
    /// The id of the stream in the decider's category.
    pub stream: Uuid,
    /// The commit's id.
    pub commit: CommitId,
    /// Who, for whom, when.
    pub meta: Meta,
    /// What is asked for.
    pub command: C,
    /// Whether the caller chose the commit id (an idempotency key, a form's hidden field), so that it may already have
    /// been used: then the stream is searched for it before anything is decided. What was written under it is the
    /// answer if its `meta.request` is the same, else the key was reused.
    pub repeatable: bool,
}

/// What a command came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executed<E> {
    /// Read up to here and you have read it all: the position of the command's last event or, if there are none, of
    /// what the decision rests on.
    pub position: Position,
    /// The revision of the stream right afterwards; `None` if it has no events.
    pub revision: Option<Revision>,
    /// What happened.
    pub events: Vec<E>,
    /// Whether it happened at an earlier request with the same commit id.
    pub repeated: bool,
}

/// Why a command was not carried out. Nothing was written, except perhaps at [`AppendError::Unavailable`].
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError<E> {
    /// The rules say no.
    #[error(transparent)]
    Refused(E),
    /// The commit id was used for another request.
    #[error("commit id `{0}` was used for another request")]
    KeyReused(CommitId),
    /// Others kept writing to the stream. It is safe to try again.
    #[error("others kept writing to the stream")]
    Contended,
    /// The log refused.
    #[error(transparent)]
    Append(AppendError),
    /// The log can't be read.
    #[error(transparent)]
    Read(ReadError),
    /// An event of the stream can't be read.
    #[error(transparent)]
    Decode(DecodeError),
}

impl<E> From<LoadError> for ExecuteError<E> {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Read(error) => Self::Read(error),
            LoadError::Decode(error) => Self::Decode(error),
        }
    }
}

impl<E> From<ReadError> for ExecuteError<E> {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl<E> From<DecodeError> for ExecuteError<E> {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}

/// The outcome's name in the metrics.
pub(super) fn label<E, R>(outcome: &Result<Executed<E>, ExecuteError<R>>) -> &'static str {
    match outcome {
        Ok(Executed { repeated: true, .. }) => "repeated",
        Ok(Executed { events, .. }) if events.is_empty() => "unchanged",
        Ok(_) => "written",
        Err(ExecuteError::Refused(_)) => "refused",
        Err(ExecuteError::KeyReused(_)) => "key-reused",
        Err(ExecuteError::Contended) => "contended",
        Err(ExecuteError::Append(_) | ExecuteError::Read(_) | ExecuteError::Decode(_)) => "failed",
    }
}
