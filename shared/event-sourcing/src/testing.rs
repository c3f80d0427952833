//! Rules as examples: given these events, when this command comes, then these events follow, or this refusal.
//!
//! ```text
//! given::<Thread>([opened()]).when(AddPost { .. }).then([added()]);
//! given::<Thread>([opened(), closed()]).when(AddPost { .. }).then_refused(Error::Closed);
//! ```

use std::fmt::Debug;

use crate::Decider;

/// A stream in which this has happened.
pub fn given<D: Decider>(events: impl IntoIterator<Item = D::Event>) -> Given<D> {
    Given { state: events.into_iter().fold(D::State::default(), |state, event| D::evolve(state, &event)) }
}

/// A stream with a history.
pub struct Given<D: Decider> {
    state: D::State,
}

/// What a command came to.
pub struct Outcome<D: Decider> {
    decided: Result<Vec<D::Event>, D::Error>,
    state: D::State,
}

impl<D: Decider> Given<D> {
    /// The command comes.
    pub fn when(self, command: D::Command) -> Outcome<D> {
        let decided = D::decide(&self.state, &command);
        Outcome { decided, state: self.state }
    }
}

impl<D: Decider> Outcome<D>
where
    D::Event: Debug + PartialEq,
{
    /// Exactly these events follow. Gives the stream with them, for what comes next.
    ///
    /// # Panics
    /// If others follow, or the command is refused.
    #[track_caller]
    pub fn then(self, expected: impl IntoIterator<Item = D::Event>) -> Given<D> {
        let expected: Vec<_> = expected.into_iter().collect();
        match self.decided {
            Ok(events) => assert_eq!(events, expected, "other events than expected"),
            Err(error) => unexpected(&format!("refused ({error}), expected {expected:?}")),
        }
        Given { state: expected.iter().fold(self.state, D::evolve) }
    }

    /// Nothing follows, since all is as the command wants it.
    ///
    /// # Panics
    /// If events follow, or the command is refused.
    #[track_caller]
    pub fn then_nothing(self) -> Given<D> {
        self.then([])
    }

    /// The command is refused, for this reason.
    ///
    /// # Panics
    /// If it is refused for another, or not refused.
    #[track_caller]
    pub fn then_refused(self, expected: D::Error)
    where
        D::Error: PartialEq,
    {
        match self.decided {
            Err(error) => assert_eq!(error, expected, "refused for another reason"),
            Ok(events) => unexpected(&format!("accepted ({events:?}), expected a refusal: {expected}")),
        }
    }
}

#[track_caller]
#[expect(clippy::panic, reason = "a failed expectation ends a test")]
fn unexpected(what: &str) -> ! {
    panic!("{what}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Add, Added, LIMIT, Sum, TooMuch};

    #[test]
    fn rules_read_as_examples() {
        given::<Sum>([]).when(Add(2)).then([Added { number: 2, sum: 2 }]).when(Add(0)).then_nothing();
        let full = [Added { number: LIMIT, sum: LIMIT }];
        given::<Sum>(full).when(Add(1)).then_refused(TooMuch { sum: LIMIT, number: 1 });
    }

    #[test]
    #[should_panic(expected = "other events than expected")]
    fn other_events_fail() {
        given::<Sum>([]).when(Add(2)).then([Added { number: 2, sum: 3 }]);
    }

    #[test]
    #[should_panic(expected = "refused (1000 and 1 are too much)")]
    fn a_refusal_fails_where_events_are_expected() {
        given::<Sum>([Added { number: LIMIT, sum: LIMIT }]).when(Add(1)).then_nothing();
    }

    #[test]
    #[should_panic(expected = "expected a refusal")]
    fn events_fail_where_a_refusal_is_expected() {
        given::<Sum>([]).when(Add(1)).then_refused(TooMuch { sum: 0, number: 1 });
    }
}
