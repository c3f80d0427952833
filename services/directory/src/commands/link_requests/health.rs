//! Whether the worker that sends links is alive and gets on.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use types::{Clock, Timestamp};

/// How long one link may take before the worker counts as stuck: far more than a view or a disk that are slow.
const STUCK_SECONDS: i64 = 30;

/// What the worker is about. Clones share it.
#[derive(Clone)]
pub(crate) struct WorkerHealth {
    clock: Arc<dyn Clock>,
    state: Arc<Mutex<State>>,
}

#[derive(Clone, Copy)]
enum State {
    Waits,
    Sends { since: Timestamp },
    Ended,
}

/// Says that the worker has ended, however it did.
pub(super) struct Alive(WorkerHealth);

impl WorkerHealth {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, state: Arc::new(Mutex::new(State::Waits)) }
    }

    /// Until this is dropped, the worker lives.
    pub(super) fn alive(&self) -> Alive {
        Alive(self.clone())
    }

    pub(super) fn sends(&self) {
        *self.state() = State::Sends { since: self.clock.now() };
    }

    pub(super) fn waits(&self) {
        *self.state() = State::Waits;
    }

    /// What is wrong, in words.
    pub(crate) fn check(&self) -> Result<(), String> {
        match *self.state() {
            State::Waits => Ok(()),
            State::Ended => Err("what sends sign-in links has ended, so nobody gets one: restart Erfa".to_owned()),
            State::Sends { since } => match self.clock.now().as_second() - since.as_second() {
                seconds if seconds > STUCK_SECONDS => Err(format!(
                    "a sign-in link has been on its way for {seconds} seconds, and others wait for it: see whether \
                     `outbox/` in the data directory can be written"
                )),
                _ => Ok(()),
            },
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        *self.0.state() = State::Ended;
    }
}

#[cfg(test)]
mod tests {
    use types::ManualClock;

    use super::*;

    #[test]
    fn a_worker_that_is_stuck_or_gone_is_told_of() {
        let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
        let health = WorkerHealth::new(clock.clone());
        let alive = health.alive();
        clock.advance_seconds(1_000);
        assert_eq!(health.check(), Ok(()), "a worker with nothing to do is well");
        health.sends();
        clock.advance_seconds(STUCK_SECONDS);
        assert_eq!(health.check(), Ok(()));
        clock.advance_seconds(1);
        assert!(health.check().is_err_and(|why| why.contains("31 seconds")));
        health.waits();
        assert_eq!(health.check(), Ok(()));
        drop(alive);
        assert!(health.check().is_err_and(|why| why.contains("restart Erfa")));
    }
}
