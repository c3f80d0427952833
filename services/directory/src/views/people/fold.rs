//! What happens to people, written into the tables.

use contracts::directory::{MandateDelegated, MandateGranted, PersonEvent, PersonSuspended};
use event_log::Recorded;
use event_sourcing::{
    ViewError,
    json_value::{self, IdKey, Json, key},
    redb::{ReadableTable as _, Table, WriteTransaction},
};
use types::{MandateId, PersonId, Timestamp};
use uuid::Uuid;
use web::collation;

use super::{
    ADDRESSES, Affiliation, DELEGATED, EVERYWHERE, LISTED, Mandate, PEOPLE, PersonRecord, Suspension, address_key,
};

pub(in crate::views) fn create(tx: &WriteTransaction) -> Result<(), ViewError> {
    tx.open_table(PEOPLE)?;
    tx.open_table(ADDRESSES)?;
    tx.open_table(LISTED)?;
    tx.open_table(DELEGATED)?;
    Ok(())
}

pub(in crate::views) fn apply(
    tx: &WriteTransaction,
    recorded: &Recorded,
    event: &PersonEvent,
) -> Result<(), ViewError> {
    let mut people = tx.open_table(PEOPLE)?;
    let id = key(recorded.stream.id());
    let before = json_value::get(&people, id)?;
    let Some(after) = evolved(before.clone(), recorded, event) else { return Ok(()) };
    json_value::put(&mut people, id, &after)?;
    match event {
        PersonEvent::MandateDelegated(event) => {
            tx.open_table(DELEGATED)?.insert((key(event.of.uuid()), key(event.mandate.uuid())), id)?;
        }
        PersonEvent::MandateEnded(event) => end_delegated(tx, &mut people, event.mandate, recorded)?,
        _ => {}
    }
    if let (PersonEvent::Invited(_), Some(email)) = (event, &after.email) {
        let mut addresses = tx.open_table(ADDRESSES)?;
        let email = address_key(email.as_str());
        if addresses.get(email.as_str())?.is_none() {
            addresses.insert(email.as_str(), id)?;
        }
    }
    let mut listed = tx.open_table(LISTED)?;
    for (agency, name) in before.iter().flat_map(places) {
        listed.remove((agency, &name[..], id))?;
    }
    for (agency, name) in places(&after) {
        listed.insert((agency, &name[..], id), ())?;
    }
    Ok(())
}

/// A mandate that somebody holds or has held, while it is folded.
pub(in crate::views) fn mandate(
    tx: &WriteTransaction,
    person: PersonId,
    mandate: MandateId,
) -> Result<Option<Mandate>, ViewError> {
    let known: Option<PersonRecord> = json_value::get(&tx.open_table(PEOPLE)?, key(person.uuid()))?;
    Ok(known.into_iter().flat_map(|person| person.mandates).find(|held| held.id == mandate))
}

/// Ends what was delegated from a mandate that ends.
fn end_delegated(
    tx: &WriteTransaction,
    people: &mut Table<'_, IdKey, Json<PersonRecord>>,
    of: MandateId,
    recorded: &Recorded,
) -> Result<(), ViewError> {
    let of = key(of.uuid());
    for entry in tx.open_table(DELEGATED)?.range((of, [0; 16])..=(of, [0xFF; 16]))? {
        let (mandate, holder) = entry?;
        let mandate = MandateId::from_uuid(Uuid::from_bytes(mandate.value().1));
        json_value::update(people, holder.value(), |holder| end(holder, mandate, recorded.meta.occurred_at))?;
    }
    Ok(())
}

fn end(person: &mut PersonRecord, mandate: MandateId, at: Timestamp) {
    let held = person.mandates.iter_mut().filter(|held| held.id == mandate && held.ended_at.is_none());
    held.for_each(|held| held.ended_at = Some(at));
}

fn evolved(before: Option<PersonRecord>, recorded: &Recorded, event: &PersonEvent) -> Option<PersonRecord> {
    let at = recorded.meta.occurred_at;
    let by = recorded.meta.actor.person();
    let mut person = match (before, event) {
        (Some(person), _) => person,
        (None, PersonEvent::Invited(event)) => PersonRecord {
            id: PersonId::from_uuid(recorded.stream.id()),
            revision: recorded.revision,
            invited_at: at,
            invited_by: by,
            invited_for: event.agency,
            email: event.email.clone(),
            joined_at: None,
            name: None,
            title: None,
            affiliations: Vec::new(),
            mandates: Vec::new(),
            suspension: None,
            credentials_from: None,
        },
        (None, _) => return None,
    };
    person.revision = recorded.revision;
    match event {
        PersonEvent::Invited(_) => {}
        PersonEvent::Joined(event) => {
            person.joined_at = Some(at);
            (person.name, person.title) = (Some(event.name.clone()), event.title.clone());
        }
        PersonEvent::ProfileChanged(event) => {
            (person.name, person.title) = (Some(event.name.clone()), event.title.clone());
        }
        PersonEvent::AffiliationStarted(event) => {
            person.affiliations.push(Affiliation { agency: event.agency, from: at, until: None });
        }
        PersonEvent::AffiliationEnded(event) => {
            let open = person.affiliations.iter_mut().filter(|a| a.agency == event.agency && a.until.is_none());
            open.for_each(|affiliation| affiliation.until = Some(at));
            if person.agencies().next().is_none() {
                person.credentials_from = Some(at);
            }
        }
        PersonEvent::MandateGranted(event) => {
            let &MandateGranted { mandate: id, role, agency, from, until } = event;
            let (granted_by, delegated, ended_at) = (by, None, None);
            person.mandates.push(Mandate { id, role, agency, from, until, granted_by, delegated, ended_at });
        }
        PersonEvent::MandateDelegated(event) => {
            let &MandateDelegated { mandate: id, of, by: holder, role, agency, from, until } = event;
            let (until, granted_by, delegated) = (Some(until), by, Some((of, holder)));
            person.mandates.push(Mandate { id, role, agency, from, until, granted_by, delegated, ended_at: None });
        }
        PersonEvent::Suspended(event) => {
            let PersonSuspended { reason, until } = event.clone();
            person.suspension = Some(Suspension { reason, since: at, until, by });
            person.credentials_from = Some(at);
        }
        PersonEvent::Reinstated(_) => person.suspension = None,
        PersonEvent::MandateEnded(event) => {
            end(&mut person, event.mandate, at);
        }
    }
    Some(person)
}

/// Where a person stands in [`LISTED`], but for their id.
fn places(person: &PersonRecord) -> Vec<(IdKey, Vec<u8>)> {
    let Some(name) = person.name.as_ref().filter(|_| person.takes_part()) else { return Vec::new() };
    let name: Vec<u8> = collation::key(name.as_str()).into_iter().flat_map(u32::to_be_bytes).collect();
    let agencies = person.agencies().map(|agency| key(agency.uuid()));
    agencies.chain([EVERYWHERE]).map(|agency| (agency, name.clone())).collect()
}
