//! Accounts at OpenID providers: whose they are, and which sessions they opened.

use contracts::directory::{IdentityEvent, OpenIdSignIn, SessionEvent};
use event_log::Recorded;
use event_sourcing::{
    Snapshot, ViewError,
    json_value::{self, IdKey, Json, key},
    redb::{MultimapTableDefinition, ReadableMultimapTable as _, TableDefinition, WriteTransaction},
};
use serde::{Deserialize, Serialize};
use types::{IdentityId, PersonId, SessionId, Timestamp};
use uuid::Uuid;

/// The accounts that are or were somebody's.
const IDENTITIES: TableDefinition<IdKey, Json<IdentityRecord>> = TableDefinition::new("directory-identities");
const OF_PERSON: MultimapTableDefinition<IdKey, IdKey> = MultimapTableDefinition::new("directory-identities-of-person");
/// Sessions that an account opened and that nobody has ended.
const SESSIONS: TableDefinition<IdKey, Json<OpenIdSession>> = TableDefinition::new("directory-openid-sessions");
/// The same by issuer, kind of id (`sid` or `sub`) and id.
const BY_PROVIDER: MultimapTableDefinition<(&str, &str, &str), IdKey> =
    MultimapTableDefinition::new("directory-openid-sessions-by-provider");

/// An account that is or was somebody's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityRecord {
    /// Its id.
    pub id: IdentityId,
    /// Whose it is.
    pub person: PersonId,
    /// The provider.
    pub issuer: String,
    /// The account there.
    pub account: String,
    /// Since when it is theirs.
    pub linked_at: Timestamp,
    /// Whether it is theirs no longer.
    pub unlinked: bool,
}

/// A session that an account opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenIdSession {
    /// The session.
    pub id: SessionId,
    /// Whose it is.
    pub person: PersonId,
    /// When it will be over.
    pub expires_at: Timestamp,
    /// How the provider vouched for them.
    pub openid: OpenIdSignIn,
}

impl OpenIdSession {
    /// By what the provider may end it.
    fn ids(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        let OpenIdSignIn { issuer, subject, sid, .. } = &self.openid;
        let sid = sid.as_ref().map(|sid| (issuer.as_str(), "sid", sid.as_str()));
        [(issuer.as_str(), "sub", subject.as_str())].into_iter().chain(sid)
    }
}

pub(super) fn create(tx: &WriteTransaction) -> Result<(), ViewError> {
    tx.open_table(IDENTITIES)?;
    tx.open_multimap_table(OF_PERSON)?;
    tx.open_table(SESSIONS)?;
    tx.open_multimap_table(BY_PROVIDER)?;
    Ok(())
}

pub(super) fn apply(tx: &WriteTransaction, recorded: &Recorded, event: &IdentityEvent) -> Result<(), ViewError> {
    let mut identities = tx.open_table(IDENTITIES)?;
    let mut of_person = tx.open_multimap_table(OF_PERSON)?;
    let uuid = recorded.stream.id();
    match event {
        IdentityEvent::Linked(event) => {
            let record = IdentityRecord {
                id: IdentityId::from_uuid(uuid),
                person: event.person,
                issuer: event.issuer.to_string(),
                account: event.account.to_string(),
                linked_at: recorded.meta.occurred_at,
                unlinked: false,
            };
            json_value::put(&mut identities, key(uuid), &record)?;
            of_person.insert(key(event.person.uuid()), key(uuid))?;
        }
        IdentityEvent::Unlinked(event) => {
            json_value::update(&mut identities, key(uuid), |identity| identity.unlinked = true)?;
            of_person.remove(key(event.person.uuid()), key(uuid))?;
        }
    }
    Ok(())
}

