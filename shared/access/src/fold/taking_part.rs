//! Who takes part, and for which agency, kept so that they can be counted without reading everyone's record.

use event_sourcing::{
    ViewError,
    json_value::{IdKey, key},
    redb::{ReadableTable as _, Table, WriteTransaction},
};
use types::{AgencyId, Timestamp};

use crate::{
    people::PersonRecord,
    tables::{TAKING_PART, TAKING_PART_FOR, TAKING_PART_WHILE},
};

/// A stretch of time in which somebody takes part for an agency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    from: Timestamp,
    until: Timestamp,
    agency: AgencyId,
}

/// Takes note of when somebody takes part, from `now` on.
pub(super) fn note(tx: &WriteTransaction, person: &PersonRecord, now: Timestamp) -> Result<(), ViewError> {
    let id = key(person.id.uuid());
    let mut for_a_time = tx.open_table(TAKING_PART_WHILE)?;
    for_a_time.retain_in((id, i64::MIN)..=(id, i64::MAX), |_, _| false)?;
    let stretches = stretches(person, now);
    let always = match stretches[..] {
        [Stretch { from, until, agency }] if from <= now && until == Timestamp::MAX => Some(agency),
        _ => None,
    };
    if always.is_none() {
        for Stretch { from, until, agency } in stretches {
            for_a_time.insert((id, from.as_millisecond()), (key(agency.uuid()), until.as_millisecond()))?;
        }
    }
    drop(for_a_time);
    count(tx, id, always)
}

/// When they take part from `now` on, in order; `Timestamp::MAX` is for ever.
fn stretches(person: &PersonRecord, now: Timestamp) -> Vec<Stretch> {
    let mut edges: Vec<_> = person.edges(now).chain([now, Timestamp::MAX]).collect();
    edges.sort_unstable();
    edges.dedup();
    let mut stretches: Vec<Stretch> = Vec::new();
    for edge in edges.windows(2) {
        let (from, until) = (edge[0], edge[1]);
        let Some(agency) = person.acts_for(from).filter(|_| person.participates(from)) else { continue };
        match stretches.last_mut() {
            Some(last) if last.until == from && last.agency == agency => last.until = until,
            _ => stretches.push(Stretch { from, until, agency }),
        }
    }
    stretches
}

fn count(tx: &WriteTransaction, person: IdKey, agency: Option<AgencyId>) -> Result<(), ViewError> {
    let mut taking_part = tx.open_table(TAKING_PART)?;
    let before = match agency {
        Some(agency) => taking_part.insert(person, key(agency.uuid()))?,
        None => taking_part.remove(person)?,
    };
    let (before, now) = (before.map(|agency| agency.value()), agency.map(|agency| key(agency.uuid())));
    if before == now {
        return Ok(());
    }
    let mut counts = tx.open_table(TAKING_PART_FOR)?;
    let count =
        |counts: &Table<'_, IdKey, u64>, agency| Ok::<_, ViewError>(counts.get(agency)?.map_or(0, |it| it.value()));
    if let Some(agency) = before {
        match count(&counts, agency)? {
            0 | 1 => counts.remove(agency)?,
            more => counts.insert(agency, more - 1)?,
        };
    }
    if let Some(agency) = now {
        let more = count(&counts, agency)? + 1;
        counts.insert(agency, more)?;
    }
    Ok(())
}
