//! Who is in an arena, and who was invited.

use event_log::Recorded;
use event_sourcing::{
    Snapshot, ViewError,
    json_value::{self, IdKey, Json},
};
use redb::TableDefinition;
use serde::{Deserialize, Serialize};
use types::{ArenaId, PersonId, Timestamp};
use uuid::Uuid;

use super::{Tables, arenas};
use crate::domain::arena::PEOPLE_MAX;

/// Members and invited by arena and person.
pub(super) const MEMBERS: TableDefinition<'_, (IdKey, IdKey), Json<MemberRow>> = TableDefinition::new("forum_members");

pub(super) type Table<'tx> = redb::Table<'tx, (IdKey, IdKey), Json<MemberRow>>;

/// How somebody stands to an arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRow {
    /// Whether they are a member; else they were invited.
    pub joined: bool,
    /// Since when.
    pub since: Timestamp,
}

/// Everyone in the arena and everyone who was invited, in no particular order.
pub fn of(snapshot: &Snapshot, arena: ArenaId) -> Result<Vec<(PersonId, MemberRow)>, ViewError> {
    let table = snapshot.table(MEMBERS)?;
    let arena = arena.uuid().into_bytes();
    table
        .range((arena, [0; 16])..=(arena, [0xff; 16]))?
        .take(PEOPLE_MAX)
        .map(|entry| {
            let (key, row) = entry?;
            Ok((PersonId::from_uuid(Uuid::from_bytes(key.value().1)), row.value().read()?))
        })
        .collect()
}

/// Somebody in an arena, or who was invited into it.
pub fn get(snapshot: &Snapshot, arena: ArenaId, person: PersonId) -> Result<Option<MemberRow>, ViewError> {
    json_value::get(&snapshot.table(MEMBERS)?, key(arena, person))
}

fn key(arena: ArenaId, person: PersonId) -> (IdKey, IdKey) {
    (arena.uuid().into_bytes(), person.uuid().into_bytes())
}

pub(super) fn invited(
    tables: &mut Tables<'_>,
    arena: ArenaId,
    person: PersonId,
    event: &Recorded,
) -> Result<(), ViewError> {
    let row = MemberRow { joined: false, since: event.recorded_at };
    json_value::put(&mut tables.members, key(arena, person), &row)
}

pub(super) fn joined(
    tables: &mut Tables<'_>,
    arena: ArenaId,
    person: PersonId,
    event: &Recorded,
) -> Result<(), ViewError> {
    let row = MemberRow { joined: true, since: event.recorded_at };
    json_value::put(&mut tables.members, key(arena, person), &row)?;
    arenas::count(tables, arena, |counts| counts.members += 1)
}

pub(super) fn gone(tables: &mut Tables<'_>, arena: ArenaId, person: PersonId) -> Result<(), ViewError> {
    let row: Option<MemberRow> =
        tables.members.remove(key(arena, person))?.map(|row| row.value().read()).transpose()?;
    match row {
        Some(MemberRow { joined: true, .. }) => {
            arenas::count(tables, arena, |counts| counts.members = counts.members.saturating_sub(1))
        }
        _ => Ok(()),
    }
}
