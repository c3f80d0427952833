//! The people: who was invited, who joined, what they do for whom.

mod fold;

use std::ops::RangeInclusive;

use contracts::directory::{Address, PersonName, Role, SuspensionReason, Title};
use event_sourcing::{
    Snapshot, ViewError,
    json_value::{self, IdKey, Json, key},
    redb::{ReadOnlyTable, ReadableTable as _, TableDefinition},
};
use serde::{Deserialize, Serialize};
use types::{AgencyId, MandateId, PersonId, Revision, Timestamp};
use uuid::Uuid;
use web::collation;

use super::Part;

pub(super) use fold::{apply, create, mandate};

const PEOPLE: TableDefinition<IdKey, Json<PersonRecord>> = TableDefinition::new("directory-people");
/// Who has which mail address: the first who was invited with it.
const ADDRESSES: TableDefinition<&str, IdKey> = TableDefinition::new("directory-addresses");
/// Those who take part, for each agency and for all ([`EVERYWHERE`]), in the order of their names.
const LISTED: TableDefinition<(IdKey, &[u8], IdKey), ()> = TableDefinition::new("directory-people-listed");
const EVERYWHERE: IdKey = [0; 16];
/// By mandate and mandate that was delegated from it: who holds the latter.
const DELEGATED: TableDefinition<(IdKey, IdKey), IdKey> = TableDefinition::new("directory-delegated");

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRecord {
    /// Their id.
    pub id: PersonId,
    /// Of their stream.
    pub revision: Revision,
    /// When they were invited.
    pub invited_at: Timestamp,
    /// Who invited them, if it was a person.
    pub invited_by: Option<PersonId>,
    /// For which agency.
    pub invited_for: AgencyId,
    /// Where their sign-in links go.
    pub email: Option<Address>,
    /// When they joined, if they have.
    pub joined_at: Option<Timestamp>,
    /// Their name, once they have joined.
    pub name: Option<PersonName>,
    /// What they do.
    pub title: Option<Title>,
    /// For whom they work and have worked, in order.
    pub affiliations: Vec<Affiliation>,
    /// The mandates they hold and have held, in order.
    pub mandates: Vec<Mandate>,
    /// That they are shut out.
    pub suspension: Option<Suspension>,
    /// Sessions and tokens that they began before this moment work no longer.
    pub credentials_from: Option<Timestamp>,
}

/// That somebody is shut out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspension {
    /// Why.
    pub reason: SuspensionReason,
    /// Since when.
    pub since: Timestamp,
    /// Until when, exclusive; `None` until they are reinstated.
    pub until: Option<Timestamp>,
    /// Who said so, if it was a person.
    pub by: Option<PersonId>,
}

/// A time of work for an agency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Affiliation {
    /// The agency.
    pub agency: AgencyId,
    /// From when.
    pub from: Timestamp,
    /// Until when, if it has ended.
    pub until: Option<Timestamp>,
}

/// A mandate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mandate {
    /// Its id.
    pub id: MandateId,
    /// What it lets them do.
    pub role: Role,
    /// For which agency.
    pub agency: AgencyId,
    /// From when.
    pub from: Timestamp,
    /// Until when, if that is decided.
    pub until: Option<Timestamp>,
    /// Who granted it, if it was a person.
    pub granted_by: Option<PersonId>,
    /// The mandate that it was delegated from, and who holds that.
    pub delegated: Option<(MandateId, PersonId)>,
    /// When it was ended before its time.
    pub ended_at: Option<Timestamp>,
}

impl Mandate {
    /// Whether it has neither been ended nor run out; it may still lie ahead.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && self.until.is_none_or(|until| now < until)
    }

    /// Whether its holder may let a colleague hold it too: it has not ended, and is not held that way itself.
    pub fn may_be_delegated(&self, now: Timestamp) -> bool {
        self.is_open(now) && self.delegated.is_none() && self.role.may_be_delegated()
    }

    /// Whether it holds now.
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.is_open(now) && self.from <= now
    }
}

impl PersonRecord {
    /// The agencies they work for.
    pub fn agencies(&self) -> impl Iterator<Item = AgencyId> {
        self.affiliations.iter().filter(|affiliation| affiliation.until.is_none()).map(|started| started.agency)
    }

    /// Whether a session or token that began at this moment is still theirs to use.
    pub fn may_use_since(&self, began: Timestamp) -> bool {
        self.credentials_from.is_none_or(|from| from <= began)
    }

    /// Whether they hold any mandate now.
    pub fn holds_any(&self, now: Timestamp) -> bool {
        self.mandates.iter().any(|held| held.is_in_force(now))
    }

    /// Why and until when they are shut out, if they are at this moment.
    pub fn suspended(&self, now: Timestamp) -> Option<&Suspension> {
        self.suspension.as_ref().filter(|it| it.until.is_none_or(|until| now < until))
    }

