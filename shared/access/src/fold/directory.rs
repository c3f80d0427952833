//! Agencies, people, sessions and tokens.

use contracts::directory::{
    AgencyEvent, AgencyRegistered, MandateDelegated, MandateGranted, PersonEvent, Role, SessionEvent, SignedIn,
    TokenEvent, TokenIssued,
};
use event_log::Recorded;
use event_sourcing::{
    ViewError,
    json_value::{self, IdKey, Json, key},
    redb::{ReadableTable as _, Table, WriteTransaction},
};
use types::{AgencyId, MandateId, PersonId, Position};
use uuid::Uuid;

use super::{membership, taking_part};
use crate::{
    people::{Affiliation, AgencyEnd, AgencyRecord, FormerName, MandateRecord, PersonRecord, Suspension},
    tables::{
        AGENCIES, DELEGATED, PERSONS, RIGHTS_AT, SECRETARIAT, SESSION_ENDS, SESSIONS, SessionRecord, TOKENS,
        TokenRecord,
    },
};

pub(super) fn agency(tx: &WriteTransaction, event: &Recorded, it: AgencyEvent) -> Result<(), ViewError> {
    let id = event.stream.id();
    let mut agencies = tx.open_table(AGENCIES)?;
    match it {
        AgencyEvent::Registered(it) => {
            json_value::put(&mut agencies, key(id), &registered(AgencyId::from_uuid(id), it))?;
        }
        AgencyEvent::Renamed(it) => {
            json_value::update(&mut agencies, key(id), |agency| {
                let name = std::mem::replace(&mut agency.name, it.name.to_string());
                agency.former_names.push(FormerName { name, until: event.recorded_at });
            })?;
        }
        AgencyEvent::DetailsChanged(it) => {
            json_value::update(&mut agencies, key(id), |agency| {
                agency.short_name = it.short_name.map(|name| name.to_string());
                agency.website = it.website.map(|website| website.to_string());
                agency.other_names = it.other_names.iter().map(ToString::to_string).collect();
                agency.kind = it.kind.unwrap_or(agency.kind);
                if let Some(number) = it.organisation_number {
                    agency.organisation_number = Some(number.to_string());
                }
            })?;
        }
        AgencyEvent::Succeeded(it) => ended(&mut agencies, event, Some(it.successor))?,
        AgencyEvent::Closed(_) => ended(&mut agencies, event, None)?,
    }
    rights_changed(tx, event)
}

fn ended(
    agencies: &mut Table<'_, IdKey, Json<AgencyRecord>>,
    event: &Recorded,
    successor: Option<AgencyId>,
) -> Result<(), ViewError> {
    let end = AgencyEnd { at: event.recorded_at, successor };
    json_value::update(agencies, key(event.stream.id()), |agency| agency.ended = Some(end))?;
    Ok(())
}

fn registered(id: AgencyId, it: AgencyRegistered) -> AgencyRecord {
    AgencyRecord {
        id,
        name: it.name.to_string(),
        short_name: it.short_name.map(|name| name.to_string()),
        website: it.website.map(|website| website.to_string()),
        other_names: it.other_names.iter().map(ToString::to_string).collect(),
        former_names: Vec::new(),
        kind: it.kind,
        organisation_number: it.organisation_number.map(|number| number.to_string()),
        ended: None,
    }
}

pub(super) fn person(tx: &WriteTransaction, event: &Recorded, it: PersonEvent) -> Result<(), ViewError> {
    let id = key(event.stream.id());
    match &it {
        PersonEvent::AffiliationEnded(it) => membership::left_agency(tx, id, it.agency)?,
        PersonEvent::MandateDelegated(it) => {
            tx.open_table(DELEGATED)?.insert((key(it.of.uuid()), key(it.mandate.uuid())), id)?;
        }
        PersonEvent::MandateEnded(it) => end_delegated(tx, event, it.mandate)?,
        _ => {}
    }
    let known = match it {
        PersonEvent::Invited(it) => Some(invited(PersonId::from_uuid(event.stream.id()), it.agency)),
        it => json_value::get(&tx.open_table(PERSONS)?, id)?.map(|person| evolve(person, event, it)),
    };
    let Some(known) = known else {
        tracing::warn!(
            person = %event.stream.id(), position = %event.position,
            "an event of a person who was never invited is ignored"
        );
        return Ok(());
    };
    keep(tx, &known, event)?;
    rights_changed(tx, event)
}

fn keep(tx: &WriteTransaction, person: &PersonRecord, event: &Recorded) -> Result<(), ViewError> {
    let id = key(person.id.uuid());
    json_value::put(&mut tx.open_table(PERSONS)?, id, person)?;
    taking_part::note(tx, person, event.recorded_at)?;
    if person.mandates.iter().any(|mandate| mandate.role == Role::Secretariat) {
        tx.open_table(SECRETARIAT)?.insert(id, ())?;
    }
    Ok(())
}

/// Ends what was delegated from a mandate that ends.
fn end_delegated(tx: &WriteTransaction, event: &Recorded, of: MandateId) -> Result<(), ViewError> {
    let of = key(of.uuid());
    let mut held = Vec::new();
    for entry in tx.open_table(DELEGATED)?.range((of, [0; 16])..=(of, [0xFF; 16]))? {
        let (mandate, holder) = entry?;
        held.push((mandate.value().1, holder.value()));
    }
    for (mandate, holder) in held {
        let Some(mut holder) = json_value::get(&tx.open_table(PERSONS)?, holder)? else { continue };
        end_mandate(&mut holder, MandateId::from_uuid(Uuid::from_bytes(mandate)));
        keep(tx, &holder, event)?;
    }
    Ok(())
}

