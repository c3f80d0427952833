//! What a form that was refused says: what happened, and what to do.

use event_sourcing::ExecuteError;
use http::StatusCode;
use types::TextError;
use web::{Errors, Texts};

use crate::{
    commands::Error,
    domain::{arena, thread},
};

/// Why a form was refused.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    /// In the reader's language.
    pub(super) message: String,
}

/// What to say of the error, by the name that its text `refused-<name>` has; `None` where there is nothing to be shown, because what was asked for is not there.
pub(super) fn of(t: &Texts, error: &Error) -> Option<Refusal> {
    use StatusCode as S;
    let (status, name) = match error {
        Error::Thread(ExecuteError::Refused(error)) => thread_refusal(error)?,
        Error::Arena(ExecuteError::Refused(error)) => arena_refusal(error)?,
        Error::Thread(ExecuteError::KeyReused(_)) | Error::Arena(ExecuteError::KeyReused(_)) => {
            (S::UNPROCESSABLE_ENTITY, "sent-before")
        }
        Error::Thread(_) | Error::Arena(_) => (S::SERVICE_UNAVAILABLE, "unavailable"),
        Error::NotAMember(_) => (S::FORBIDDEN, "not-a-member"),
        Error::MembersOnly(_) => (S::FORBIDDEN, "members-only"),
        Error::SecretariatOnly => (S::FORBIDDEN, "secretariat-only"),
        Error::MayNotWrite => (S::FORBIDDEN, "may-not-write"),
        Error::PersonNotFound(_) => (S::UNPROCESSABLE_ENTITY, "no-such-person"),
        Error::ArenaNotFound(_)
        | Error::ThreadNotFound(_)
        | Error::PostNotFound(_)
        | Error::SignedOut
        | Error::View(_) => return None,
    };
    Some(Refusal { status, message: t.of("refused", name) })
}

fn thread_refusal(error: &thread::Error) -> Option<(StatusCode, &'static str)> {
    use StatusCode as S;
    use thread::Error as E;
    Some(match error {
        E::NotOpened | E::AlreadyOpened | E::PostNotFound(_) => return None,
        E::Closed => (S::CONFLICT, "closed"),
        E::Full => (S::CONFLICT, "full"),
        E::NothingToAnswer(_) => (S::UNPROCESSABLE_ENTITY, "nothing-to-answer"),
        E::PostWithdrawn(_) => (S::CONFLICT, "withdrawn"),
        E::NotTheAuthor(_) => (S::FORBIDDEN, "not-the-author"),
        E::PostChanged { .. } => (S::PRECONDITION_FAILED, "post-changed"),
        E::TooManyEdits(_) => (S::CONFLICT, "too-many-edits"),
        E::NotTheOpener => (S::FORBIDDEN, "not-the-opener"),
    })
}

fn arena_refusal(error: &arena::Error) -> Option<(StatusCode, &'static str)> {
    use StatusCode as S;
    use arena::Error as E;
    Some(match error {
        E::NotOpened | E::AlreadyOpened => return None,
        E::Changed { .. } => (S::PRECONDITION_FAILED, "arena-changed"),
        E::NotInvited => (S::FORBIDDEN, "not-invited"),
        E::Full => (S::CONFLICT, "arena-full"),
    })
}

/// The text, or a message beside its field.
pub(super) fn field<T>(t: &Texts, errors: &mut Errors, name: &str, text: Result<T, TextError>) -> Option<T> {
    let message = match text {
        Ok(text) => return Some(text),
        Err(TextError::Empty) => t.get("text-empty"),
        Err(TextError::LineBreak) => t.get("text-one-line"),
        Err(TextError::Forbidden(c)) => t.with("text-forbidden", [("code", format!("U+{:04X}", u32::from(c)))]),
        Err(TextError::TooLong { length, length_max }) => {
            t.with("text-too-long", (("length", length), ("most", length_max), ("over", length - length_max)))
        }
    };
    errors.add(name, message);
    None
}
