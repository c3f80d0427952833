//! From a credential to a viewer, and whether a viewer is still who they were.

use std::sync::Arc;

use contracts::directory::{Role, SecretHash};
use event_sourcing::{
    Snapshot, ViewError,
    json_value::{self, key},
};
use types::{AgencyId, PersonId, Position, SessionId, Timestamp, TokenId};
use uuid::Uuid;

use crate::{
    Credential, HeldMandate, PersonViewer, Secret, Viewer,
    people::{self, PersonRecord},
    secret::same_hash,
    tables::{SESSIONS, SessionRecord, TOKENS, TokenRecord},
};

/// How every token begins, so that one that was published by mistake is found.
const TOKEN_PREFIX: &str = "erfa_";
const SIMPLE_UUID_CHARS: usize = 32;

/// An API token as it is shown to its person, once: `erfa_<id>_<secret>`.
pub fn token_text(token: TokenId, secret: &Secret) -> String {
    format!("{TOKEN_PREFIX}{}_{}", token.uuid().simple(), secret.expose())
}

/// What a session's cookie holds: `<id>.<secret>`.
pub fn session_text(session: SessionId, secret: &Secret) -> String {
    format!("{}.{}", session.uuid().simple(), secret.expose())
}

fn read_token(text: &str) -> Option<(TokenId, Secret)> {
    let (id, secret) = text.strip_prefix(TOKEN_PREFIX)?.split_at_checked(SIMPLE_UUID_CHARS)?;
    let id = Uuid::try_parse(id).ok()?;
    Some((TokenId::from_uuid(id), Secret::parse(secret.strip_prefix('_')?).ok()?))
}

fn read_session(text: &str) -> Option<(SessionId, Secret)> {
    let (id, secret) = text.split_once('.')?;
    let id = Uuid::try_parse(id).ok().filter(|_| id.len() == SIMPLE_UUID_CHARS)?;
    Some((SessionId::from_uuid(id), Secret::parse(secret).ok()?))
}

/// The viewer whose session's cookie this is; `None` if it is none, has ended, or its person is no viewer.
pub(crate) fn viewer_of_session(
    snapshot: &Snapshot,
    cookie: &str,
    now: Timestamp,
) -> Result<Option<PersonViewer>, ViewError> {
    let Some((session, secret)) = read_session(cookie) else { return Ok(None) };
    look_up(snapshot, Presented::Session(session, Some(secret)), now)
}

/// The viewer whose API token this is; `None` if it is none, has ended, or its person is no viewer.
pub(crate) fn viewer_of_token(
    snapshot: &Snapshot,
    token: &str,
    now: Timestamp,
) -> Result<Option<PersonViewer>, ViewError> {
    let Some((id, secret)) = read_token(token) else { return Ok(None) };
    look_up(snapshot, Presented::Token(id, secret.hash()), now)
}

/// The viewer whose session is this one, of which a session token was shown that expires then; `None` if it has ended, or its person is no
/// viewer.
pub(crate) fn viewer_of_session_token(
    snapshot: &Snapshot,
    (session, expires_at): (SessionId, Timestamp),
    now: Timestamp,
) -> Result<Option<PersonViewer>, ViewError> {
    look_up(snapshot, Presented::SessionToken(session, expires_at), now)
}

/// What is known of a viewer in this snapshot and at this moment; `None` if they may no longer look at all: the session
/// or token has ended, or the person was shut out or no longer belongs to any agency. Costs next to nothing while nothing has changed.
pub fn renew(snapshot: &Snapshot, viewer: &Viewer, now: Timestamp) -> Result<Option<Viewer>, ViewError> {
    let Viewer::Person(person) = viewer else { return Ok(Some(Viewer::Anonymous)) };
    if now < person.settled_until && people::rights_at(snapshot)? == person.rights_at {
        return Ok(Some(viewer.clone()));
    }
    let presented = match (&person.credential, &person.token_secret) {
        (Credential::Session(session), _) => Presented::Session(*session, None),
        (Credential::SessionToken { session, expires_at }, _) => Presented::SessionToken(*session, *expires_at),
        (Credential::Token { id, .. }, Some(secret)) => Presented::Token(*id, secret.clone()),
        (Credential::Token { .. }, None) => return Ok(None),
    };
    let renewed = look_up(snapshot, presented, now)?;
    Ok(renewed.map(|renewed| Viewer::Person(Arc::new(renewed))))
}

/// Whether a viewer may still look at all. What they may see can have changed all the same: see [`renew`].
pub fn still_valid(snapshot: &Snapshot, viewer: &Viewer, now: Timestamp) -> bool {
    match renew(snapshot, viewer, now) {
        Ok(renewed) => renewed.is_some(),
        Err(error) => {
            tracing::error!(%error, "a viewer could not be looked up");
            false
        }
    }
}

