//! The sessions of a person, and the links that wait to open one.

use contracts::directory::SessionEvent;
use event_log::Recorded;
use event_sourcing::{
    Snapshot, ViewError,
    json_value::{self, IdKey, Json, key},
    redb::{MultimapTableDefinition, TableDefinition, WriteTransaction},
};
use serde::{Deserialize, Serialize};
use types::{PersonId, SessionId, Timestamp};

use super::people::PersonRecord;

const SESSIONS: TableDefinition<IdKey, Json<SessionRecord>> = TableDefinition::new("directory-sessions");
/// Person to sessions and links, oldest first.
const OF_PERSON: MultimapTableDefinition<IdKey, IdKey> = MultimapTableDefinition::new("directory-sessions-of-person");

/// How many of a person's newest sessions and links are looked at.
const NEWEST_MAX: usize = 100;

/// A session, or the link that may open it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRecord {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub person: PersonId,
    /// When they signed in; `None` while it is only a link.
    pub began_at: Option<Timestamp>,
    /// When the session, or the link, is over.
    pub expires_at: Timestamp,
    /// Whether it was ended before.
    pub ended: bool,
}

impl SessionRecord {
    /// Whether it is a session that goes on.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.began_at.is_some() && !self.ended && now < self.expires_at
    }

    /// Whether it is a link that still works.
    pub fn is_waiting_link(&self, now: Timestamp) -> bool {
        self.began_at.is_none() && now < self.expires_at
    }
}

pub(super) fn create(tx: &WriteTransaction) -> Result<(), ViewError> {
    tx.open_table(SESSIONS)?;
    tx.open_multimap_table(OF_PERSON)?;
    Ok(())
}

pub(super) fn apply(tx: &WriteTransaction, recorded: &Recorded, event: &SessionEvent) -> Result<(), ViewError> {
    let mut sessions = tx.open_table(SESSIONS)?;
    let uuid = recorded.stream.id();
    let id = key(uuid);
    let (person, began_at, expires_at) = match event {
        SessionEvent::LinkIssued(event) => (event.person, None, event.expires_at),
        SessionEvent::SignedIn(event) => (event.person, Some(recorded.meta.occurred_at), event.expires_at),
        SessionEvent::Revoked(_) => {
            json_value::update(&mut sessions, id, |session| session.ended = true)?;
            return Ok(());
        }
    };
    let session = SessionRecord { id: SessionId::from_uuid(uuid), person, began_at, expires_at, ended: false };
    json_value::put(&mut sessions, id, &session)?;
    tx.open_multimap_table(OF_PERSON)?.insert(key(person.uuid()), id)?;
    Ok(())
}

/// One session or link.
pub fn get(snapshot: &Snapshot, id: SessionId) -> Result<Option<SessionRecord>, ViewError> {
    json_value::get(&snapshot.table(SESSIONS)?, key(id.uuid()))
}

/// The newest sessions and links of a person, the newest first.
pub fn newest(snapshot: &Snapshot, person: PersonId) -> Result<Vec<SessionRecord>, ViewError> {
    let (sessions, of_person) = (snapshot.table(SESSIONS)?, snapshot.multimap(OF_PERSON)?);
    let mut newest = Vec::new();
    for id in of_person.get(key(person.uuid()))?.rev().take(NEWEST_MAX) {
        newest.extend(json_value::get(&sessions, id?.value())?);
    }
    Ok(newest)
}

/// A person's sessions that go on, the newest first. Those from before they were shut out, or left their last agency, do
/// not.
pub fn open(snapshot: &Snapshot, person: &PersonRecord, now: Timestamp) -> Result<Vec<SessionRecord>, ViewError> {
    let mut open = newest(snapshot, person.id)?;
    open.retain(|session| session.is_open(now) && session.began_at.is_some_and(|began| person.may_use_since(began)));
    Ok(open)
}

/// Whose session or link it is, while it is folded.
pub(super) fn person_of(tx: &WriteTransaction, id: IdKey) -> Result<Option<PersonId>, ViewError> {
    Ok(json_value::get(&tx.open_table(SESSIONS)?, id)?.map(|session: SessionRecord| session.person))
}
