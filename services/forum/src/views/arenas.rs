//! Arenas: what each is, and how much is in it.

use access::member_count;
use contracts::forum::{ArenaAccess, ArenaChanged, ArenaName, ArenaOpened, Purpose};
use event_log::Recorded;
use event_sourcing::{
    Snapshot, ViewError,
    json_value::{self, IdKey, Json, key},
};
use redb::{ReadableTable as _, TableDefinition};
use serde::{Deserialize, Serialize};
use types::{ArenaId, NeedArea, Timestamp};
use uuid::Uuid;

use super::Tables;

/// Arenas by id.
pub(super) const ARENAS: TableDefinition<'_, IdKey, Json<ArenaRow>> = TableDefinition::new("forum_arenas");
/// Counts by arena: apart from the description, because every post changes them.
pub(super) const COUNTS: TableDefinition<'_, IdKey, Json<Counts>> = TableDefinition::new("forum_arena_counts");

pub(super) type Table<'tx> = redb::Table<'tx, IdKey, Json<ArenaRow>>;
pub(super) type CountsTable<'tx> = redb::Table<'tx, IdKey, Json<Counts>>;

/// What an arena is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ArenaRow {
    /// Its name.
    pub name: ArenaName,
    /// What it is for.
    pub purpose: Purpose,
    /// The need areas that it is about.
    pub need_areas: Vec<NeedArea>,
    /// Who may come in.
    pub access: ArenaAccess,
    /// How many times the description was changed.
    pub changes: u32,
    /// When it was opened.
    pub opened_at: Timestamp,
}

/// How much is in an arena.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Its threads.
    pub threads: u32,
    /// The posts in its threads, withdrawn ones included.
    pub posts: u32,
    /// When somebody last posted in it.
    pub latest_at: Option<Timestamp>,
}

/// An arena with its counts.
#[derive(Clone, Debug)]
pub struct Arena {
    /// Its id.
    pub id: ArenaId,
    /// What it is.
    pub row: ArenaRow,
    /// How many members it has.
    pub members: u64,
    /// How much is in it.
    pub counts: Counts,
}

/// The most arenas that are read at once: more are not shown.
const ARENAS_MAX: usize = 5_000;

/// The arena with this id.
pub fn get(snapshot: &Snapshot, id: ArenaId) -> Result<Option<Arena>, ViewError> {
    let Some(row) = json_value::get(&snapshot.table(ARENAS)?, key(id.uuid()))? else { return Ok(None) };
    let counts = json_value::get(&snapshot.table(COUNTS)?, key(id.uuid()))?.unwrap_or_default();
    Ok(Some(Arena { id, row, members: member_count(snapshot, id)?, counts }))
}

/// Every arena, in no particular order.
pub fn all(snapshot: &Snapshot) -> Result<Vec<Arena>, ViewError> {
    let counts = snapshot.table(COUNTS)?;
    let arenas = snapshot.table(ARENAS)?;
    let read = arenas.iter()?.take(ARENAS_MAX).map(|entry| {
        let (id, row) = entry?;
        let counts = json_value::get(&counts, id.value())?.unwrap_or_default();
        let id = ArenaId::from_uuid(Uuid::from_bytes(id.value()));
        Ok(Arena { id, row: row.value().read()?, members: member_count(snapshot, id)?, counts })
    });
    read.collect()
}

pub(super) fn opened(
    tables: &mut Tables<'_>,
    id: ArenaId,
    opened: &ArenaOpened,
    event: &Recorded,
) -> Result<(), ViewError> {
    let ArenaOpened { name, purpose, need_areas, access } = opened.clone();
    let row = ArenaRow { name, purpose, need_areas, access, changes: 0, opened_at: event.recorded_at };
    json_value::put(&mut tables.arenas, key(id.uuid()), &row)?;
    json_value::put(&mut tables.counts, key(id.uuid()), &Counts::default())
}

pub(super) fn changed(tables: &mut Tables<'_>, id: ArenaId, changed: &ArenaChanged) -> Result<(), ViewError> {
    let ArenaChanged { name, purpose, need_areas, access } = changed.clone();
    json_value::update(&mut tables.arenas, key(id.uuid()), |row: &mut ArenaRow| {
        let (changes, opened_at) = (row.changes + 1, row.opened_at);
        *row = ArenaRow { name, purpose, need_areas, access, changes, opened_at };
    })?;
    Ok(())
}

/// Changes the counts of an arena.
pub(super) fn count(tables: &mut Tables<'_>, id: ArenaId, change: impl FnOnce(&mut Counts)) -> Result<(), ViewError> {
    json_value::update(&mut tables.counts, key(id.uuid()), change)?;
    Ok(())
}
