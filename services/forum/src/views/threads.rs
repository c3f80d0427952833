//! Threads, and those of an arena by latest activity.

use contracts::{
    directory::Role,
    forum::{PostAdded, PostWithdrawn, Reason, ShownAs, ThreadClosed, ThreadKind, ThreadOpened, ThreadTitle},
};
use event_log::Recorded;
use event_sourcing::{
    Snapshot, ViewError,
    json_value::{self, IdKey, Json, key},
};
use redb::{ReadableTable as _, TableDefinition};
use serde::{Deserialize, Serialize};
use types::{AgencyId, ArenaId, PersonId, ThreadId, Timestamp};
use uuid::Uuid;

use super::{Tables, arenas};

/// Threads by id.
pub(super) const THREADS: TableDefinition<'_, IdKey, Json<ThreadRow>> = TableDefinition::new("forum_threads");
/// Thread ids by arena and latest activity, newest first: the second part counts down from the largest position.
pub(super) const BY_ACTIVITY: TableDefinition<'_, (IdKey, u64), IdKey> =
    TableDefinition::new("forum_threads_by_activity");

pub(super) type Table<'tx> = redb::Table<'tx, IdKey, Json<ThreadRow>>;
pub(super) type OrderTable<'tx> = redb::Table<'tx, (IdKey, u64), IdKey>;

/// What a thread is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ThreadRow {
    /// The arena that it is in.
    pub arena: ArenaId,
    /// What it is for.
    pub kind: ThreadKind,
    /// Its title.
    pub title: ThreadTitle,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Who opened it. `None` only while its commit is folded.
    pub opener: Option<Opener>,
    /// How many posts it has, withdrawn ones included.
    pub posts: u32,
    /// When somebody last posted in it.
    pub latest_at: Timestamp,
    /// The position of that post.
    pub latest: u64,
    /// That it is closed, if it is.
    pub closed: Option<Closed>,
}

/// Who opened a thread, and as whom they appear.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Opener {
    /// Who.
    pub person: PersonId,
    /// For which agency.
    pub agency: AgencyId,
    /// In which role.
    pub role: Option<Role>,
    /// As what they appear.
    pub shown_as: ShownAs,
}

/// That a thread is closed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Closed {
    /// Since when.
    pub at: Timestamp,
    /// Why.
    pub reason: Reason,
    /// Whether its opener closed it; else the secretariat did.
    pub by_opener: bool,
}

/// A thread with its id.
#[derive(Clone, Debug)]
pub struct Thread {
    /// Its id.
    pub id: ThreadId,
    /// What it is.
    pub row: ThreadRow,
}

/// The thread with this id.
pub fn get(snapshot: &Snapshot, id: ThreadId) -> Result<Option<Thread>, ViewError> {
    let row = json_value::get(&snapshot.table(THREADS)?, key(id.uuid()))?;
    Ok(row.map(|row| Thread { id, row }))
}

/// Up to `limit` threads of an arena, those with the latest activity first, `skip` of them passed over.
pub fn of(snapshot: &Snapshot, arena: ArenaId, skip: usize, limit: usize) -> Result<Vec<Thread>, ViewError> {
    let (order, threads) = (snapshot.table(BY_ACTIVITY)?, snapshot.table(THREADS)?);
    let arena = key(arena.uuid());
    let mut found = Vec::with_capacity(limit.min(100));
    for entry in order.range((arena, 0)..=(arena, u64::MAX))?.skip(skip).take(limit) {
        let id = entry?.1.value();
        if let Some(row) = json_value::get(&threads, id)? {
            found.push(Thread { id: ThreadId::from_uuid(Uuid::from_bytes(id)), row });
        }
    }
    Ok(found)
}

fn place(row: &ThreadRow) -> (IdKey, u64) {
    (key(row.arena.uuid()), u64::MAX - row.latest)
}

pub(super) fn opened(
    tables: &mut Tables<'_>,
    id: ThreadId,
    opened: &ThreadOpened,
    event: &Recorded,
) -> Result<(), ViewError> {
    let ThreadOpened { arena, kind, title } = opened.clone();
    let row = ThreadRow {
        arena,
        kind,
        title,
        opened_at: event.recorded_at,
        opener: None,
        posts: 0,
        latest_at: event.recorded_at,
        latest: event.position.get(),
        closed: None,
    };
    tables.by_activity.insert(place(&row), key(id.uuid()))?;
    json_value::put(&mut tables.threads, key(id.uuid()), &row)?;
    arenas::count(tables, arena, |counts| counts.threads += 1)
}

/// Counts the post and moves the thread to the front. Answers with its arena.
pub(super) fn posted(
    tables: &mut Tables<'_>,
    id: ThreadId,
    added: &PostAdded,
    event: &Recorded,
) -> Result<Option<ArenaId>, ViewError> {
    let Some(mut row): Option<ThreadRow> = json_value::get(&tables.threads, key(id.uuid()))? else { return Ok(None) };
    tables.by_activity.remove(place(&row))?;
    let role = event.meta.on_behalf_of.map(|on_behalf_of| on_behalf_of.role);
    row.opener.get_or_insert(Opener { person: added.author, agency: added.agency, role, shown_as: added.shown_as });
    row.posts = row.posts.max(added.number);
    (row.latest, row.latest_at) = (event.position.get(), event.recorded_at);
    tables.by_activity.insert(place(&row), key(id.uuid()))?;
    json_value::put(&mut tables.threads, key(id.uuid()), &row)?;
    arenas::count(tables, row.arena, |counts| {
        counts.posts += 1;
        counts.latest_at = Some(event.recorded_at);
    })?;
    Ok(Some(row.arena))
}

/// Whoever withdraws the post that opened a thread is not named at its head either.
pub(super) fn withdrawn(tables: &mut Tables<'_>, thread: ThreadId, withdrawn: &PostWithdrawn) -> Result<(), ViewError> {
    let thread = key(thread.uuid());
    let place = tables.post_places.get(key(withdrawn.post.uuid()))?.map(|place| place.value());
    if place == Some((thread, 1)) {
        json_value::update(&mut tables.threads, thread, |row: &mut ThreadRow| {
            row.opener = row.opener.map(|opener| Opener { shown_as: ShownAs::Agency, ..opener });
        })?;
    }
    Ok(())
}

pub(super) fn closed(
    tables: &mut Tables<'_>,
    id: ThreadId,
    closed: Option<&ThreadClosed>,
    event: &Recorded,
) -> Result<(), ViewError> {
    json_value::update(&mut tables.threads, key(id.uuid()), |row: &mut ThreadRow| {
        let opener = row.opener.map(|opener| opener.person);
        row.closed = closed.map(|closed| Closed {
            at: event.recorded_at,
            reason: closed.reason.clone(),
            by_opener: event.meta.actor.person() == opener,
        });
    })?;
    Ok(())
}
