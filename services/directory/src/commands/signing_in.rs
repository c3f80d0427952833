//! Sign-in links and sessions.

use std::fmt;

use access::{KnownBrowser, Secret};
use contracts::{
    Audience,
    directory::{AgencyName, Role, SecretHash, SessionEnd, SessionEvent, SignInLinkIssued, SignInRefusal, SignedIn},
};
use event_sourcing::ExecuteError;
use service_kit::AddressPrefix;
use types::{PersonId, Position, SessionId, Timestamp};

use super::{Asked, By, Commands, Done, Error};
use crate::{
    domain::{
        agency::Description,
        person::Error as Refusal,
        session::{Command, Error as SessionRefusal},
    },
    views::{
        people::{self, Suspension},
        sessions,
    },
};

/// How long a sign-in link works.
pub const LINK_MINUTES: i64 = 15;
/// How long a session lasts at most.
pub const SESSION_HOURS: i64 = 12;

/// How long a path to come to may be in a link; a longer one is left out, as the lines of a mail are short.
const NEXT_BYTES_MAX: usize = 600;

/// A sign-in link.
#[derive(Clone, PartialEq, Eq)]
pub struct Link {
    /// Whom it signs in.
    pub person: PersonId,
    /// The session that it may open.
    pub session: SessionId,
    /// Its address. Whoever has it can sign in: it is given to its person and to nobody else.
    pub url: String,
    /// When it no longer works.
    pub expires_at: Timestamp,
    /// Read up to here and you have read of it.
    pub position: Position,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { person, session, expires_at, .. } = self;
        f.debug_struct("Link")
            .field("person", person)
            .field("session", session)
            .field("expires_at", expires_at)
            .finish()
    }
}

/// Somebody asks for a sign-in link.
#[derive(Clone, Debug)]
pub struct LinkRequest {
    /// The address that they gave.
    pub address: String,
    /// Of the secret of the browser in which they ask.
    pub browser: SecretHash,
    /// The path that they want to come to; empty for the start page.
    pub next: String,
    /// From where they ask, as far as it is counted.
    pub prefix: Option<AddressPrefix>,
    /// What the browser keeps if somebody has signed in there before.
    pub known: Option<KnownBrowser>,
}

/// A session that was opened.
#[derive(Debug)]
pub struct Opened {
    /// Whose it is.
    pub person: PersonId,
    /// Its id.
    pub session: SessionId,
    /// The secret for its cookie.
    pub secret: Secret,
    /// When it is over.
    pub expires_at: Timestamp,
    /// Read up to here and you have read it.
    pub position: Position,
}

impl Commands {
    /// On a log in which nobody has joined yet: enters the agency that runs the exchange, invites the first member of
    /// the secretariat, and makes the link with which they sign in, in whichever browser. `None` once somebody joined.
    ///
    /// As the link is nowhere but in the answer, a start before anybody joined makes a new one.
    pub async fn first_link(&self, secretariat: AgencyName) -> Result<Option<Link>, Error> {
        if people::anybody_joined(&self.latest().await?)? {
            return Ok(None);
        }
        let by = By::system("first-start");
        let agency = Description::named(secretariat);
        let agency = self.register_agency(&by, agency).await?.value;
        let person = PersonId::derived(agency.uuid(), "first member of the secretariat");
        self.invite_as(&by, person, None, agency, Role::Secretariat).await?;
        self.link(person, None, "").await.map(Some)
    }

    /// A link with which this person signs in, in whichever browser: for the administrator.
    pub async fn sign_in_link_for(&self, person: PersonId) -> Result<Link, Error> {
        let known = people::get(&self.latest().await?, person)?;
        if known.is_none_or(|known| known.agencies().next().is_none()) {
            return Err(ExecuteError::Refused(Refusal::Unknown).into());
        }
        self.link(person, None, "").await
    }

    /// Makes a link for a person, bound to a browser, unless it is to be given to them in some other way.
    pub(super) async fn link(&self, person: PersonId, browser: Option<SecretHash>, next: &str) -> Result<Link, Error> {
        let (session, secret) = (SessionId::new(&*self.0.ids), Secret::new());
        let expires_at = self.later(LINK_MINUTES * 60);
        let issued = SignInLinkIssued { person, link: secret.hash(), browser, expires_at };
        let asked = Asked::to("issue link", &session);
        let by = By::system("sign-in");
        let request = self.request(&by, session.uuid(), Audience::System, asked, Command::IssueLink(issued));
        let position = self.0.sessions.execute(request).await?.position;
        let mut url = format!("{}/sign-in/link?session={session}&secret={}", self.0.origin, secret.expose());
        let next = Some(next).filter(|next| web::is_local(next) && *next != "/").map(crate::pages::percent_encoded);
        if let Some(next) = next.filter(|next| next.len() <= NEXT_BYTES_MAX) {
            url.push_str("&next=");
            url.push_str(&next);
        }
        Ok(Link { person, session, url, expires_at, position })
    }

