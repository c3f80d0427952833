//! The agencies, as lists and pages show them.

use contracts::directory::{Address, AgencyEvent, AgencyKind, AgencyName, OrganisationNumber, ShortName, Succession};
use event_log::Recorded;
use event_sourcing::{
    Snapshot, ViewError,
    json_value::{self, IdKey, Json, key},
    redb::{ReadableTable as _, TableDefinition, WriteTransaction},
};
use serde::{Deserialize, Serialize};
use types::{AgencyId, Revision, Timestamp};
use uuid::Uuid;
use web::collation;

use super::Part;
use crate::domain::agency::{Description, name_key};

const AGENCIES: TableDefinition<IdKey, Json<Stored>> = TableDefinition::new("directory-agencies");

#[derive(Serialize, Deserialize)]
struct Stored {
    revision: Revision,
    name: AgencyName,
    short_name: Option<ShortName>,
    website: Option<Address>,
    other_names: Vec<AgencyName>,
    kind: Option<AgencyKind>,
    organisation_number: Option<OrganisationNumber>,
    ended: Option<End>,
}

/// An agency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgencyRecord {
    /// Its id.
    pub id: AgencyId,
    /// Of its stream.
    pub revision: Revision,
    /// What is known of it.
    pub agency: Description,
    /// That it is no more.
    pub ended: Option<End>,
}

/// The end of an agency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// Since when it is no more.
    pub at: Timestamp,
    /// The agency that follows it, and how that came to be.
    pub successor: Option<(AgencyId, Succession)>,
}

impl Stored {
    fn description(self) -> Description {
        let Self { name, short_name, website, other_names, kind, organisation_number, .. } = self;
        Description { name, short_name, website, other_names, kind, organisation_number }
    }

    fn record(self, id: AgencyId) -> AgencyRecord {
        AgencyRecord { id, revision: self.revision, ended: self.ended, agency: self.description() }
    }
}

pub(super) fn create(tx: &WriteTransaction) -> Result<(), ViewError> {
    tx.open_table(AGENCIES)?;
    Ok(())
}

pub(super) fn apply(tx: &WriteTransaction, recorded: &Recorded, event: &AgencyEvent) -> Result<(), ViewError> {
    let mut table = tx.open_table(AGENCIES)?;
    let id = key(recorded.stream.id());
    let known: Option<Stored> = json_value::get(&table, id)?;
    let ended = match event {
        AgencyEvent::Succeeded(it) => Some(End { at: recorded.recorded_at, successor: Some((it.successor, it.how)) }),
        AgencyEvent::Closed(_) => Some(End { at: recorded.recorded_at, successor: None }),
        _ => known.as_ref().and_then(|known| known.ended),
    };
    let known = known.map(Stored::description);
    if let Some(Description { name, short_name, website, other_names, kind, organisation_number }) =
        Description::evolve(known, event)
    {
        let revision = recorded.revision;
        let stored = Stored { revision, name, short_name, website, other_names, kind, organisation_number, ended };
        json_value::put(&mut table, id, &stored)?;
    }
    Ok(())
}

/// One agency.
pub fn get(snapshot: &Snapshot, id: AgencyId) -> Result<Option<AgencyRecord>, ViewError> {
    let stored = json_value::get(&snapshot.table(AGENCIES)?, key(id.uuid()))?;
    Ok(stored.map(|stored: Stored| stored.record(id)))
}

/// All agencies, in Swedish order of their names. A country has some hundred.
pub fn all(snapshot: &Snapshot) -> Result<Vec<AgencyRecord>, ViewError> {
    let table = snapshot.table(AGENCIES)?;
    let mut agencies = table
        .iter()?
        .map(|entry| {
            let (id, stored) = entry?;
            Ok(stored.value().read()?.record(AgencyId::from_uuid(Uuid::from_bytes(id.value()))))
        })
        .collect::<Result<Vec<_>, ViewError>>()?;
    agencies.sort_by_cached_key(|record| (collation::key(record.agency.name.as_str()), record.id));
    Ok(agencies)
}

/// The agencies that there are now, in Swedish order of their names.
pub fn living(snapshot: &Snapshot) -> Result<Vec<AgencyRecord>, ViewError> {
    let mut agencies = all(snapshot)?;
    agencies.retain(|record| record.ended.is_none());
    Ok(agencies)
}

/// Page `page` (from 1) of the agencies whose name, short name, or former or other name holds `q`; of all if it is empty.
pub fn search(snapshot: &Snapshot, q: &str, limit: usize, page: usize) -> Result<Part<AgencyRecord>, ViewError> {
    let q = name_key(q);
    let mut found = all(snapshot)?;
    found.retain(|record| q.is_empty() || names(&record.agency).any(|name| name_key(name).contains(&q)));
    // Who writes a name in full wants that agency first.
    found.sort_by_key(|record| !names(&record.agency).any(|name| name_key(name) == q));
    Ok(Part::of(found.into_iter(), limit, page))
}

fn names(agency: &Description) -> impl Iterator<Item = &str> {
    let short = agency.short_name.as_ref().map(ShortName::as_str);
    std::iter::once(agency.name.as_str()).chain(short).chain(agency.other_names.iter().map(AgencyName::as_str))
}
