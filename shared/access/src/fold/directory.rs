//! Agencies, people, sessions and tokens.

use contracts::directory::{
    AgencyEvent, AgencyRegistered, MandateGranted, PersonEvent, Role, SessionEvent, SignedIn, TokenEvent,
};
use event_log::Recorded;
use event_sourcing::{
    ViewError,
    json_value::{self, IdKey, key},
    redb::{ReadableTable as _, Table, WriteTransaction},
};
use types::{AgencyId, PersonId};

use crate::{
    people::{Affiliation, AgencyRecord, MandateRecord, PersonRecord},
    tables::{
        AFFILIATED, AFFILIATED_IN, AGENCIES, PERSONS, RIGHTS_AT, SECRETARIAT, SESSION_ENDS, SESSIONS, SessionRecord,
        TOKENS, TokenRecord,
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
                agency.former_names.push(std::mem::replace(&mut agency.name, it.name.to_string()));
            })?;
        }
        AgencyEvent::DetailsChanged(it) => {
            json_value::update(&mut agencies, key(id), |agency| {
                agency.short_name = it.short_name.map(|name| name.to_string());
                agency.website = it.website.map(|website| website.to_string());
                agency.other_names = it.other_names.iter().map(ToString::to_string).collect();
            })?;
        }
    }
    rights_changed(tx, event)
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
    }
}

pub(super) fn person(tx: &WriteTransaction, event: &Recorded, it: PersonEvent) -> Result<(), ViewError> {
    let id = event.stream.id();
    let mut persons = tx.open_table(PERSONS)?;
    let person = match it {
        PersonEvent::Invited(it) => Some(invited(PersonId::from_uuid(id), it.agency)),
        it => json_value::get(&persons, key(id))?.map(|person| evolve(person, event, it)),
    };
    let Some(person) = person else {
        tracing::warn!(person = %id, position = %event.position, "an event of a person who was never invited is ignored");
        return Ok(());
    };
    json_value::put(&mut persons, key(id), &person)?;
    affiliate(tx, key(id), person.agency.filter(|_| person.joined))?;
    if person.mandates.iter().any(|mandate| mandate.role == Role::Secretariat) {
        tx.open_table(SECRETARIAT)?.insert(key(id), ())?;
    }
    rights_changed(tx, event)
}

/// Takes note of where somebody works who has joined, and counts them there.
fn affiliate(tx: &WriteTransaction, person: IdKey, agency: Option<AgencyId>) -> Result<(), ViewError> {
    let mut affiliated = tx.open_table(AFFILIATED)?;
    let before = match agency {
        Some(agency) => affiliated.insert(person, key(agency.uuid()))?,
        None => affiliated.remove(person)?,
    };
    let (before, now) = (before.map(|agency| agency.value()), agency.map(|agency| key(agency.uuid())));
    if before == now {
        return Ok(());
    }
    let mut counts = tx.open_table(AFFILIATED_IN)?;
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
        }
        PersonEvent::MandateGranted(it) => person.mandates.push(granted(&it)),
        PersonEvent::MandateEnded(it) => {
            for mandate in person.mandates.iter_mut().filter(|mandate| mandate.mandate == it.mandate) {
                mandate.ended = true;
            }
        }
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
    json_value::put(&mut sessions, id, &SessionRecord { person, secret, expires_at })?;
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
            let record =
                TokenRecord { person: it.person, scopes: it.scopes, secret: it.secret, expires_at: it.expires_at };
            json_value::put(&mut tokens, id, &record)
        }
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
