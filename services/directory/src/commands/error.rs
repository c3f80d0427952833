//! Why something was not done.

use event_log::{AppendError, ReadError};
use event_sourcing::{ExecuteError, ViewError, WaitError};

use types::Timestamp;

use crate::domain::{agency, identity, person, session, token};

/// Why something was not done; nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The rules for agencies, or the log.
    #[error(transparent)]
    Agency(#[from] ExecuteError<agency::Error>),
    /// The rules for people, or the log.
    #[error(transparent)]
    Person(#[from] ExecuteError<person::Error>),
    /// The rules for accounts at providers, or the log.
    #[error(transparent)]
    Identity(#[from] ExecuteError<identity::Error>),
    /// Without the account its person could never sign in again.
    #[error("the account is the only way in")]
    LastWayIn,
    /// The rules for sessions, or the log.
    #[error(transparent)]
    Session(#[from] ExecuteError<session::Error>),
    /// The rules for tokens, or the log.
    #[error(transparent)]
    Token(#[from] ExecuteError<token::Error>),
    /// There is no such agency.
    #[error("the agency is not known")]
    UnknownAgency,
    /// Somebody with that mail address works for an agency already.
    #[error("somebody with this mail address takes part already")]
    AddressTaken,
    /// They are shut out.
    #[error("the person is suspended{}: {reason}", until.map_or_else(String::new, |until| format!(" until {until}")))]
    Suspended {
        /// Why.
        reason: String,
        /// Until when; `None` until they are reinstated.
        until: Option<Timestamp>,
    },
    /// Not the address of a mailbox.
    #[error("the text is no mail address")]
    NotAnAddress,
    /// More wait for a sign-in link than are taken.
    #[error("too many are asking for a sign-in link right now")]
    Busy,
    /// It will never be done, since the directory is closing.
    #[error("the directory is closing")]
    Closing,
    /// The mail could not be put into the outbox.
    #[error("the mail could not be written: {0}")]
    Mail(#[from] crate::outbox::MailError),
    /// The view.
    #[error(transparent)]
    View(#[from] ViewError),
    /// The view is too far behind.
    #[error(transparent)]
    Wait(#[from] WaitError),
    /// The log.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The log takes nothing.
    #[error(transparent)]
    Append(#[from] AppendError),
}

impl Error {
    /// What the rules for agencies say against it.
    pub fn agency(&self) -> Option<&agency::Error> {
        match self {
            Self::Agency(ExecuteError::Refused(error)) => Some(error),
            _ => None,
        }
    }

    /// What the rules for people say against it.
    pub fn person(&self) -> Option<&person::Error> {
        match self {
            Self::Person(ExecuteError::Refused(error)) => Some(error),
            _ => None,
        }
    }

    /// What the rules for sessions say against it.
    pub fn session(&self) -> Option<session::Error> {
        match self {
            Self::Session(ExecuteError::Refused(error)) => Some(*error),
            _ => None,
        }
    }

    /// What the rules for accounts at providers say against it.
    pub fn identity(&self) -> Option<identity::Error> {
        match self {
            Self::Identity(ExecuteError::Refused(error)) => Some(*error),
            _ => None,
        }
    }

    /// What the rules for tokens say against it.
    pub fn token(&self) -> Option<token::Error> {
        match self {
            Self::Token(ExecuteError::Refused(error)) => Some(*error),
            _ => None,
        }
    }
}
