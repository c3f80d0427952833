//! A session, from the one-time link that opens it to its end.

use contracts::directory::{SecretHash, SessionEnd, SessionEvent, SessionRevoked, SignInLinkIssued, SignedIn};
use event_sourcing::Decider;
use types::{PersonId, Timestamp};

use crate::domain::Authority;

/// The rules of a session.
#[derive(Clone, Copy, Debug)]
pub enum Session {}

/// How far a session has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// Nothing happened yet.
    #[default]
    New,
    /// A link was made that may open it.
    Linked(SignInLinkIssued),
    /// It was opened; by which link, if by one.
    Open {
        /// Whose it is.
        person: PersonId,
        /// The link that opened it.
        link: Option<SecretHash>,
        /// After this it is over.
        expires_at: Timestamp,
    },
    /// It was ended before its time.
    Ended {
        /// Whose it was.
        person: PersonId,
        /// The link that had opened it.
        link: Option<SecretHash>,
    },
}

/// What can be asked of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Make a link that may open it.
    IssueLink(SignInLinkIssued),
    /// Open it with the link.
    SignIn {
        /// Of the secret in the link.
        link: SecretHash,
        /// Of the secret of the browser that follows the link.
        browser: Option<SecretHash>,
        /// Of the secret in the session's cookie.
        secret: SecretHash,
        /// The present moment.
        now: Timestamp,
        /// When the session will be over.
        expires_at: Timestamp,
    },
    /// Open it without a link: for the demo alone.
    Open(SignedIn),
    /// End it.
    End {
        /// Whose it must be.
        person: PersonId,
        /// Who says so: that person, or somebody who shuts people out.
        by: Authority,
        /// Why.
        reason: SessionEnd,
        /// The present moment.
        now: Timestamp,
    },
}

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No such link was made.
    #[error("the link is not known")]
    LinkUnknown,
    /// It opened a session before.
    #[error("the link has been used")]
    LinkUsed,
    /// Its time has passed.
    #[error("the link has expired")]
    LinkExpired,
    /// It was asked for in another browser.
    #[error("the link was asked for in another browser")]
    OtherBrowser,
    /// The session was begun before.
    #[error("the session exists")]
    Exists,
    /// They have no such session.
    #[error("the session is not known")]
    Unknown,
}

impl Decider for Session {
    type State = State;
    type Command = Command;
    type Event = SessionEvent;
    type Error = Error;

    fn decide(state: &State, command: &Command) -> Result<Vec<SessionEvent>, Error> {
        match (command, state) {
            (Command::IssueLink(link), State::New) => Ok(vec![link.clone().into()]),
            (Command::Open(signed_in), State::New) => Ok(vec![signed_in.clone().into()]),
            (Command::IssueLink(_) | Command::Open(_), _) => Err(Error::Exists),

            (Command::SignIn { link, browser, secret, now, expires_at }, State::Linked(issued)) => {
                if *link != issued.link {
                    Err(Error::LinkUnknown)
                } else if *now >= issued.expires_at {
                    Err(Error::LinkExpired)
                } else if issued.browser.is_some() && *browser != issued.browser {
                    Err(Error::OtherBrowser)
                } else {
                    let (person, secret) = (issued.person, secret.clone());
                    Ok(vec![SignedIn { person, secret, expires_at: *expires_at, openid: None }.into()])
                }
            }
            (Command::SignIn { link, .. }, State::Open { link: used, .. } | State::Ended { link: used, .. })
                if used.as_ref() == Some(link) =>
            {
                Err(Error::LinkUsed)
            }
            (Command::SignIn { .. }, _) => Err(Error::LinkUnknown),

            (
                Command::End { person, by, reason, now },
                State::Open { person: owner, .. } | State::Ended { person: owner, .. },
            ) => match state {
                _ if person != owner || !(by.person() == Some(*owner) || by.shuts_out()) => Err(Error::Unknown),
                State::Open { expires_at, .. } if now < expires_at => {
                    Ok(vec![SessionRevoked { reason: *reason }.into()])
                }
                _ => Ok(vec![]),
            },
            (Command::End { .. }, _) => Err(Error::Unknown),
        }
    }

    fn evolve(state: State, event: &SessionEvent) -> State {
        match (event, state) {
            (SessionEvent::LinkIssued(link), _) => State::Linked(link.clone()),
            (SessionEvent::SignedIn(event), before) => State::Open {
                person: event.person,
                link: match before {
                    State::Linked(issued) => Some(issued.link),
                    _ => None,
                },
                expires_at: event.expires_at,
            },
            (SessionEvent::Revoked(_), State::Open { person, link, .. }) => State::Ended { person, link },
            (SessionEvent::Revoked(_), state) => state,
        }
    }
}

#[cfg(test)]
mod tests {
    use event_sourcing::testing::given;
    use uuid::Uuid;

    use super::*;

    const PERSON: PersonId = PersonId::from_uuid(Uuid::from_u128(1));
    const OTHER: PersonId = PersonId::from_uuid(Uuid::from_u128(2));

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn hash(text: &str) -> SecretHash {
        SecretHash::new(text).unwrap()
    }

