//! An API token: issued to a person for a time, revoked by them.

use contracts::directory::{TokenEvent, TokenIssued, TokenRevoked};
use event_sourcing::Decider;
use types::{PersonId, Timestamp};

/// The most days that a token works.
pub const DAYS_MAX: i64 = 366;

/// The rules of a token.
#[derive(Clone, Copy, Debug)]
pub enum Token {}

/// What became of a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// Nothing happened yet.
    #[default]
    New,
    /// It works until it expires.
    Issued(PersonId),
    /// It was revoked.
    Revoked(PersonId),
}

/// What can be asked of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Issue it.
    Issue {
        /// What it is to be.
        token: TokenIssued,
        /// The present moment.
        now: Timestamp,
    },
    /// Revoke it.
    Revoke {
        /// Whose it must be.
        person: PersonId,
    },
}

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It was issued before.
    #[error("the token exists")]
    Exists,
    /// It may do nothing.
    #[error("the token has no scope")]
    NoScope,
    /// It names a scope twice.
    #[error("the token names a scope twice")]
    RepeatedScope,
    /// It would not work for a single moment, or too long.
    #[error("a token works for 1 to {DAYS_MAX} days")]
    Duration,
    /// They have no such token.
    #[error("the token is not known")]
    Unknown,
}

impl Decider for Token {
    type State = State;
    type Command = Command;
    type Event = TokenEvent;
    type Error = Error;

    fn decide(state: &State, command: &Command) -> Result<Vec<TokenEvent>, Error> {
        match (command, state) {
            (Command::Issue { token, now }, State::New) => {
                let mut scopes = token.scopes.clone();
                scopes.sort();
                scopes.dedup();
                let seconds = token.expires_at.as_second() - now.as_second();
                if scopes.is_empty() {
                    Err(Error::NoScope)
                } else if scopes.len() != token.scopes.len() {
                    Err(Error::RepeatedScope)
                } else if !(1..=DAYS_MAX * 24 * 60 * 60).contains(&seconds) {
                    Err(Error::Duration)
                } else {
                    Ok(vec![token.clone().into()])
                }
            }
            (Command::Issue { .. }, _) => Err(Error::Exists),
            (Command::Revoke { person }, State::Issued(owner)) if person == owner => Ok(vec![TokenRevoked {}.into()]),
            (Command::Revoke { person }, State::Revoked(owner)) if person == owner => Ok(vec![]),
            (Command::Revoke { .. }, _) => Err(Error::Unknown),
        }
    }

    fn evolve(state: State, event: &TokenEvent) -> State {
        match (event, state) {
            (TokenEvent::Issued(event), _) => State::Issued(event.person),
            (TokenEvent::Revoked(_), State::Issued(person)) => State::Revoked(person),
            (TokenEvent::Revoked(_), state) => state,
        }
    }
}

#[cfg(test)]
mod tests {
    use contracts::directory::{Scope, SecretHash};
    use event_sourcing::testing::given;
    use types::Line;
    use uuid::Uuid;

    use super::*;

    const PERSON: PersonId = PersonId::from_uuid(Uuid::from_u128(1));
    const OTHER: PersonId = PersonId::from_uuid(Uuid::from_u128(2));
    const DAY: i64 = 24 * 60 * 60;

    fn issued(scopes: &[Scope], seconds: i64) -> TokenIssued {
        TokenIssued {
            person: PERSON,
            label: Line::new("Ärendesystemet").unwrap(),
            scopes: scopes.to_vec(),
            secret: SecretHash::new("secret").unwrap(),
            expires_at: Timestamp::from_second(1_000 + seconds).unwrap(),
        }
    }

    fn issue(token: TokenIssued) -> Command {
        Command::Issue { token, now: Timestamp::from_second(1_000).unwrap() }
    }

    #[test]
    fn a_token_is_issued_for_some_days() {
        let token = issued(&[Scope::Read, Scope::Write], DAYS_MAX * DAY);
        given::<Token>([]).when(issue(token.clone())).then([token.clone().into()]);
        given::<Token>([token.clone().into()]).when(issue(token)).then_refused(Error::Exists);
    }

    #[test]
    fn what_is_no_token() {
        for (token, error) in [
            (issued(&[], DAY), Error::NoScope),
            (issued(&[Scope::Read, Scope::Read], DAY), Error::RepeatedScope),
            (issued(&[Scope::Read], 0), Error::Duration),
            (issued(&[Scope::Read], -DAY), Error::Duration),
            (issued(&[Scope::Read], DAYS_MAX * DAY + 1), Error::Duration),
        ] {
            given::<Token>([]).when(issue(token)).then_refused(error);
        }
    }

    #[test]
    fn a_token_is_revoked_by_its_person_and_once() {
        let token = || TokenEvent::from(issued(&[Scope::Read], DAY));
        let revoke = |person| Command::Revoke { person };
        given::<Token>([token()]).when(revoke(PERSON)).then([TokenRevoked {}.into()]);
        given::<Token>([token(), TokenRevoked {}.into()]).when(revoke(PERSON)).then_nothing();
        given::<Token>([token()]).when(revoke(OTHER)).then_refused(Error::Unknown);
        given::<Token>([]).when(revoke(PERSON)).then_refused(Error::Unknown);
    }
}
