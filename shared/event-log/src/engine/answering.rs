//! Answering those who wait for a group.

use tokio::{runtime::Handle, sync::oneshot};

use crate::{AppendError, Appended};

/// One who waits, and what they are answered.
pub(super) type Answer = (oneshot::Sender<Result<Appended, AppendError>>, Result<Appended, AppendError>);

/// From so many on it is worth it to send a task that answers.
const MANY: usize = 4;

/// Answers on the runtime of those who wait: waking a task from outside of its runtime costs a multiple, and the writer
/// goes on with the next group meanwhile.
pub(super) struct Answering(Option<Handle>);

impl Answering {
    /// Answers on the runtime that this is called in, or at once if there is none.
    pub(super) fn here() -> Self {
        Self(Handle::try_current().ok())
    }

    pub(super) fn answer(&self, answers: Vec<Answer>) {
        let answers_many = answers.len() >= MANY;
        let all = || {
            for (waiting, outcome) in answers {
                // Whoever does not wait any more does not miss it.
                let _ = waiting.send(outcome);
            }
        };
        match &self.0 {
            Some(runtime) if answers_many => drop(runtime.spawn(async { all() })),
            _ => all(),
        }
    }
}
