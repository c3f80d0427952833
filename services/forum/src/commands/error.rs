//! Why a command was not carried out.

use event_sourcing::{ExecuteError, ViewError};
use types::{ArenaId, PersonId, PostId, ThreadId};

use crate::domain::{arena, thread};

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in.
    #[error("nobody is signed in")]
    SignedOut,
    /// The token may only read.
    #[error("the token may only read")]
    MayNotWrite,
    /// There is no such arena for the one who asks.
    #[error("there is no arena `{0}`")]
    ArenaNotFound(ArenaId),
    /// Only members read what is in the arena.
    #[error("arena `{0}` is read by its members: join it first")]
    MembersOnly(ArenaId),
    /// There is no such thread for the one who asks.
    #[error("there is no thread `{0}`")]
    ThreadNotFound(ThreadId),
    /// There is no such post for the one who asks.
    #[error("there is no post `{0}`")]
    PostNotFound(PostId),
    /// There is no such person in the exchange.
    #[error("there is no person `{0}` in the exchange")]
    PersonNotFound(PersonId),
    /// Only members write in the arena.
    #[error("arena `{0}` is written in by its members: join it first")]
    NotAMember(ArenaId),
    /// Only the secretariat may.
    #[error("only the secretariat may do this")]
    SecretariatOnly,
    /// An arena refused, or it could not be asked.
    #[error(transparent)]
    Arena(#[from] ExecuteError<arena::Error>),
    /// A thread refused, or it could not be asked.
    #[error(transparent)]
    Thread(#[from] ExecuteError<thread::Error>),
    /// The view can't be read.
    #[error(transparent)]
    View(#[from] ViewError),
}

impl Error {
    /// What the rules of threads say, if it was they who refused.
    pub fn thread_refusal(&self) -> Option<&thread::Error> {
        match self {
            Self::Thread(ExecuteError::Refused(error)) => Some(error),
            _ => None,
        }
    }

    /// What the rules of arenas say, if it was they who refused.
    pub fn arena_refusal(&self) -> Option<&arena::Error> {
        match self {
            Self::Arena(ExecuteError::Refused(error)) => Some(error),
            _ => None,
        }
    }
}
