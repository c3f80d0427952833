//! An API token: issued to a person for a time, given another secret now and then, revoked.

use std::collections::BTreeSet;

use contracts::directory::{Scope, SecretHash, TokenEvent, TokenIssued, TokenRevoked, TokenRotated};
use event_sourcing::Decider;
use types::{AgencyId, ArenaId, PersonId, Timestamp};

use crate::domain::Authority;

/// The most days that a token works.
pub const DAYS_MAX: i64 = 366;

/// The rules of a token.
#[derive(Clone, Copy, Debug)]
pub enum Token {}

/// For how long the secret before works beside a new one, in seconds.
pub const ROTATION_SECONDS: i64 = 24 * 60 * 60;
/// The most arenas that a token is for, if not for all.
pub const ARENAS_MAX: usize = 100;

/// What became of a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// Nothing happened yet.
    #[default]
    New,
    /// It works until it expires.
    Issued {
        /// Whose it is.
        person: PersonId,
        /// When it expires.
        expires_at: Timestamp,
    },
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
        /// The agencies whose integrator its person is.
        integrator_of: Vec<AgencyId>,
        /// The present moment.
        now: Timestamp,
    },
    /// Give it another secret. The one before works for [`ROTATION_SECONDS`] more, and no longer than it would have.
    Rotate {
        /// Whose it must be.
        person: PersonId,
        /// The new secret.
        secret: SecretHash,
        /// When the new secret expires.
        expires_at: Timestamp,
        /// The present moment.
        now: Timestamp,
    },
    /// Revoke it.
    Revoke {
        /// Whose it must be.
        person: PersonId,
        /// Who says so: that person, or somebody who shuts people out.
        by: Authority,
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
    /// It names no arena, too many, or one twice.
    #[error("a token for some arenas names 1 to {ARENAS_MAX}, each once")]
    Arenas,
    /// Only an agency's integrator issues tokens for its programs.
    #[error("a token for an agency's program needs a mandate as its integrator")]
    NotIntegrator,
    /// They have no such token.
    #[error("the token is not known")]
    Unknown,
    /// It has expired or was revoked: there is nothing to go on with.
    #[error("the token works no longer")]
    Over,
}

impl Decider for Token {
    type State = State;
    type Command = Command;
    type Event = TokenEvent;
    type Error = Error;

    fn decide(state: &State, command: &Command) -> Result<Vec<TokenEvent>, Error> {
        match (command, state) {
            (Command::Issue { token, integrator_of, now }, State::New) => {
                check_scopes(&token.scopes)?;
                check_arenas(token.arenas.as_deref())?;
                check_duration(*now, token.expires_at)?;
                match token.integration {
                    Some(agency) if !integrator_of.contains(&agency) => Err(Error::NotIntegrator),
                    _ => Ok(vec![token.clone().into()]),
                }
            }
            (Command::Issue { .. }, _) => Err(Error::Exists),
            (Command::Rotate { person, secret, expires_at, now }, State::Issued { person: owner, expires_at: end })
                if person == owner =>
            {
                if end <= now {
                    return Err(Error::Over);
                }
                check_duration(*now, *expires_at)?;
                let grace = Timestamp::from_second(now.as_second() + ROTATION_SECONDS).unwrap_or(Timestamp::MAX);
                let former_until = grace.min(*end);
                Ok(vec![TokenRotated { secret: secret.clone(), expires_at: *expires_at, former_until }.into()])
            }
            (Command::Rotate { person, .. }, State::Revoked(owner)) if person == owner => Err(Error::Over),
            (Command::Revoke { person, by }, State::Issued { person: owner, .. } | State::Revoked(owner)) => {
                let theirs = by.person() == Some(*owner) || by.shuts_out();
                match state {
                    _ if person != owner || !theirs => Err(Error::Unknown),
                    State::Issued { .. } => Ok(vec![TokenRevoked {}.into()]),
                    _ => Ok(vec![]),
                }
            }
            (Command::Rotate { .. } | Command::Revoke { .. }, _) => Err(Error::Unknown),
        }
    }

    fn evolve(state: State, event: &TokenEvent) -> State {
        match (event, state) {
            (TokenEvent::Issued(event), _) => State::Issued { person: event.person, expires_at: event.expires_at },
            (TokenEvent::Rotated(event), State::Issued { person, .. }) => {
                State::Issued { person, expires_at: event.expires_at }
            }
            (TokenEvent::Revoked(_), State::Issued { person, .. }) => State::Revoked(person),
            (TokenEvent::Rotated(_) | TokenEvent::Used(_) | TokenEvent::Revoked(_), state) => state,
        }
    }
}

fn check_scopes(scopes: &[Scope]) -> Result<(), Error> {
    let distinct: BTreeSet<_> = scopes.iter().collect();
    match (scopes.len(), distinct.len()) {
        (0, _) => Err(Error::NoScope),
        (all, distinct) if all != distinct => Err(Error::RepeatedScope),
        _ => Ok(()),
    }
}

fn check_arenas(arenas: Option<&[ArenaId]>) -> Result<(), Error> {
    let Some(arenas) = arenas else { return Ok(()) };
    let distinct: BTreeSet<_> = arenas.iter().collect();
    let fits = (1..=ARENAS_MAX).contains(&arenas.len()) && distinct.len() == arenas.len();
    if fits { Ok(()) } else { Err(Error::Arenas) }
}