/// What somebody comes with.
enum Presented {
    /// A session, with the secret of its cookie unless that was seen before: it stays the same.
    Session(SessionId, Option<Secret>),
    /// A session token, which was checked, and when it expires.
    SessionToken(SessionId, Timestamp),
    /// A token, with its secret, which may be another one later.
    Token(TokenId, SecretHash),
}

/// What a session or token says while it lasts.
struct Grant {
    person: PersonId,
    credential: Credential,
    token_secret: Option<SecretHash>,
    expires_at: Timestamp,
    /// Where it began.
    position: Position,
    /// The agency that it acts for, if it is a program's.
    integration: Option<AgencyId>,
}

fn look_up(snapshot: &Snapshot, presented: Presented, now: Timestamp) -> Result<Option<PersonViewer>, ViewError> {
    let grant = match presented {
        Presented::Session(id, secret) => session_grant(snapshot, id, secret.as_ref())?,
        Presented::SessionToken(session, expires_at) => session_grant(snapshot, session, None)?.map(|grant| {
            let credential = Credential::SessionToken { session, expires_at };
            Grant { credential, expires_at: grant.expires_at.min(expires_at), ..grant }
        }),
        Presented::Token(id, secret) => token_grant(snapshot, id, secret)?,
    };
    let Some(grant) = grant.filter(|grant| now < grant.expires_at) else { return Ok(None) };
    let Some(person) = people::person(snapshot, grant.person)? else { return Ok(None) };
    if grant.position < person.credentials_from || person.is_suspended(now) {
        return Ok(None);
    }
    viewer(snapshot, person, grant, now)
}

fn session_grant(snapshot: &Snapshot, id: SessionId, given: Option<&Secret>) -> Result<Option<Grant>, ViewError> {
    let Some(session) = json_value::get(&snapshot.table(SESSIONS)?, key(id.uuid()))? else { return Ok(None) };
    let SessionRecord { person, secret, expires_at, position } = session;
    let matches = given.is_none_or(|given| given.matches(&secret));
    let credential = Credential::Session(id);
    Ok(matches.then_some(Grant { person, credential, token_secret: None, expires_at, position, integration: None }))
}

/// The secret before the last rotation works up to the moment that was then set, and no longer than the token would.
fn token_grant(snapshot: &Snapshot, id: TokenId, given: SecretHash) -> Result<Option<Grant>, ViewError> {
    let Some(token) = json_value::get(&snapshot.table(TOKENS)?, key(id.uuid()))? else { return Ok(None) };
    let TokenRecord { person, scopes, secret, expires_at, former, integration, arenas, position } = token;
    let expires_at = match former {
        _ if same_hash(&given, &secret) => expires_at,
        Some((former, until)) if same_hash(&given, &former) => expires_at.min(until),
        _ => return Ok(None),
    };
    let credential = Credential::Token { id, scopes, arenas, integration: integration.is_some() };
    Ok(Some(Grant { person, credential, token_secret: Some(given), expires_at, position, integration }))
}

fn viewer(
    snapshot: &Snapshot,
    record: PersonRecord,
    grant: Grant,
    now: Timestamp,
) -> Result<Option<PersonViewer>, ViewError> {
    let Grant { credential, token_secret, expires_at, integration, .. } = grant;
    let mandates: Vec<_> = record
        .mandates_in_force(now)
        .filter(|held| integration.is_none_or(|of| held.role == Role::Integrator && held.agency == of))
        .map(|held| HeldMandate { mandate: held.mandate, role: held.role, agency: held.agency })
        .collect();
    if integration.is_some() && mandates.is_empty() {
        return Ok(None);
    }
    let Some(agency) = integration.or_else(|| record.acts_for(now)) else { return Ok(None) };
    let agency_name = people::agency(snapshot, agency)?.map_or_else(String::new, |agency| agency.name);
    let mut roles: Vec<_> = mandates.iter().map(|held| held.role).collect();
    roles.sort_unstable();
    roles.dedup();
    Ok(Some(PersonViewer {
        person: record.id,
        joined: record.joined,
        // An agency's program reads and writes for it, whatever else its integrator may do.
        participates: record.participates(now) || (integration.is_some() && record.joined),
        settled_until: record.edges(now).fold(expires_at, Timestamp::min),
        rights_at: people::rights_at(snapshot)?,
        name: record.name,
        title: record.title,
        agency,
        agency_name,
        roles,
        mandates,
        credential,
        token_secret,
    }))
}
