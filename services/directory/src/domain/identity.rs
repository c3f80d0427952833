//! An account at an OpenID provider: linked to one person, and unlinked by them or by who looks after all people.

use contracts::directory::{IdentityEvent, IdentityLinked, IdentityUnlinked};
use event_sourcing::Decider;
use types::PersonId;

use crate::domain::Authority;

/// The rules of an account.
#[derive(Clone, Copy, Debug)]
pub enum Identity {}

/// Whose an account is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// Nobody's.
    #[default]
    Free,
    /// This person's.
    Linked(PersonId),
}

/// What can be asked of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Make it a person's.
    Link(IdentityLinked),
    /// Make it nobody's.
    Unlink {
        /// Who says so.
        by: Authority,
    },
}

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It is somebody else's.
    #[error("the account is linked to somebody else")]
    LinkedToAnother,
    /// It is nobody's, or not theirs to unlink.
    #[error("the account is not known")]
    Unknown,
}

impl Decider for Identity {
    type State = State;
    type Command = Command;
    type Event = IdentityEvent;
    type Error = Error;

    fn decide(state: &State, command: &Command) -> Result<Vec<IdentityEvent>, Error> {
        match (command, state) {
            (Command::Link(link), State::Free) => Ok(vec![link.clone().into()]),
            (Command::Link(link), State::Linked(person)) if link.person == *person => Ok(vec![]),
            (Command::Link(_), State::Linked(_)) => Err(Error::LinkedToAnother),
            (Command::Unlink { by }, State::Linked(person)) if by.person() == Some(*person) || by.shuts_out() => {
                Ok(vec![IdentityUnlinked { person: *person }.into()])
            }
            (Command::Unlink { .. }, _) => Err(Error::Unknown),
        }
    }

    fn evolve(_: State, event: &IdentityEvent) -> State {
        match event {
            IdentityEvent::Linked(event) => State::Linked(event.person),
            IdentityEvent::Unlinked(_) => State::Free,
        }
    }
}

#[cfg(test)]
mod tests {
    use event_sourcing::testing::given;
    use types::{AgencyId, Line};
    use uuid::Uuid;

    use super::*;

    const PERSON: PersonId = PersonId::from_uuid(Uuid::from_u128(1));
    const OTHER: PersonId = PersonId::from_uuid(Uuid::from_u128(2));
    const AGENCY: AgencyId = AgencyId::from_uuid(Uuid::from_u128(3));

    fn linked(person: PersonId) -> IdentityLinked {
        IdentityLinked {
            person,
            issuer: Line::new("https://login.agency.example").unwrap(),
            account: Line::new("ada").unwrap(),
        }
    }

    fn unlink(by: Authority) -> Command {
        Command::Unlink { by }
    }

    fn unlinked() -> IdentityEvent {
        IdentityUnlinked { person: PERSON }.into()
    }

    #[test]
    fn an_account_is_one_persons() {
        given::<Identity>([]).when(Command::Link(linked(PERSON))).then([linked(PERSON).into()]);
        given::<Identity>([linked(PERSON).into()]).when(Command::Link(linked(PERSON))).then_nothing();
        given::<Identity>([linked(PERSON).into()])
            .when(Command::Link(linked(OTHER)))
            .then_refused(Error::LinkedToAnother);
        given::<Identity>([linked(PERSON).into(), unlinked()])
            .when(Command::Link(linked(OTHER)))
            .then([linked(OTHER).into()]);
    }

    #[test]
    fn an_account_is_unlinked_by_its_person_or_who_looks_after_all() {
        let given_linked = || given::<Identity>([linked(PERSON).into()]);
        for by in
            [Authority::of(PERSON), Authority::secretariat(OTHER), Authority::administrator(OTHER), Authority::System]
        {
            given_linked().when(unlink(by)).then([unlinked()]);
        }
        for by in [Authority::of(OTHER), Authority::contact_person(OTHER, AGENCY)] {
            given_linked().when(unlink(by)).then_refused(Error::Unknown);
        }
        given::<Identity>([]).when(unlink(Authority::System)).then_refused(Error::Unknown);
        given::<Identity>([linked(PERSON).into(), unlinked()])
            .when(unlink(Authority::of(PERSON)))
            .then_refused(Error::Unknown);
    }
}
