//! What the log looks like from the forum: arenas, their threads by latest activity, posts by number, counts.
//!
//! Each file below holds one kind of row: its table, how events change it, and how it is read. What is read here has not
//! been asked for yet: `access::standing` says who may see it, and [`authors`] as whom its author appears.

pub mod activity;
pub mod arenas;
pub mod authors;
pub mod posts;
pub mod threads;

use std::sync::Arc;

use contracts::{
    EventSet as _,
    forum::{ArenaEvent, ThreadEvent},
};
use event_log::Recorded;
use event_sourcing::{Fold, ViewError};
use types::{ArenaId, ThreadId};

/// The version of these tables: raise it when a fold changes, and the view is made anew from the log.
pub const VERSION: u32 = 4;

/// The forum's view of the log.
#[derive(Debug)]
pub struct ForumFold;

impl Fold for ForumFold {
    fn create(&self, tx: &redb::WriteTransaction) -> Result<(), ViewError> {
        Tables::open(tx).map(drop)
    }

    fn apply(&self, tx: &redb::WriteTransaction, events: &[Arc<Recorded>]) -> Result<(), ViewError> {
        let mut tables = Tables::open(tx)?;
        for event in events {
            let id = event.stream.id();
            if event.stream.category() == ArenaEvent::CATEGORY.as_str() {
                if let Some(decoded) = ArenaEvent::decode(&event.kind, &event.data)? {
                    tables.arena(ArenaId::from_uuid(id), &decoded, event)?;
                }
            } else if event.stream.category() == ThreadEvent::CATEGORY.as_str()
                && let Some(decoded) = ThreadEvent::decode(&event.kind, &event.data)?
            {
                tables.thread(ThreadId::from_uuid(id), &decoded, event)?;
            }
        }
        Ok(())
    }
}

/// Every table of the view, open for writing.
struct Tables<'tx> {
    arenas: arenas::Table<'tx>,
    counts: arenas::CountsTable<'tx>,
    threads: threads::Table<'tx>,
    by_activity: threads::OrderTable<'tx>,
    posts: posts::Table<'tx>,
    post_places: posts::PlacesTable<'tx>,
    revisions: posts::RevisionsTable<'tx>,
    activity: activity::Table<'tx>,
}

impl<'tx> Tables<'tx> {
    fn open(tx: &'tx redb::WriteTransaction) -> Result<Self, ViewError> {
        Ok(Self {
            arenas: tx.open_table(arenas::ARENAS)?,
            counts: tx.open_table(arenas::COUNTS)?,
            threads: tx.open_table(threads::THREADS)?,
            by_activity: tx.open_table(threads::BY_ACTIVITY)?,
            posts: tx.open_table(posts::POSTS)?,
            post_places: tx.open_table(posts::PLACES)?,
            revisions: tx.open_table(posts::REVISIONS)?,
            activity: tx.open_table(activity::ACTIVITY)?,
        })
    }

    fn arena(&mut self, arena: ArenaId, decoded: &ArenaEvent, event: &Recorded) -> Result<(), ViewError> {
        match decoded {
            ArenaEvent::Opened(opened) => arenas::opened(self, arena, opened, event),
            ArenaEvent::Changed(changed) => arenas::changed(self, arena, changed),
            // Who is in an arena is folded by `access`.
            ArenaEvent::MemberInvited(_)
            | ArenaEvent::MemberJoined(_)
            | ArenaEvent::MemberLeft(_)
            | ArenaEvent::MemberRemoved(_) => Ok(()),
        }
    }

    fn thread(&mut self, thread: ThreadId, decoded: &ThreadEvent, event: &Recorded) -> Result<(), ViewError> {
        match decoded {
            ThreadEvent::Opened(opened) => threads::opened(self, thread, opened, event),
            ThreadEvent::PostAdded(added) => {
                posts::added(self, thread, added, event)?;
                let arena = threads::posted(self, thread, added, event)?;
                arena.map_or(Ok(()), |arena| activity::posted(self, arena, event))
            }
            ThreadEvent::PostEdited(edited) => posts::edited(self, edited, event),
            ThreadEvent::PostWithdrawn(withdrawn) => {
                posts::withdrawn(self, withdrawn, event)?;
                threads::withdrawn(self, thread, withdrawn)
            }
            ThreadEvent::Closed(closed) => threads::closed(self, thread, Some(closed), event),
            ThreadEvent::Reopened(_) => threads::closed(self, thread, None, event),
        }
    }
}