pub(super) fn session(tx: &WriteTransaction, recorded: &Recorded, event: &SessionEvent) -> Result<(), ViewError> {
    let uuid = recorded.stream.id();
    match event {
        SessionEvent::LinkIssued(_) => Ok(()),
        SessionEvent::Revoked(_) => forget(tx, key(uuid)),
        SessionEvent::SignedIn(event) => {
            let Some(openid) = event.openid.clone() else { return Ok(()) };
            let id = SessionId::from_uuid(uuid);
            let opened = OpenIdSession { id, person: event.person, expires_at: event.expires_at, openid };
            forget_expired(tx, &opened, recorded.recorded_at)?;
            json_value::put(&mut tx.open_table(SESSIONS)?, key(uuid), &opened)?;
            let mut by_provider = tx.open_multimap_table(BY_PROVIDER)?;
            for id in opened.ids() {
                by_provider.insert(id, key(uuid))?;
            }
            Ok(())
        }
    }
}

/// Drops those of the same account that are over by themselves, so that no more are kept than are open.
fn forget_expired(tx: &WriteTransaction, opened: &OpenIdSession, now: Timestamp) -> Result<(), ViewError> {
    let mut over = Vec::new();
    {
        let (sessions, by_provider) = (tx.open_table(SESSIONS)?, tx.open_multimap_table(BY_PROVIDER)?);
        for place in opened.ids() {
            for id in by_provider.get(place)? {
                let id = id?.value();
                let known = json_value::get(&sessions, id)?;
                over.extend(known.is_some_and(|known| known.expires_at <= now).then_some(id));
            }
        }
    }
    over.into_iter().try_for_each(|id| forget(tx, id))
}

fn forget(tx: &WriteTransaction, id: IdKey) -> Result<(), ViewError> {
    let mut sessions = tx.open_table(SESSIONS)?;
    let Some(known) = json_value::get(&sessions, id)? else { return Ok(()) };
    sessions.remove(id)?;
    let mut by_provider = tx.open_multimap_table(BY_PROVIDER)?;
    for place in known.ids() {
        by_provider.remove(place, id)?;
    }
    Ok(())
}

/// An account that is or was somebody's.
pub fn get(snapshot: &Snapshot, id: IdentityId) -> Result<Option<IdentityRecord>, ViewError> {
    json_value::get(&snapshot.table(IDENTITIES)?, key(id.uuid()))
}

/// The accounts of a person.
pub fn of_person(snapshot: &Snapshot, person: PersonId) -> Result<Vec<IdentityRecord>, ViewError> {
    let (identities, of_person) = (snapshot.table(IDENTITIES)?, snapshot.multimap(OF_PERSON)?);
    let mut found = Vec::new();
    for id in of_person.get(key(person.uuid()))? {
        found.extend(json_value::get(&identities, id?.value())?);
    }
    Ok(found)
}

/// How the provider vouched for whoever opened this session, if one did.
pub fn sign_in_of(snapshot: &Snapshot, session: SessionId) -> Result<Option<OpenIdSignIn>, ViewError> {
    let session: Option<OpenIdSession> = json_value::get(&snapshot.table(SESSIONS)?, key(session.uuid()))?;
    Ok(session.map(|session| session.openid))
}

/// The sessions that were opened in this session of the provider, or, if none is named, by this subject.
pub fn opened_at(
    snapshot: &Snapshot,
    issuer: &str,
    sid: Option<&str>,
    subject: Option<&str>,
) -> Result<Vec<OpenIdSession>, ViewError> {
    let place = match (sid, subject) {
        (Some(sid), _) => (issuer, "sid", sid),
        (None, Some(subject)) => (issuer, "sub", subject),
        (None, None) => return Ok(Vec::new()),
    };
    let (sessions, by_provider) = (snapshot.table(SESSIONS)?, snapshot.multimap(BY_PROVIDER)?);
    let mut found = Vec::new();
    for id in by_provider.get(place)? {
        found.extend(json_value::get::<_, OpenIdSession>(&sessions, id?.value())?);
    }
    found.retain(|session| subject.is_none_or(|subject| session.openid.subject.as_str() == subject));
    Ok(found)
}

/// The id of an account, which follows from what it is.
pub fn id_of(issuer: &str, account: &str) -> IdentityId {
    // An issuer is an address, in which there is no line break: no two accounts are written the same.
    IdentityId::derived(Uuid::nil(), &format!("account at an OpenID provider\n{issuer}\n{account}"))
}
