//! Agencies and people, as every service knows them.

use contracts::directory::{AgencyKind, Role};
use event_sourcing::{
    Snapshot, ViewError,
    json_value::{self, key},
    redb::ReadableTable as _,
};
use serde::{Deserialize, Serialize};
use types::{AgencyId, MandateId, PersonId, Position, Timestamp};
use uuid::Uuid;

use crate::{
    Viewer,
    tables::{AFFILIATED, AGENCIES, PERSONS, RIGHTS_AT, SECRETARIAT},
};

/// An agency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgencyRecord {
    /// Which.
    pub id: AgencyId,
    /// Its name.
    pub name: String,
    /// Its short name.
    pub short_name: Option<String>,
    /// Its web site.
    pub website: Option<String>,
    /// Names that it had before, or is also known by.
    pub other_names: Vec<String>,
    /// Names that it had before it was renamed here, oldest first.
    pub former_names: Vec<String>,
    /// What kind of body it is.
    pub kind: AgencyKind,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRecord {
    /// Who.
    pub id: PersonId,
    /// Their name; empty until they have joined.
    pub name: String,
    /// What they do.
    pub title: Option<String>,
    /// The agency that they were invited for.
    pub invited_for: AgencyId,
    /// Whether they have taken the invitation.
    pub joined: bool,
    /// The agency that they work for: of several, the one that they came to last.
    pub agency: Option<AgencyId>,
    /// All agencies that they work or worked for, in the order in which they came to them.
    pub affiliations: Vec<Affiliation>,
    /// All their mandates, also those that are over.
    pub mandates: Vec<MandateRecord>,
}

/// That a person works or worked for an agency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Affiliation {
    /// The agency.
    pub agency: AgencyId,
    /// Since when.
    pub from: Timestamp,
    /// Until when, if it has ended.
    pub until: Option<Timestamp>,
}

/// A mandate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MandateRecord {
    /// Its id.
    pub mandate: MandateId,
    /// What it lets its holder do.
    pub role: Role,
    /// For which agency.
    pub agency: AgencyId,
    /// From when.
    pub from: Timestamp,
    /// Until when, exclusive; `None` until it is ended.
    pub until: Option<Timestamp>,
    /// Whether it was ended before its time.
    pub ended: bool,
}

impl MandateRecord {
    /// Whether it is in force at this moment.
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        !self.ended && self.from <= now && self.until.is_none_or(|until| now < until)
    }
}

impl PersonRecord {
    /// Their mandates that are in force at this moment.
    pub fn mandates_in_force(&self, now: Timestamp) -> impl Iterator<Item = &MandateRecord> {
        self.mandates.iter().filter(move |mandate| mandate.is_in_force(now))
    }

    /// The agency of their mandate of the secretariat, if one is in force at this moment.
    fn secretariat_agency(&self, now: Timestamp) -> Option<AgencyId> {
        self.mandates_in_force(now).find(|held| held.role == Role::Secretariat).map(|held| held.agency)
    }

    /// The agency that they act for at this moment: where they work, else that of their mandate of the secretariat,
    /// else, as long as they have not worked anywhere, the one that they were invited for.
    pub fn acts_for(&self, now: Timestamp) -> Option<AgencyId> {
        self.agency
            .or_else(|| self.secretariat_agency(now))
            .or_else(|| self.affiliations.is_empty().then_some(self.invited_for))
    }

    /// Whether they take part in the exchange at this moment: they have joined, and work for an agency or are of the
    /// secretariat.
    pub fn participates(&self, now: Timestamp) -> bool {
        self.joined && (self.agency.is_some() || self.secretariat_agency(now).is_some())
    }

    /// The agencies that they no longer work for.
    pub fn former_affiliations(&self) -> impl Iterator<Item = &Affiliation> {
        self.affiliations.iter().filter(|affiliation| affiliation.until.is_some())
    }
}

/// A person.
pub fn person(snapshot: &Snapshot, id: PersonId) -> Result<Option<PersonRecord>, ViewError> {
    json_value::get(&snapshot.table(PERSONS)?, key(id.uuid()))
}

/// An agency.
pub fn agency(snapshot: &Snapshot, id: AgencyId) -> Result<Option<AgencyRecord>, ViewError> {
    json_value::get(&snapshot.table(AGENCIES)?, key(id.uuid()))
}

/// Every person, in the order in which they were invited, whoever asks: see [`persons_for`].
pub fn persons(snapshot: &Snapshot) -> Result<Vec<PersonRecord>, ViewError> {
    snapshot.table(PERSONS)?.iter()?.map(|entry| entry?.1.value().read()).collect()
}

/// The people that this viewer may know of, in the order in which they were invited: everyone who has joined, and of
/// those who have not, their own agency's; the secretariat knows of all.
pub fn persons_for(snapshot: &Snapshot, viewer: &Viewer) -> Result<Vec<PersonRecord>, ViewError> {
    if !viewer.may_read() {
        return Ok(Vec::new());
    }
    let mut persons = persons(snapshot)?;
    persons.retain(|it| it.joined || viewer.is_secretariat() || viewer.agency() == Some(it.invited_for));
    Ok(persons)
}

/// Every agency, in the order of their ids.
pub fn agencies(snapshot: &Snapshot) -> Result<Vec<AgencyRecord>, ViewError> {
    snapshot.table(AGENCIES)?.iter()?.map(|entry| entry?.1.value().read()).collect()
}

/// Everyone who has joined and works for an agency, with that agency.
pub fn affiliated(snapshot: &Snapshot) -> Result<Vec<(PersonId, AgencyId)>, ViewError> {
    let pair =
        |person, agency| (PersonId::from_uuid(Uuid::from_bytes(person)), AgencyId::from_uuid(Uuid::from_bytes(agency)));
    let table = snapshot.table(AFFILIATED)?;
    table.iter()?.map(|entry| entry.map(|(p, a)| pair(p.value(), a.value())).map_err(ViewError::from)).collect()
}

/// Everyone who is of the secretariat at this moment, and takes part.
pub fn secretariat(snapshot: &Snapshot, now: Timestamp) -> Result<Vec<PersonRecord>, ViewError> {
    let mut of_secretariat = Vec::new();
    for entry in snapshot.table(SECRETARIAT)?.iter()? {
        let id = PersonId::from_uuid(Uuid::from_bytes(entry?.0.value()));
        of_secretariat
            .extend(person(snapshot, id)?.filter(|it| it.participates(now) && it.secretariat_agency(now).is_some()));
    }
    Ok(of_secretariat)
}

/// The position of the newest event that may change what is known of any viewer.
pub(crate) fn rights_at(snapshot: &Snapshot) -> Result<Position, ViewError> {
    let position = snapshot.table(RIGHTS_AT)?.get(())?;
    Ok(position.map_or(Position::START, |position| Position::new(position.value())))
}
