//! Which agency each row of a file is, and what is to be done with it.

use std::collections::{HashMap, HashSet};

use contracts::directory::AgencyEvent;
use event_sourcing::Decider as _;
use types::AgencyId;
use uuid::Uuid;

use super::{Mistake, Refused, Row, What};
use crate::{
    domain::agency::{Agency, Command, Description, Error, State, name_key},
    views::agencies::AgencyRecord,
};

/// What an agency's first id follows from, together with its name.
const NAMESPACE: Uuid = Uuid::from_u128(0x8c1f_52e0_6f0b_5a6e_9d3a_2b7c_4e10_77a1);

/// What is to be done with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// The agency that it is.
    pub id: AgencyId,
    /// What will happen to it.
    pub step: Step,
    /// What the row says.
    pub agency: Description,
}

/// What will happen to an agency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is new.
    Register,
    /// It gets another name.
    Rename,
    /// Something else of it becomes different.
    Change,
    /// It is as the row says, or no more, or the row calls it by a name that it no longer has.
    Nothing,
}

/// Finds each row's agency: by its name; else by a former name in the row that an agency still has as its name, which
/// it then loses; else by the row's name being a former name of an agency. An agency that another row names outright is
/// left to that row. What is found in none of these ways is new.
pub fn plan(known: Vec<AgencyRecord>, rows: &[Row]) -> Result<Vec<Planned>, Refused> {
    let mut known = Known::new(known);
    let by_name: Vec<_> = rows.iter().map(|row| known.claim_named(row)).collect();
    let (mut planned, mut mistakes) = (Vec::with_capacity(rows.len()), Vec::new());
    for (row, claimed) in rows.iter().zip(by_name) {
        let claim = match claimed {
            Some(id) => Ok(Claim::Present(id)),
            None => known.claim_otherwise(row),
        };
        match claim.and_then(|claim| known.step(claim, row)) {
            Ok(step) => planned.push(step),
            Err(what) => mistakes.push(Mistake { line: row.line, what }),
        }
    }
    if mistakes.is_empty() { Ok(planned) } else { Err(mistakes.into()) }
}

enum Claim {
    /// The agency, under the name it has or is to have.
    Present(AgencyId),
    /// The agency, under a name it had.
    Former(AgencyId),
    New(AgencyId),
}

struct Known {
    agencies: HashMap<AgencyId, Description>,
    by_name: HashMap<String, AgencyId>,
    /// `None` where several agencies had the name, which then says nothing.
    by_former_name: HashMap<String, Option<AgencyId>>,
    /// Agencies that a row names outright.
    named: HashSet<AgencyId>,
    /// The line that each other agency was found by.
    found: HashMap<AgencyId, u64>,
    new: HashSet<AgencyId>,
    /// Agencies that are no more, of which nothing changes.
    ended: HashSet<AgencyId>,
}

impl Known {
    fn new(records: Vec<AgencyRecord>) -> Self {
        let (mut by_name, mut by_former_name) = (HashMap::new(), HashMap::new());
        for record in &records {
            by_name.insert(name_key(record.agency.name.as_str()), record.id);
            for name in &record.agency.other_names {
                let one = by_former_name.entry(name_key(name.as_str())).or_insert(Some(record.id));
                *one = one.filter(|id| *id == record.id);
            }
        }
        let ended = records.iter().filter(|record| record.ended.is_some()).map(|record| record.id).collect();
        let agencies = records.into_iter().map(|record| (record.id, record.agency)).collect();
        let (named, found, new) = (HashSet::new(), HashMap::new(), HashSet::new());
        Self { agencies, by_name, by_former_name, named, found, new, ended }
    }

    fn claim_named(&mut self, row: &Row) -> Option<AgencyId> {
        let id = *self.by_name.get(&name_key(row.agency.name.as_str()))?;
        self.named.insert(id);
        Some(id)
    }

    fn claim_otherwise(&mut self, row: &Row) -> Result<Claim, What> {
        let free = |id: &AgencyId| !self.named.contains(id);
        let had = row.agency.other_names.iter().filter_map(|name| self.by_name.get(&name_key(name.as_str())));
        let renamed = had.copied().find(free);
        let former = self.by_former_name.get(&name_key(row.agency.name.as_str())).copied().flatten().filter(free);
        let (id, claim) = match (renamed, former) {
            (Some(id), _) => (id, Claim::Present(id)),
            (None, Some(id)) => (id, Claim::Former(id)),
            (None, None) => return Ok(Claim::New(self.new_id(row))),
        };
        match self.found.insert(id, row.line) {
            Some(first) => Err(What::SameAgency { name: row.agency.name.to_string(), first }),
            None => Ok(claim),
        }
    }

    fn new_id(&mut self, row: &Row) -> AgencyId {
        let name = row.agency.name.as_str();
        let ids = std::iter::successors(Some(1_u32), |number| number.checked_add(1)).map(|number| match number {
            1 => AgencyId::derived(NAMESPACE, name),
            number => AgencyId::derived(NAMESPACE, &format!("{name} ({number})")),
        });
        let mut free = ids.filter(|id| !self.agencies.contains_key(id) && !self.new.contains(id));
        let id = free.next().unwrap_or_else(|| AgencyId::derived(NAMESPACE, name));
        self.new.insert(id);
        id
    }