    fn issued(browser: Option<&str>) -> SignInLinkIssued {
        SignInLinkIssued { person: PERSON, link: hash("link"), browser: browser.map(hash), expires_at: at(900) }
    }

    fn sign_in(link: &str, browser: Option<&str>, now: i64) -> Command {
        Command::SignIn {
            link: hash(link),
            browser: browser.map(hash),
            secret: hash("secret"),
            now: at(now),
            expires_at: at(5_000),
        }
    }

    fn signed_in() -> SessionEvent {
        SignedIn { person: PERSON, secret: hash("secret"), expires_at: at(5_000), openid: None }.into()
    }

    fn end(person: PersonId, now: i64) -> Command {
        let by = Authority::of(person);
        Command::End { person, by, reason: SessionEnd::SignedOut, now: at(now) }
    }

    fn ended() -> SessionEvent {
        SessionRevoked { reason: SessionEnd::SignedOut }.into()
    }

    #[test]
    fn a_link_is_made_once() {
        let link = issued(Some("browser"));
        given::<Session>([]).when(Command::IssueLink(link.clone())).then([link.clone().into()]);
        given::<Session>([link.clone().into()]).when(Command::IssueLink(link)).then_refused(Error::Exists);
    }

    #[test]
    fn a_link_opens_the_session_in_the_browser_that_asked() {
        let link = || [issued(Some("browser")).into()];
        given::<Session>(link()).when(sign_in("link", Some("browser"), 899)).then([signed_in()]);
        given::<Session>(link()).when(sign_in("link", Some("other"), 10)).then_refused(Error::OtherBrowser);
        given::<Session>(link()).when(sign_in("link", None, 10)).then_refused(Error::OtherBrowser);
        given::<Session>(link()).when(sign_in("guess", Some("browser"), 10)).then_refused(Error::LinkUnknown);
        given::<Session>([]).when(sign_in("link", None, 10)).then_refused(Error::LinkUnknown);
    }

    #[test]
    fn a_printed_link_opens_the_session_in_any_browser() {
        given::<Session>([issued(None).into()]).when(sign_in("link", Some("any"), 10)).then([signed_in()]);
        given::<Session>([issued(None).into()]).when(sign_in("link", None, 10)).then([signed_in()]);
    }

    #[test]
    fn a_link_works_for_a_quarter_of_an_hour_and_once() {
        given::<Session>([issued(None).into()]).when(sign_in("link", None, 900)).then_refused(Error::LinkExpired);
        given::<Session>([issued(None).into(), signed_in()])
            .when(sign_in("link", None, 10))
            .then_refused(Error::LinkUsed);
        given::<Session>([issued(None).into(), signed_in(), ended()])
            .when(sign_in("link", None, 10))
            .then_refused(Error::LinkUsed);
        given::<Session>([issued(None).into(), signed_in()])
            .when(sign_in("guess", None, 10))
            .then_refused(Error::LinkUnknown);
    }

    #[test]
    fn a_session_is_ended_by_its_person_or_whoever_shuts_them_out() {
        let (reason, now) = (SessionEnd::EndedByAdministrator, at(10));
        let other = |by| Command::End { person: PERSON, by, reason, now };
        let open = || [issued(None).into(), signed_in()];
        let revoked = || [SessionRevoked { reason }.into()];
        given::<Session>(open()).when(other(Authority::administrator(OTHER))).then(revoked());
        given::<Session>(open()).when(other(Authority::of(OTHER))).then_refused(Error::Unknown);
        let theirs = Command::End { person: OTHER, by: Authority::administrator(OTHER), reason, now };
        given::<Session>(open()).when(theirs).then_refused(Error::Unknown);
        given::<Session>([issued(None).into(), signed_in()]).when(end(PERSON, 10)).then([ended()]);
        given::<Session>([issued(None).into(), signed_in()]).when(end(OTHER, 10)).then_refused(Error::Unknown);
        given::<Session>([issued(None).into()]).when(end(PERSON, 10)).then_refused(Error::Unknown);
        given::<Session>([]).when(end(PERSON, 10)).then_refused(Error::Unknown);
    }

    #[test]
    fn ending_what_is_over_is_nothing() {
        given::<Session>([issued(None).into(), signed_in(), ended()]).when(end(PERSON, 10)).then_nothing();
        given::<Session>([issued(None).into(), signed_in()]).when(end(PERSON, 5_000)).then_nothing();
    }

    #[test]
    fn a_session_can_be_opened_without_a_link() {
        let open = SignedIn { person: PERSON, secret: hash("secret"), expires_at: at(5_000), openid: None };
        given::<Session>([]).when(Command::Open(open.clone())).then([signed_in()]);
        given::<Session>([signed_in()]).when(Command::Open(open)).then_refused(Error::Exists);
        given::<Session>([signed_in()]).when(sign_in("link", None, 10)).then_refused(Error::LinkUnknown);
    }
}
