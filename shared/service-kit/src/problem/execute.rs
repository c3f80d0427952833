//! One table from what stops a command to what its sender hears.

use event_log::{AppendError, ReadError};
use event_sourcing::ExecuteError;

use super::Problem;
use crate::problems;

/// After how long a log that refuses writes is worth another try.
const READ_ONLY_RETRY_SECONDS: u64 = 30;
/// After how long something that was busy is worth another try.
const BUSY_RETRY_SECONDS: u64 = 1;

/// The problem that stands for a command that was not carried out; `refused` says what the rules' own errors mean.
///
/// What the sender can't mend is logged here, with ids and never with content.
pub fn execute_problem<E>(error: ExecuteError<E>, refused: impl FnOnce(E) -> Problem) -> Problem {
    match error {
        ExecuteError::Refused(error) => refused(error),
        ExecuteError::KeyReused(_) => Problem::new(&problems::KEY_REUSED),
        ExecuteError::Contended => busy("many wrote to the same thing at once: send the same request again"),
        ExecuteError::Append(error) => append_problem(error),
        ExecuteError::Read(error) => read_problem(&error),
        ExecuteError::Decode(error) => {
            tracing::error!(event_type = error.event_type, %error, "a stored event can't be read");
            Problem::new(&problems::INTERNAL)
        }
    }
}

fn append_problem(error: AppendError) -> Problem {
    match error {
        AppendError::CommitIdReused(_) => Problem::new(&problems::KEY_REUSED),
        AppendError::TooLarge { .. } => Problem::new(&problems::TOO_LARGE).detail(error.to_string()),
        AppendError::ReadOnly { .. } => {
            tracing::warn!(%error, "a command was refused");
            Problem::new(&problems::READ_ONLY).retry_after(READ_ONLY_RETRY_SECONDS)
        }
        AppendError::Unavailable { .. } => {
            tracing::warn!(%error, "a command was refused");
            busy("the outcome is unknown: send the same request again, with the same Idempotency-Key")
        }
        AppendError::WrongRevision { .. } => busy("others wrote to the same thing: send the same request again"),
        AppendError::Malformed(_) | AppendError::InvalidStream(_) => {
            tracing::error!(%error, "the log refused what a command decided");
            Problem::new(&problems::INTERNAL)
        }
    }
}

fn read_problem(error: &ReadError) -> Problem {
    match error {
        ReadError::Unavailable { .. } => {
            tracing::warn!(%error, "the log could not be read");
            busy("the log can't be reached: send the same request again")
        }
        ReadError::Damaged { .. } => {
            tracing::error!(%error, "the log is damaged");
            Problem::new(&problems::INTERNAL)
        }
    }
}

fn busy(detail: &str) -> Problem {
    Problem::new(&problems::UNAVAILABLE).detail(detail).retry_after(BUSY_RETRY_SECONDS)
}

#[cfg(test)]
mod tests {
    use types::{CommitId, Position};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn every_error_has_its_problem() {
        let reason = || "because".into();
        let commit = CommitId::from_uuid(Uuid::nil());
        for (error, code, retries) in [
            (ExecuteError::Refused(()), "conflict", false),
            (ExecuteError::KeyReused(commit), "key-reused", false),
            (ExecuteError::Contended, "unavailable", true),
            (ExecuteError::Append(AppendError::CommitIdReused(commit)), "key-reused", false),
            (ExecuteError::Append(AppendError::TooLarge { what: "bytes", given: 2, limit: 1 }), "too-large", false),
            (ExecuteError::Append(AppendError::ReadOnly { reason: reason() }), "read-only", true),
            (ExecuteError::Append(AppendError::Unavailable { reason: reason() }), "unavailable", true),
            (ExecuteError::Append(AppendError::Malformed("x")), "internal", false),
            (ExecuteError::Read(ReadError::Unavailable { reason: reason() }), "unavailable", true),
            (ExecuteError::Read(ReadError::Damaged { position: Position::START, reason: reason() }), "internal", false),
        ] {
            let problem = execute_problem(error, |()| Problem::new(&problems::CONFLICT));
            assert_eq!((problem.kind().code, problem.0.retry_after_seconds.is_some()), (code, retries));
        }
    }
}
