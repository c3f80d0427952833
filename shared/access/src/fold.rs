//! What the log says about who may see and do what, folded into every service's view.

mod directory;
mod forum;
mod membership;
mod taking_part;

use std::sync::Arc;

use contracts::{
    EventSet,
    directory::{AgencyEvent, PersonEvent, SessionEvent, TokenEvent},
    forum::ArenaEvent,
};
use event_log::Recorded;
use event_sourcing::{Fold, ViewError, redb::WriteTransaction};

use crate::tables::{
    AGENCIES, ARENAS, DELEGATED, MEMBER_COUNTS, MEMBER_FOR, MEMBERS, PERSONS, RIGHTS_AT, SECRETARIAT, SESSION_ENDS,
    SESSIONS, TAKING_PART, TAKING_PART_FOR, TAKING_PART_WHILE, TOKENS, WITHDRAWN,
};

/// Agencies, people, sessions, tokens, and the access to arenas and posts. Every service folds them into its own view,
/// so that it decides from the snapshot that it answers from, and asks no other.
#[derive(Clone, Copy, Debug, Default)]
pub struct AccessFold;

impl Fold for AccessFold {
    fn create(&self, tx: &WriteTransaction) -> Result<(), ViewError> {
        tx.open_table(AGENCIES)?;
        tx.open_table(PERSONS)?;
        tx.open_table(TAKING_PART)?;
        tx.open_table(TAKING_PART_FOR)?;
        tx.open_table(TAKING_PART_WHILE)?;
        tx.open_table(DELEGATED)?;
        tx.open_table(SECRETARIAT)?;
        tx.open_table(SESSIONS)?;
        tx.open_table(SESSION_ENDS)?;
        tx.open_table(TOKENS)?;
        tx.open_table(ARENAS)?;
        tx.open_table(MEMBERS)?;
        tx.open_table(MEMBER_COUNTS)?;
        tx.open_table(MEMBER_FOR)?;
        tx.open_table(WITHDRAWN)?;
        tx.open_table(RIGHTS_AT)?;
        Ok(())
    }

    fn apply(&self, tx: &WriteTransaction, events: &[Arc<Recorded>]) -> Result<(), ViewError> {
        events.iter().try_for_each(|event| apply(tx, event))
    }
}

/// Most events are posts, of which only the withdrawals are read.
fn apply(tx: &WriteTransaction, event: &Recorded) -> Result<(), ViewError> {
    match event.stream.category() {
        "agency" => decode::<AgencyEvent>(event)?.map_or(Ok(()), |it| directory::agency(tx, event, it)),
        "person" => decode::<PersonEvent>(event)?.map_or(Ok(()), |it| directory::person(tx, event, it)),
        "session" => decode::<SessionEvent>(event)?.map_or(Ok(()), |it| directory::session(tx, event, it)),
        "token" => decode::<TokenEvent>(event)?.map_or(Ok(()), |it| directory::token(tx, event, it)),
        "arena" => decode::<ArenaEvent>(event)?.map_or(Ok(()), |it| forum::arena(tx, event, it)),
        "thread" => forum::thread(tx, event),
        _ => Ok(()),
    }
}

fn decode<E: EventSet>(event: &Recorded) -> Result<Option<E>, ViewError> {
    Ok(E::decode(&event.kind, &event.data)?)
}
