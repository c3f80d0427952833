//! Who is a member of an arena or was invited to it, and for which agency they then acted: when they no longer work for
//! that one, they are neither.

use event_log::Recorded;
use event_sourcing::{
    ViewError,
    json_value::{self, IdKey, key},
    redb::{ReadableTable as _, WriteTransaction},
};
use types::{AgencyId, PersonId};

use crate::tables::{AGENCIES, MEMBER_COUNTS, MEMBER_FOR, MEMBERS, PERSONS};

pub(super) fn joined(tx: &WriteTransaction, arena: IdKey, person: PersonId, event: &Recorded) -> Result<(), ViewError> {
    let since = event.recorded_at.as_millisecond();
    let before = tx.open_table(MEMBERS)?.insert((arena, key(person.uuid())), (true, since))?.map(|it| it.value());
    if before.is_none_or(|(joined, _)| !joined) {
        count(tx, arena, |members| members + 1)?;
    }
    acts_for(tx, arena, person, event)
}

pub(super) fn invited(
    tx: &WriteTransaction,
    arena: IdKey,
    person: PersonId,
    event: &Recorded,
) -> Result<(), ViewError> {
    let mut members = tx.open_table(MEMBERS)?;
    if members.get((arena, key(person.uuid())))?.is_some() {
        return Ok(());
    }
    members.insert((arena, key(person.uuid())), (false, event.recorded_at.as_millisecond()))?;
    drop(members);
    acts_for(tx, arena, person, event)
}

pub(super) fn gone(tx: &WriteTransaction, arena: IdKey, person: IdKey) -> Result<(), ViewError> {
    tx.open_table(MEMBER_FOR)?.remove((person, arena))?;
    let before = tx.open_table(MEMBERS)?.remove((arena, person))?.map(|it| it.value());
    match before {
        Some((true, _)) => count(tx, arena, |members| members.saturating_sub(1)),
        _ => Ok(()),
    }
}

/// Ends what somebody was in arenas for an agency that they no longer work for, unless they came with it to the agency
/// that follows it: then they are that for the successor.
pub(super) fn left_agency(tx: &WriteTransaction, person: IdKey, agency: AgencyId) -> Result<(), ViewError> {
    let mut arenas = Vec::new();
    for entry in tx.open_table(MEMBER_FOR)?.range((person, [0; 16])..=(person, [0xFF; 16]))? {
        let (place, of) = entry?;
        if of.value() == key(agency.uuid()) {
            arenas.push(place.value().1);
        }
    }
    let known = json_value::get(&tx.open_table(AGENCIES)?, key(agency.uuid()))?;
    let successor = known.and_then(|agency| agency.ended).and_then(|end| end.successor);
    let works_for = json_value::get(&tx.open_table(PERSONS)?, person)?;
    match successor.filter(|successor| works_for.is_some_and(|person| person.works_for(*successor))) {
        Some(successor) => {
            let mut of = tx.open_table(MEMBER_FOR)?;
            arenas.into_iter().try_for_each(|arena| Ok(of.insert((person, arena), key(successor.uuid())).map(drop)?))
        }
        None => arenas.into_iter().try_for_each(|arena| gone(tx, arena, person)),
    }
}

fn acts_for(tx: &WriteTransaction, arena: IdKey, person: PersonId, event: &Recorded) -> Result<(), ViewError> {
    let person = key(person.uuid());
    let known = json_value::get(&tx.open_table(PERSONS)?, person)?;
    if let Some(agency) = known.and_then(|known| known.acts_for(event.recorded_at)) {
        tx.open_table(MEMBER_FOR)?.insert((person, arena), key(agency.uuid()))?;
    }
    Ok(())
}

fn count(tx: &WriteTransaction, arena: IdKey, change: impl FnOnce(u64) -> u64) -> Result<(), ViewError> {
    let mut counts = tx.open_table(MEMBER_COUNTS)?;
    let before = counts.get(arena)?.map_or(0, |count| count.value());
    counts.insert(arena, change(before))?;
    Ok(())
}
