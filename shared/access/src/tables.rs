//! The tables that every service keeps of what decides who may see and do what.

use contracts::{
    directory::{Scope, SecretHash},
    forum::ArenaAccess,
};
use event_sourcing::{
    json_value::{IdKey, Json},
    redb::TableDefinition,
};
use serde::{Deserialize, Serialize};
use types::{AgencyId, ArenaId, PersonId, Position, Timestamp};

use crate::people::{AgencyRecord, PersonRecord};

/// Every agency.
pub(crate) const AGENCIES: TableDefinition<'_, IdKey, Json<AgencyRecord>> = TableDefinition::new("access-agencies");
/// Every person.
pub(crate) const PERSONS: TableDefinition<'_, IdKey, Json<PersonRecord>> = TableDefinition::new("access-persons");
/// Persons who take part whatever the time is, with the agency that they act for.
pub(crate) const TAKING_PART: TableDefinition<'_, IdKey, IdKey> = TableDefinition::new("access-taking-part");
/// How many of these each agency has, where it has any.
pub(crate) const TAKING_PART_FOR: TableDefinition<'_, IdKey, u64> = TableDefinition::new("access-taking-part-for");
/// Persons who take part for a time: from when (in milliseconds), for which agency, and until when.
pub(crate) const TAKING_PART_WHILE: TableDefinition<'_, (IdKey, i64), (IdKey, i64)> =
    TableDefinition::new("access-taking-part-while");
/// Persons who were ever granted a mandate of the secretariat; whether it is in force is in their record.
pub(crate) const SECRETARIAT: TableDefinition<'_, IdKey, ()> = TableDefinition::new("access-secretariat");
/// Sessions that have not been ended.
pub(crate) const SESSIONS: TableDefinition<'_, IdKey, Json<SessionRecord>> = TableDefinition::new("access-sessions");
/// When each of them ends (in seconds), so that those that have can be dropped.
pub(crate) const SESSION_ENDS: TableDefinition<'_, (i64, IdKey), ()> = TableDefinition::new("access-session-ends");
/// API tokens that have not been revoked.
pub(crate) const TOKENS: TableDefinition<'_, IdKey, Json<TokenRecord>> = TableDefinition::new("access-tokens");
/// Every arena.
pub(crate) const ARENAS: TableDefinition<'_, IdKey, Json<ArenaRecord>> = TableDefinition::new("access-arenas");
/// By arena and person: true for a member, false for somebody who was invited to become one; and since when (in
/// milliseconds).
pub(crate) const MEMBERS: TableDefinition<'_, (IdKey, IdKey), (bool, i64)> = TableDefinition::new("access-members");
/// How many members each arena has.
pub(crate) const MEMBER_COUNTS: TableDefinition<'_, IdKey, u64> = TableDefinition::new("access-member-counts");
/// By person and arena that they are a member of or were invited to: the agency that they then acted for.
pub(crate) const MEMBER_FOR: TableDefinition<'_, (IdKey, IdKey), IdKey> = TableDefinition::new("access-member-for");
/// By mandate and mandate that was delegated from it: who holds the latter.
pub(crate) const DELEGATED: TableDefinition<'_, (IdKey, IdKey), IdKey> = TableDefinition::new("access-delegated");
/// Posts that were withdrawn.
pub(crate) const WITHDRAWN: TableDefinition<'_, IdKey, ()> = TableDefinition::new("access-withdrawn");
/// The position of the newest event that may change what is known of any viewer.
pub(crate) const RIGHTS_AT: TableDefinition<'_, (), u64> = TableDefinition::new("access-rights-at");

/// A session that has not been ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SessionRecord {
    pub(crate) person: PersonId,
    pub(crate) secret: SecretHash,
    pub(crate) expires_at: Timestamp,
    /// Where it began.
    pub(crate) position: Position,
}

/// An API token that has not been revoked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TokenRecord {
    pub(crate) person: PersonId,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) secret: SecretHash,
    pub(crate) expires_at: Timestamp,
    /// The secret before the last rotation, and until when it works.
    pub(crate) former: Option<(SecretHash, Timestamp)>,
    /// The agency whose program it is for.
    pub(crate) integration: Option<AgencyId>,
    /// The arenas that it is for, if not for all.
    pub(crate) arenas: Option<Vec<ArenaId>>,
    /// Where it began.
    pub(crate) position: Position,
}

/// An arena.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ArenaRecord {
    pub(crate) name: String,
    pub(crate) access: ArenaAccess,
}