fn check_duration(now: Timestamp, expires_at: Timestamp) -> Result<(), Error> {
    let seconds = expires_at.as_second() - now.as_second();
    if (1..=DAYS_MAX * 24 * 60 * 60).contains(&seconds) { Ok(()) } else { Err(Error::Duration) }
}

#[cfg(test)]
mod tests {
    use event_sourcing::testing::given;
    use types::Line;
    use uuid::Uuid;

    use super::*;

    const PERSON: PersonId = PersonId::from_uuid(Uuid::from_u128(1));
    const OTHER: PersonId = PersonId::from_uuid(Uuid::from_u128(2));
    const AGENCY: AgencyId = AgencyId::from_uuid(Uuid::from_u128(3));
    const OTHER_AGENCY: AgencyId = AgencyId::from_uuid(Uuid::from_u128(4));
    const DAY: i64 = 24 * 60 * 60;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn issued(scopes: &[Scope], seconds: i64) -> TokenIssued {
        TokenIssued {
            person: PERSON,
            label: Line::new("Ärendesystemet").unwrap(),
            scopes: scopes.to_vec(),
            secret: SecretHash::new("secret").unwrap(),
            expires_at: at(1_000 + seconds),
            integration: None,
            arenas: None,
        }
    }

    fn issue(token: TokenIssued) -> Command {
        Command::Issue { token, integrator_of: vec![AGENCY], now: at(1_000) }
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
    fn a_token_is_revoked_by_its_person_or_whoever_shuts_them_out_and_once() {
        let token = || TokenEvent::from(issued(&[Scope::Read], DAY));
        let revoke = |person, by| Command::Revoke { person, by };
        let own = || revoke(PERSON, Authority::of(PERSON));
        given::<Token>([token()]).when(own()).then([TokenRevoked {}.into()]);
        given::<Token>([token(), TokenRevoked {}.into()]).when(own()).then_nothing();
        let administrator = Authority::administrator(OTHER);
        given::<Token>([token()]).when(revoke(PERSON, administrator)).then([TokenRevoked {}.into()]);
        given::<Token>([token()]).when(revoke(OTHER, administrator)).then_refused(Error::Unknown);
        given::<Token>([token()]).when(revoke(PERSON, Authority::of(OTHER))).then_refused(Error::Unknown);
        given::<Token>([token()]).when(revoke(OTHER, Authority::of(OTHER))).then_refused(Error::Unknown);
        given::<Token>([]).when(own()).then_refused(Error::Unknown);
    }

    #[test]
    fn a_token_for_a_program_needs_the_agencys_integrator() {
        let of = |agency| TokenIssued { integration: Some(agency), ..issued(&[Scope::Read], DAY) };
        given::<Token>([]).when(issue(of(AGENCY))).then([of(AGENCY).into()]);
        given::<Token>([]).when(issue(of(OTHER_AGENCY))).then_refused(Error::NotIntegrator);
    }

    #[test]
    fn a_token_is_for_some_arenas_each_once() {
        let arena = |number| ArenaId::from_uuid(Uuid::from_u128(number));
        let of = |arenas: Vec<u128>| {
            let arenas = Some(arenas.into_iter().map(arena).collect());
            TokenIssued { arenas, ..issued(&[Scope::Read], DAY) }
        };
        let all = (0..ARENAS_MAX as u128).collect();
        given::<Token>([]).when(issue(of(vec![1, 2]))).then([of(vec![1, 2]).into()]);
        given::<Token>([]).when(issue(TokenIssued { ..of(all) })).then([of((0..ARENAS_MAX as u128).collect()).into()]);
        for wrong in [vec![], vec![1, 1], (0..=ARENAS_MAX as u128).collect()] {
            given::<Token>([]).when(issue(of(wrong))).then_refused(Error::Arenas);
        }
    }

    #[test]
    fn a_new_secret_leaves_the_former_one_a_day() {
        let rotate = |person, days: i64| {
            let secret = SecretHash::new("next").unwrap();
            Command::Rotate { person, secret, expires_at: at(2_000 + days * DAY), now: at(2_000) }
        };
        let rotated = |former_until| {
            let secret = SecretHash::new("next").unwrap();
            TokenEvent::from(TokenRotated { secret, expires_at: at(2_000 + 90 * DAY), former_until: at(former_until) })
        };
        let token = |seconds| TokenEvent::from(issued(&[Scope::Read], seconds));
        given::<Token>([token(9 * DAY)]).when(rotate(PERSON, 90)).then([rotated(2_000 + ROTATION_SECONDS)]);
        given::<Token>([token(DAY)]).when(rotate(PERSON, 90)).then([rotated(1_000 + DAY)]);
        given::<Token>([token(1_000)]).when(rotate(PERSON, 90)).then_refused(Error::Over);
        given::<Token>([token(1_000), rotated(3_000)])
            .when(rotate(PERSON, 90))
            .then([rotated(2_000 + ROTATION_SECONDS)]);
        given::<Token>([token(DAY)]).when(rotate(PERSON, DAYS_MAX + 1)).then_refused(Error::Duration);
        given::<Token>([token(DAY)]).when(rotate(OTHER, 90)).then_refused(Error::Unknown);
        given::<Token>([token(DAY), TokenRevoked {}.into()]).when(rotate(PERSON, 90)).then_refused(Error::Over);
        given::<Token>([]).when(rotate(PERSON, 90)).then_refused(Error::Unknown);
    }
}