    /// Opens the session that a link is for; the link is used up by it.
    pub async fn sign_in(&self, session: SessionId, link: &Secret, browser: Option<&Secret>) -> Result<Opened, Error> {
        let linked = sessions::get(&self.latest().await?, session)?.map(|link| link.person);
        if let Some(person) = linked {
            self.check_not_suspended(person).await?;
        }
        let secret = Secret::new();
        let expires_at = self.later(SESSION_HOURS * 3_600);
        let command = Command::SignIn {
            link: link.hash(),
            browser: browser.map(Secret::hash),
            secret: secret.hash(),
            now: self.0.clock.now(),
            expires_at,
        };
        let asked = Asked::to("sign in", &session);
        let by = By::system("sign-in");
        let request = self.request(&by, session.uuid(), Audience::System, asked, command);
        let executed = match self.0.sessions.execute(request).await {
            Err(ExecuteError::Refused(refusal)) => {
                if let (Some(person), Some(reason)) = (linked, noted(refusal)) {
                    self.0.refusals.sign_in(person, reason).await?;
                }
                return Err(ExecuteError::Refused(refusal).into());
            }
            executed => executed?,
        };
        let person = executed.events.iter().find_map(|event| match event {
            SessionEvent::SignedIn(signed_in) => Some(signed_in.person),
            _ => None,
        });
        let person = person.ok_or(ExecuteError::Refused(SessionRefusal::LinkUnknown))?;
        Ok(Opened { person, session, secret, expires_at, position: executed.position })
    }

    /// Whoever is shut out is told so, whatever they show; a link of theirs is not used up.
    pub(super) async fn check_not_suspended(&self, person: PersonId) -> Result<(), Error> {
        let known = people::get(&self.latest().await?, person)?;
        match known.as_ref().and_then(|known| known.suspended(self.now())) {
            Some(Suspension { reason, until, .. }) => {
                self.0.refusals.sign_in(person, SignInRefusal::Suspended).await?;
                Err(Error::Suspended { reason: reason.to_string(), until: *until })
            }
            None => Ok(()),
        }
    }

    /// Opens a session without a link: for the demo alone, whose people are invented.
    pub async fn sign_in_as(&self, person: PersonId) -> Result<Opened, Error> {
        let (session, secret) = (SessionId::new(&*self.0.ids), Secret::new());
        let expires_at = self.later(SESSION_HOURS * 3_600);
        let command = Command::Open(SignedIn { person, secret: secret.hash(), expires_at, openid: None });
        let asked = Asked::to("sign in", &session);
        let by = By::system("demo");
        let request = self.request(&by, session.uuid(), Audience::System, asked, command);
        let position = self.0.sessions.execute(request).await?.position;
        Ok(Opened { person, session, secret, expires_at, position })
    }

    /// Ends a session of the person.
    pub async fn end_session(
        &self,
        by: &By,
        person: PersonId,
        session: SessionId,
        reason: SessionEnd,
    ) -> Result<Done<SessionId>, Error> {
        let command = Command::End { person, by: by.authority(), reason, now: self.now() };
        let asked = Asked::to("end session", &session);
        let request = self.request(by, session.uuid(), Audience::System, asked, command);
        let executed = self.0.sessions.execute(request).await?;
        Ok(Done { value: session, position: executed.position, repeated: executed.repeated })
    }

    pub(super) fn later(&self, seconds: i64) -> Timestamp {
        let at = self.0.clock.now().as_second().saturating_add(seconds);
        Timestamp::from_second(at).unwrap_or(Timestamp::MAX)
    }
}

/// What the security log says of a refused link.
fn noted(refusal: SessionRefusal) -> Option<SignInRefusal> {
    match refusal {
        SessionRefusal::LinkUnknown => Some(SignInRefusal::WrongSecret),
        SessionRefusal::LinkUsed => Some(SignInRefusal::LinkUsed),
        SessionRefusal::LinkExpired => Some(SignInRefusal::LinkExpired),
        SessionRefusal::OtherBrowser => Some(SignInRefusal::OtherBrowser),
        _ => None,
    }
}
