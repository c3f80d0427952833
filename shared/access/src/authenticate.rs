//! From a credential to a viewer, and whether a viewer is still who they were.

use std::sync::Arc;

use contracts::directory::{Scope, SecretHash};
use event_sourcing::{
    Snapshot, ViewError,
    json_value::{self, key},
};
use types::{PersonId, SessionId, Timestamp, TokenId};
use uuid::Uuid;

use crate::{
    Credential, HeldMandate, PersonViewer, Secret, Viewer,
    people::{self, PersonRecord},
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
    look_up(snapshot, Credential::Session(session), Some(&secret), now)
}

/// The viewer whose API token this is; `None` if it is none, has ended, or its person is no viewer.
pub(crate) fn viewer_of_token(
    snapshot: &Snapshot,
    token: &str,
    now: Timestamp,
) -> Result<Option<PersonViewer>, ViewError> {
    let Some((id, secret)) = read_token(token) else { return Ok(None) };
    look_up(snapshot, Credential::Token { id, scopes: Vec::new() }, Some(&secret), now)
}

/// What is known of a viewer in this snapshot and at this moment; `None` if they may no longer look at all: the session
/// or token has ended, or the person no longer belongs to any agency. Costs next to nothing while nothing has changed.
pub fn renew(snapshot: &Snapshot, viewer: &Viewer, now: Timestamp) -> Result<Option<Viewer>, ViewError> {
    let Viewer::Person(person) = viewer else { return Ok(Some(Viewer::Anonymous)) };
    if now < person.settled_until && people::rights_at(snapshot)? == person.rights_at {
        return Ok(Some(viewer.clone()));
    }
    let renewed = look_up(snapshot, person.credential.clone(), None, now)?;
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

/// What a session or token says while it lasts.
struct Grant {
    person: PersonId,
    secret: SecretHash,
    expires_at: Timestamp,
    scopes: Vec<Scope>,
}

fn look_up(
    snapshot: &Snapshot,
    credential: Credential,
    secret: Option<&Secret>,
    now: Timestamp,
) -> Result<Option<PersonViewer>, ViewError> {
    let grant = match &credential {
        Credential::Session(id) => json_value::get(&snapshot.table(SESSIONS)?, key(id.uuid()))?.map(
            |SessionRecord { person, secret, expires_at }| Grant { person, secret, expires_at, scopes: Vec::new() },
        ),
        Credential::Token { id, .. } => json_value::get(&snapshot.table(TOKENS)?, key(id.uuid()))?
            .map(|TokenRecord { person, secret, expires_at, scopes }| Grant { person, secret, expires_at, scopes }),
    };
    let matches = |grant: &Grant| secret.is_none_or(|secret| secret.matches(&grant.secret));
    let Some(grant) = grant.filter(|grant| now < grant.expires_at).filter(matches) else { return Ok(None) };
    let credential = match credential {
        Credential::Session(id) => Credential::Session(id),
        Credential::Token { id, .. } => Credential::Token { id, scopes: grant.scopes },
    };
    let Some(person) = people::person(snapshot, grant.person)? else { return Ok(None) };
    viewer(snapshot, person, credential, grant.expires_at, now)
}

fn viewer(
    snapshot: &Snapshot,
    record: PersonRecord,
    credential: Credential,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<Option<PersonViewer>, ViewError> {
    let Some(agency) = record.acts_for(now) else { return Ok(None) };
    let agency_name = people::agency(snapshot, agency)?.map_or_else(String::new, |agency| agency.name);
    let mandates: Vec<_> = record
        .mandates_in_force(now)
        .map(|held| HeldMandate { mandate: held.mandate, role: held.role, agency: held.agency })
        .collect();
    let mut roles: Vec<_> = mandates.iter().map(|held| held.role).collect();
    roles.sort_unstable();
    roles.dedup();
    Ok(Some(PersonViewer {
        person: record.id,
        joined: record.joined,
        participates: record.participates(now),
        settled_until: settled_until(&record, expires_at, now),
        rights_at: people::rights_at(snapshot)?,
        name: record.name,
        title: record.title,
        agency,
        agency_name,
        roles,
        mandates,
        credential,
    }))
}

fn settled_until(record: &PersonRecord, expires_at: Timestamp, now: Timestamp) -> Timestamp {
    let mandates = record.mandates.iter().filter(|mandate| !mandate.ended);
    let edges = mandates.flat_map(|mandate| [Some(mandate.from), mandate.until]).flatten();
    edges.filter(|edge| now < *edge).fold(expires_at, Timestamp::min)
}
