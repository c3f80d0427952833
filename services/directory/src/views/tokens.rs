//! The API tokens of a person.

use contracts::directory::{Scope, TokenEvent};
use event_log::Recorded;
use event_sourcing::{
    Snapshot, ViewError,
    json_value::{self, IdKey, Json, key},
    redb::{MultimapTableDefinition, TableDefinition, WriteTransaction},
};
use serde::{Deserialize, Serialize};
use types::{AgencyId, ArenaId, Line, PersonId, Timestamp, TokenId};

use super::people::PersonRecord;

const TOKENS: TableDefinition<IdKey, Json<TokenRecord>> = TableDefinition::new("directory-tokens");
/// Person to tokens, by the moment (milliseconds) at which they were issued.
const OF_PERSON: MultimapTableDefinition<IdKey, (i64, IdKey)> =
    MultimapTableDefinition::new("directory-tokens-of-person");

/// How many of a person's newest tokens are looked at.
const NEWEST_MAX: usize = 100;

/// A token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRecord {
    /// Its id.
    pub id: TokenId,
    /// Whose it is.
    pub person: PersonId,
    /// What they call it.
    pub label: Line<80>,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it no longer works.
    pub expires_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it last got another secret.
    pub rotated_at: Option<Timestamp>,
    /// When it was last used, as far as is noted: once a day.
    pub used_at: Option<Timestamp>,
    /// The agency whose program it is for.
    pub integration: Option<AgencyId>,
    /// The arenas that it is for, if not for all.
    pub arenas: Option<Vec<ArenaId>>,
}

impl TokenRecord {
    /// Whether it works.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }

    /// Whether it works for this person, whose it is: one from before they were shut out, or left their last agency,
    /// does not.
    pub fn works(&self, person: &PersonRecord, now: Timestamp) -> bool {
        self.is_open(now) && person.may_use_since(self.issued_at) && person.suspended(now).is_none()
    }
}

pub(super) fn create(tx: &WriteTransaction) -> Result<(), ViewError> {
    tx.open_table(TOKENS)?;
    tx.open_multimap_table(OF_PERSON)?;
    Ok(())
}

pub(super) fn apply(tx: &WriteTransaction, recorded: &Recorded, event: &TokenEvent) -> Result<(), ViewError> {
    let mut tokens = tx.open_table(TOKENS)?;
    let (uuid, at) = (recorded.stream.id(), recorded.meta.occurred_at);
    match event {
        TokenEvent::Issued(event) => {
            let token = TokenRecord {
                id: TokenId::from_uuid(uuid),
                person: event.person,
                label: event.label.clone(),
                scopes: event.scopes.clone(),
                issued_at: at,
                expires_at: event.expires_at,
                revoked_at: None,
                rotated_at: None,
                used_at: None,
                integration: event.integration,
                arenas: event.arenas.clone(),
            };
            json_value::put(&mut tokens, key(uuid), &token)?;
            tx.open_multimap_table(OF_PERSON)?.insert(key(event.person.uuid()), (at.as_millisecond(), key(uuid)))?;
        }
        TokenEvent::Rotated(event) => {
            json_value::update(&mut tokens, key(uuid), |token| {
                (token.rotated_at, token.expires_at) = (Some(at), event.expires_at);
            })?;
        }
        TokenEvent::Used(event) => {
            json_value::update(&mut tokens, key(uuid), |token| token.used_at = Some(event.at))?;
        }
        TokenEvent::Revoked(_) => {
            json_value::update(&mut tokens, key(uuid), |token| token.revoked_at = Some(at))?;
        }
    }
    Ok(())
}

/// Whose token it is, while it is folded.
pub(super) fn person_of(tx: &WriteTransaction, id: IdKey) -> Result<Option<PersonId>, ViewError> {
    Ok(json_value::get(&tx.open_table(TOKENS)?, id)?.map(|token: TokenRecord| token.person))
}

/// One token.
pub fn get(snapshot: &Snapshot, id: TokenId) -> Result<Option<TokenRecord>, ViewError> {
    json_value::get(&snapshot.table(TOKENS)?, key(id.uuid()))
}

/// The newest tokens of a person, the newest first.
pub fn newest(snapshot: &Snapshot, person: PersonId) -> Result<Vec<TokenRecord>, ViewError> {
    let (tokens, of_person) = (snapshot.table(TOKENS)?, snapshot.multimap(OF_PERSON)?);
    let mut newest = Vec::new();
    for id in of_person.get(key(person.uuid()))?.rev().take(NEWEST_MAX) {
        newest.extend(json_value::get(&tokens, id?.value().1)?);
    }
    Ok(newest)
}