fn end_mandate(person: &mut PersonRecord, mandate: MandateId) {
    for held in person.mandates.iter_mut().filter(|held| held.mandate == mandate) {
        held.ended = true;
    }
}

fn invited(id: PersonId, invited_for: AgencyId) -> PersonRecord {
    PersonRecord {
        id,
        name: String::new(),
        title: None,
        invited_for,
        joined: false,
        agency: None,
        affiliations: Vec::new(),
        mandates: Vec::new(),
        suspension: None,
        credentials_from: Position::START,
    }
}

fn evolve(mut person: PersonRecord, event: &Recorded, it: PersonEvent) -> PersonRecord {
    let at = event.meta.occurred_at;
    match it {
        PersonEvent::Invited(_) => {}
        PersonEvent::Joined(it) => {
            person.joined = true;
            person.name = it.name.to_string();
            person.title = it.title.map(|title| title.to_string());
        }
        PersonEvent::ProfileChanged(it) => {
            person.name = it.name.to_string();
            person.title = it.title.map(|title| title.to_string());
        }
        PersonEvent::AffiliationStarted(it) => {
            person.affiliations.push(Affiliation { agency: it.agency, from: at, until: None });
        }
        PersonEvent::AffiliationEnded(it) => {
            for affiliation in person.affiliations.iter_mut().filter(|a| a.agency == it.agency && a.until.is_none()) {
                affiliation.until = Some(at);
            }
            // Whoever comes back, to whichever agency, signs in again.
            if person.affiliations.iter().all(|affiliation| affiliation.until.is_some()) {
                person.credentials_from = event.position;
            }
        }
        PersonEvent::MandateGranted(it) => person.mandates.push(granted(&it)),
        PersonEvent::MandateDelegated(it) => {
            let MandateDelegated { mandate, role, agency, from, until, .. } = it;
            person.mandates.push(MandateRecord { mandate, role, agency, from, until: Some(until), ended: false });
        }
        PersonEvent::MandateEnded(it) => end_mandate(&mut person, it.mandate),
        PersonEvent::Suspended(it) => {
            person.suspension = Some(Suspension { until: it.until });
            person.credentials_from = event.position;
        }
        PersonEvent::Reinstated(_) => person.suspension = None,
    }
    person.agency = person.affiliations.iter().rfind(|a| a.until.is_none()).map(|a| a.agency);
    person
}

fn granted(it: &MandateGranted) -> MandateRecord {
    let MandateGranted { mandate, role, agency, from, until } = *it;
    MandateRecord { mandate, role, agency, from, until, ended: false }
}

pub(super) fn session(tx: &WriteTransaction, event: &Recorded, it: SessionEvent) -> Result<(), ViewError> {
    let id = key(event.stream.id());
    match it {
        SessionEvent::LinkIssued(_) => Ok(()),
        SessionEvent::SignedIn(it) => signed_in(tx, event, id, it),
        SessionEvent::Revoked(_) => {
            tx.open_table(SESSIONS)?.remove(id)?;
            rights_changed(tx, event)
        }
    }
}

/// Keeps the session, and drops those that had ended by themselves when the log wrote this.
fn signed_in(tx: &WriteTransaction, event: &Recorded, id: IdKey, it: SignedIn) -> Result<(), ViewError> {
    let SignedIn { person, secret, expires_at, .. } = it;
    let mut sessions = tx.open_table(SESSIONS)?;
    json_value::put(&mut sessions, id, &SessionRecord { person, secret, expires_at, position: event.position })?;
    let mut ends = tx.open_table(SESSION_ENDS)?;
    ends.insert((expires_at.as_second(), id), ())?;
    let ended: Vec<_> = ends
        .range(..(event.recorded_at.as_second(), [0; 16]))?
        .map(|entry| entry.map(|(end, _)| end.value()))
        .collect::<Result<_, _>>()?;
    for end in ended {
        ends.remove(end)?;
        sessions.remove(end.1)?;
    }
    Ok(())
}

pub(super) fn token(tx: &WriteTransaction, event: &Recorded, it: TokenEvent) -> Result<(), ViewError> {
    let id = key(event.stream.id());
    let mut tokens = tx.open_table(TOKENS)?;
    match it {
        TokenEvent::Issued(it) => {
            let TokenIssued { person, scopes, secret, expires_at, integration, arenas, label: _ } = it;
            let (former, position) = (None, event.position);
            let record = TokenRecord { person, scopes, secret, expires_at, former, integration, arenas, position };
            json_value::put(&mut tokens, id, &record)
        }
        TokenEvent::Rotated(it) => {
            json_value::update(&mut tokens, id, |token| {
                let former = std::mem::replace(&mut token.secret, it.secret);
                token.former = Some((former, it.former_until));
                token.expires_at = it.expires_at;
            })?;
            rights_changed(tx, event)
        }
        TokenEvent::Used(_) => Ok(()),
        TokenEvent::Revoked(_) => {
            tokens.remove(id)?;
            rights_changed(tx, event)
        }
    }
}

/// Notes that what was known of viewers before this event may no longer hold.
fn rights_changed(tx: &WriteTransaction, event: &Recorded) -> Result<(), ViewError> {
    tx.open_table(RIGHTS_AT)?.insert((), event.position.get())?;
    Ok(())
}
