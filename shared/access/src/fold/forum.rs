//! The access to arenas and posts.

use contracts::{
    EventSet as _,
    forum::{ArenaEvent, ThreadEvent},
};
use event_log::Recorded;
use event_sourcing::{
    ViewError,
    json_value::{self, key},
    redb::WriteTransaction,
};

use super::membership;
use crate::tables::{ARENAS, ArenaRecord, WITHDRAWN};

pub(super) fn arena(tx: &WriteTransaction, event: &Recorded, it: ArenaEvent) -> Result<(), ViewError> {
    let id = key(event.stream.id());
    let (name, access) = match it {
        ArenaEvent::Opened(it) => (it.name, it.access),
        ArenaEvent::Changed(it) => (it.name, it.access),
        ArenaEvent::MemberJoined(it) => return membership::joined(tx, id, it.person, event),
        ArenaEvent::MemberInvited(it) => return membership::invited(tx, id, it.person, event),
        ArenaEvent::MemberLeft(it) => return membership::gone(tx, id, key(it.person.uuid())),
        ArenaEvent::MemberRemoved(it) => return membership::gone(tx, id, key(it.person.uuid())),
    };
    json_value::put(&mut tx.open_table(ARENAS)?, id, &ArenaRecord { name: name.to_string(), access })
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