    /// Whether others see them among those who take part.
    pub fn takes_part(&self) -> bool {
        self.name.is_some() && self.agencies().next().is_some()
    }

    /// The roles they have for an agency now, the most far-reaching last.
    pub fn roles(&self, agency: AgencyId, now: Timestamp) -> Vec<Role> {
        let held = self.mandates.iter().filter(|held| held.agency == agency && held.is_in_force(now));
        let mut roles: Vec<_> = held.map(|held| held.role).collect();
        roles.sort();
        roles
    }
}

/// How mail addresses are compared: the domain's and, as people write them, the name's case does not count.
pub fn address_key(address: &str) -> String {
    address.trim().to_lowercase()
}

/// One person.
pub fn get(snapshot: &Snapshot, id: PersonId) -> Result<Option<PersonRecord>, ViewError> {
    json_value::get(&snapshot.table(PEOPLE)?, key(id.uuid()))
}

/// The person whose sign-in links go to this address.
pub fn by_address(snapshot: &Snapshot, address: &str) -> Result<Option<PersonRecord>, ViewError> {
    let found = snapshot.table(ADDRESSES)?.get(address_key(address).as_str())?.map(|id| id.value());
    found.map_or(Ok(None), |id| get(snapshot, PersonId::from_uuid(Uuid::from_bytes(id))))
}

/// Page `page` (from 1) of everyone who was ever invited and whose name or mail address holds `q`, in Swedish order of
/// their names.
pub fn search(snapshot: &Snapshot, q: &str, limit: usize, page: usize) -> Result<Part<PersonRecord>, ViewError> {
    let q = q.trim().to_lowercase();
    let holds = |text: Option<&str>| text.is_some_and(|text| text.to_lowercase().contains(&q));
    let mut found = Vec::new();
    for entry in snapshot.table(PEOPLE)?.iter()? {
        let person: PersonRecord = entry?.1.value().read()?;
        let (name, email) = (person.name.as_ref().map(|it| it.as_str()), person.email.as_ref().map(|it| it.as_str()));
        if q.is_empty() || holds(name) || holds(email) {
            found.push(person);
        }
    }
    found.sort_by_cached_key(|person| {
        (collation::key(person.name.as_ref().map_or("", |name| name.as_str())), person.invited_at, person.id)
    });
    Ok(Part::of(found.into_iter(), limit, page))
}

/// Everyone who works for an agency, joined or not, in no particular order.
pub fn working_for(snapshot: &Snapshot, agency: AgencyId) -> Result<Vec<PersonRecord>, ViewError> {
    let mut working = Vec::new();
    for entry in snapshot.table(PEOPLE)?.iter()? {
        let person = entry?.1.value().read()?;
        if person.agencies().any(|works_for| works_for == agency) {
            working.push(person);
        }
    }
    Ok(working)
}

/// Whether anybody ever joined.
pub fn anybody_joined(snapshot: &Snapshot) -> Result<bool, ViewError> {
    for entry in snapshot.table(PEOPLE)?.iter()? {
        if entry?.1.value().read()?.joined_at.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Page `page` (from 1) of those who take part, in Swedish order of their names; of one agency alone, if one is named.
pub fn list(
    snapshot: &Snapshot,
    agency: Option<AgencyId>,
    limit: usize,
    page: usize,
) -> Result<Part<PersonRecord>, ViewError> {
    let place = agency.map_or(EVERYWHERE, |agency| key(agency.uuid()));
    let listed: ReadOnlyTable<(IdKey, &[u8], IdKey), ()> = snapshot.table(LISTED)?;
    let people = snapshot.table(PEOPLE)?;
    let (skipped, mut total, mut items) = (limit.saturating_mul(page.saturating_sub(1)), 0, Vec::new());
    for entry in listed.range(everyone_at(&place))? {
        if total >= skipped && items.len() < limit {
            let (_, _, id) = entry?.0.value();
            items.extend(json_value::get(&people, id)?);
        }
        total += 1;
    }
    Ok(Part { items, total })
}

/// Longer than any key of a name.
const LAST_NAME: &[u8] = &[0xFF; 8];

fn everyone_at(place: &IdKey) -> RangeInclusive<(IdKey, &'static [u8], IdKey)> {
    (*place, &[], [0; 16])..=(*place, LAST_NAME, [0xFF; 16])
}

/// Those who were invited for an agency and have not joined yet, the latest first.
pub fn invited(snapshot: &Snapshot, agency: Option<AgencyId>) -> Result<Vec<PersonRecord>, ViewError> {
    let mut invited = Vec::new();
    for entry in snapshot.table(PEOPLE)?.iter()? {
        let person = entry?.1.value().read()?;
        if person.joined_at.is_none() && agency.is_none_or(|agency| person.invited_for == agency) {
            invited.push(person);
        }
    }
    invited.sort_by_key(|person: &PersonRecord| (std::cmp::Reverse(person.invited_at), person.id));
    Ok(invited)
}
