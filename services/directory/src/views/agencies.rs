//! The agencies, as lists and pages show them.

use contracts::directory::{Address, AgencyEvent, AgencyName, ShortName};
use event_log::Recorded;
use event_sourcing::{
    Snapshot, ViewError,
    json_value::{self, IdKey, Json, key},
    redb::{ReadableTable as _, TableDefinition, WriteTransaction},
};
use serde::{Deserialize, Serialize};
use types::{AgencyId, Revision};
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
}

impl Stored {
    fn description(self) -> Description {
        let Self { name, short_name, website, other_names, .. } = self;
        Description { name, short_name, website, other_names }
    }

    fn record(self, id: AgencyId) -> AgencyRecord {
        AgencyRecord { id, revision: self.revision, agency: self.description() }
    }
}

pub(super) fn create(tx: &WriteTransaction) -> Result<(), ViewError> {
    tx.open_table(AGENCIES)?;
    Ok(())
}

pub(super) fn apply(tx: &WriteTransaction, recorded: &Recorded, event: &AgencyEvent) -> Result<(), ViewError> {
    let mut table = tx.open_table(AGENCIES)?;
    let id = key(recorded.stream.id());
    let known = json_value::get(&table, id)?.map(Stored::description);
    if let Some(Description { name, short_name, website, other_names }) = Description::evolve(known, event) {
        let stored = Stored { revision: recorded.revision, name, short_name, website, other_names };
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