    fn step(&self, claim: Claim, row: &Row) -> Result<Planned, What> {
        let agency = row.agency.clone();
        let (id, known) = match claim {
            Claim::Present(id) if self.ended.contains(&id) => return Ok(Planned { id, step: Step::Nothing, agency }),
            Claim::Former(id) => return Ok(Planned { id, step: Step::Nothing, agency }),
            Claim::Present(id) => (id, self.agencies.get(&id).cloned()),
            Claim::New(id) => (id, None),
        };
        let events =
            Agency::decide(&State::from(known), &Command::Describe(agency.clone())).map_err(|error| match error {
                Error::TooManyNames { given, .. } => What::TooManyNames { given },
                // A description is refused for nothing else, of an agency that has not ended.
                _ => What::NoName,
            })?;
        let step = match events.first() {
            None => Step::Nothing,
            Some(AgencyEvent::Registered(_)) => Step::Register,
            Some(AgencyEvent::Renamed(_)) => Step::Rename,
            Some(_) => Step::Change,
        };
        Ok(Planned { id, step, agency })
    }
}

#[cfg(test)]
mod tests {
    use contracts::directory::AgencyName;
    use types::Revision;

    use super::*;

    fn name(text: &str) -> AgencyName {
        AgencyName::new(text).unwrap()
    }

    fn description((text, others): (&str, &[&str])) -> Description {
        let other_names = others.iter().copied().map(name).collect();
        Description { other_names, ..Description::named(name(text)) }
    }

    /// Plans rows against agencies with the ids 1, 2 …; says the id (0: a new one) and the step of each row.
    fn planned(known: &[(&str, &[&str])], rows: &[(&str, &[&str])]) -> Result<Vec<(u128, Step)>, String> {
        let record = |(number, agency)| AgencyRecord {
            id: AgencyId::from_uuid(Uuid::from_u128(number)),
            revision: Revision::FIRST,
            agency: description(agency),
            ended: None,
        };
        let known: Vec<_> = (1..).zip(known.iter().copied()).map(record).collect();
        let count = known.len() as u128;
        let rows: Vec<_> = (2..).zip(rows).map(|(line, row)| Row { line, agency: description(*row) }).collect();
        let planned = plan(known, &rows).map_err(|refused| refused.to_string())?;
        let id = |id: AgencyId| Some(id.uuid().as_u128()).filter(|id| *id <= count).unwrap_or(0);
        Ok(planned.into_iter().map(|planned| (id(planned.id), planned.step)).collect())
    }

    #[test]
    fn a_row_finds_its_agency() {
        use Step::{Change, Nothing, Register, Rename};
        let known: &[(&str, &[&str])] = &[("Verket", &["Kontoret"]), ("Rådet", &[])];
        for (rows, expected) in [
            (&[("Nämnden", &[][..])][..], &[(0, Register)][..]),
            (&[("Verket", &[]), ("RÅDET", &[])], &[(1, Nothing), (2, Rename)]),
            (&[("Verket", &["Kontoret", "Byrån"])], &[(1, Change)]),
            (&[("Myndigheten", &["Verket"])], &[(1, Rename)]),
            (&[("Kontoret", &[])], &[(1, Nothing)]),
            (&[("Kontoret", &["Verket"])], &[(1, Rename)]),
            // Each is an agency of its own, whatever the one was called before.
            (&[("Kontoret", &[]), ("Verket", &[])], &[(0, Register), (1, Nothing)]),
            (&[("Myndigheten", &["Verket"]), ("Verket", &[])], &[(0, Register), (1, Nothing)]),
        ] {
            assert_eq!(planned(known, rows).unwrap(), expected, "{rows:?}");
        }
    }

    #[test]
    fn two_rows_are_not_one_agency() {
        let known: &[(&str, &[&str])] = &[("Verket", &["Kontoret"])];
        let told = planned(known, &[("Myndigheten", &["Verket"]), ("Kontoret", &[])]).unwrap_err();
        assert!(told.starts_with("line 3: `Kontoret` is the agency of line 2 too"), "{told}");
    }

    #[test]
    fn a_name_that_two_agencies_had_finds_neither() {
        let known: &[(&str, &[&str])] = &[("Verket", &["Kontoret"]), ("Rådet", &["Kontoret"])];
        assert_eq!(planned(known, &[("Kontoret", &[])]).unwrap(), [(0, Step::Register)]);
    }

    #[test]
    fn too_many_names_over_time_are_refused_before_anything_is_written() {
        let names: Vec<String> = (0..50).map(|number| format!("Verket {number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let told = planned(&[("Verket", &names)], &[("Verket", &["Ännu ett namn"])]).unwrap_err();
        assert!(told.starts_with("line 2: there are 51 former or other names"), "{told}");
    }
}
