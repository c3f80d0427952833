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
    tables::{AGENCIES, PERSONS, RIGHTS_AT, SECRETARIAT},
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
    pub former_names: Vec<FormerName>,
    /// What kind of body it is.
    pub kind: AgencyKind,
    /// Its organisation number.
    pub organisation_number: Option<String>,
    /// That it is no more.
    pub ended: Option<AgencyEnd>,
}

/// A name that an agency had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerName {
    /// The name.
    pub name: String,
    /// Until when, exclusive.
    pub until: Timestamp,
}

/// The end of an agency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgencyEnd {
    /// Since when it is no more.
    pub at: Timestamp,
    /// The agency that follows it.
    pub successor: Option<AgencyId>,
}

impl AgencyRecord {
    /// The name that it had at this moment.
    pub fn name_at(&self, moment: Timestamp) -> &str {
        let former = self.former_names.iter().find(|former| moment < former.until);
        former.map_or(&*self.name, |former| &*former.name)
    }
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
    /// That they are shut out.
    pub suspension: Option<Suspension>,
    /// Sessions and tokens that they began before this position work no longer.
    pub credentials_from: Position,
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

/// That a person is shut out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspension {
    /// Until when, exclusive; `None` until they are reinstated.
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
    /// Their mandates that are in force at this moment: for agencies that they work for, and those of the secretariat.
    pub fn mandates_in_force(&self, now: Timestamp) -> impl Iterator<Item = &MandateRecord> {
        let holds = |held: &&MandateRecord| held.role == Role::Secretariat || self.works_for(held.agency);
        self.mandates.iter().filter(move |held| held.is_in_force(now)).filter(holds)
    }

    /// Whether they work for this agency.
    pub fn works_for(&self, agency: AgencyId) -> bool {
        self.affiliations.iter().any(|affiliation| affiliation.agency == agency && affiliation.until.is_none())
    }

    /// Whether they are shut out at this moment.
    pub fn is_suspended(&self, now: Timestamp) -> bool {
        self.suspension.is_some_and(|suspension| suspension.until.is_none_or(|until| now < until))
    }

    /// The agency that they act for at this moment: of those that they work for the one that they came to last, where
    /// they take part for any of those; else that of their mandate of the secretariat; else, as long as they have not
    /// worked anywhere, the one that they were invited for.
    pub fn acts_for(&self, now: Timestamp) -> Option<AgencyId> {
        let takes_part_for =
            |agency: AgencyId| self.mandates_in_force(now).any(|held| held.agency == agency && held.role.takes_part());
        let works_for = self.affiliations.iter().rev().filter(|it| it.until.is_none()).map(|it| it.agency);
        let of_secretariat = || self.mandates_in_force(now).find(|it| it.role == Role::Secretariat).map(|it| it.agency);
        works_for
            .into_iter()
            .find(|agency| takes_part_for(*agency))
            .or(self.agency)
            .or_else(of_secretariat)
            .or_else(|| self.affiliations.is_empty().then_some(self.invited_for))
    }

    /// Whether they take part in the exchange at this moment: they have joined, are not shut out, and hold a mandate
    /// that lets them.
    pub fn participates(&self, now: Timestamp) -> bool {
        self.joined && !self.is_suspended(now) && self.mandates_in_force(now).any(|held| held.role.takes_part())
    }

    /// Whether they are of the secretariat at this moment, and take part.
    pub fn is_of_secretariat(&self, now: Timestamp) -> bool {
        self.participates(now) && self.mandates_in_force(now).any(|held| held.role == Role::Secretariat)
    }

    /// The moments after `now` at which time alone may change any of this, in no particular order.
    pub(crate) fn edges(&self, now: Timestamp) -> impl Iterator<Item = Timestamp> {
        let mandates = self.mandates.iter().filter(|mandate| !mandate.ended);
        let edges = mandates.flat_map(|mandate| [Some(mandate.from), mandate.until]);
        let suspended_until = self.suspension.and_then(|suspension| suspension.until);
        edges.chain([suspended_until]).flatten().filter(move |edge| now < *edge)
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

/// How many agencies that followed one another are looked through at most.
const SUCCESSORS_MAX: usize = 16;

/// The agency that follows this one today: the last one, where several followed one another. `None` for an agency that
/// is still there, or that none follows.
pub fn successor(snapshot: &Snapshot, id: AgencyId) -> Result<Option<AgencyRecord>, ViewError> {
    let (mut last, mut next) = (None, id);
    for _ in 0..SUCCESSORS_MAX {
        let known = if next == id { agency(snapshot, id)? } else { last.clone() };
        let Some(successor) = known.and_then(|known: AgencyRecord| known.ended).and_then(|end| end.successor) else {
            break;
        };
        (last, next) = (agency(snapshot, successor)?, successor);
    }
    Ok(last)
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

/// Everyone who is of the secretariat at this moment, and takes part.
pub fn secretariat(snapshot: &Snapshot, now: Timestamp) -> Result<Vec<PersonRecord>, ViewError> {
    let mut of_secretariat = Vec::new();
    for entry in snapshot.table(SECRETARIAT)?.iter()? {
        let id = PersonId::from_uuid(Uuid::from_bytes(entry?.0.value()));
        of_secretariat.extend(person(snapshot, id)?.filter(|it| it.is_of_secretariat(now)));
    }
    Ok(of_secretariat)
}

/// The position of the newest event that may change what is known of any viewer, or how a person or an agency is called.
pub fn rights_at(snapshot: &Snapshot) -> Result<Position, ViewError> {
    let position = snapshot.table(RIGHTS_AT)?.get(())?;
    Ok(position.map_or(Position::START, |position| Position::new(position.value())))
}
