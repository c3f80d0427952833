//! The access to arenas and posts.

use contracts::{
    EventSet as _,
    forum::{ArenaEvent, ThreadEvent},
};
use event_log::Recorded;
use event_sourcing::{
    ViewError,
    json_value::{self, key},
    redb::{ReadableTable as _, WriteTransaction},
};
use types::PersonId;

use crate::tables::{ARENAS, ArenaRecord, MEMBERS, WITHDRAWN};

pub(super) fn arena(tx: &WriteTransaction, event: &Recorded, it: ArenaEvent) -> Result<(), ViewError> {
    let id = key(event.stream.id());
    let of = |person: PersonId| (id, key(person.uuid()));
    let access = match it {
        ArenaEvent::Opened(it) => it.access,
        ArenaEvent::Changed(it) => it.access,
        ArenaEvent::MemberJoined(it) => {
            tx.open_table(MEMBERS)?.insert(of(it.person), true)?;
            return Ok(());
        }
        ArenaEvent::MemberInvited(it) => {
            let mut members = tx.open_table(MEMBERS)?;
            if members.get(of(it.person))?.is_none() {
                members.insert(of(it.person), false)?;
            }
            return Ok(());
        }
        ArenaEvent::MemberLeft(it) => {
            tx.open_table(MEMBERS)?.remove(of(it.person))?;
            return Ok(());
        }
        ArenaEvent::MemberRemoved(it) => {
            tx.open_table(MEMBERS)?.remove(of(it.person))?;
            return Ok(());
        }
    };
    json_value::put(&mut tx.open_table(ARENAS)?, id, &ArenaRecord { access })
}

pub(super) fn thread(tx: &WriteTransaction, event: &Recorded) -> Result<(), ViewError> {
    // Posts are long and many: only what may withdraw one is decoded.
    if event.kind.contains("post-withdrawn")
        && let Some(ThreadEvent::PostWithdrawn(it)) = ThreadEvent::decode(&event.kind, &event.data)?
    {
        tx.open_table(WITHDRAWN)?.insert(key(it.post.uuid()), ())?;
    }
    Ok(())
}
