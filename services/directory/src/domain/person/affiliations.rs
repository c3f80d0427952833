//! For whom somebody works, and what becomes of their mandates when they leave.

use contracts::directory::{AffiliationEnded, AffiliationStarted, MandateGranted, PersonEvent};
use types::{AgencyId, MandateId, PersonId, Timestamp};

use super::{Error, State};
use crate::domain::Authority;

/// How somebody comes from one agency to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Where they worked.
    pub from: AgencyId,
    /// Where they work from now on.
    pub to: AgencyId,
    /// Who says so.
    pub by: Authority,
    /// The present moment.
    pub now: Timestamp,
}

impl State {
    /// Their provider says that they work for the agency.
    pub(super) fn affiliate(&self, agency: AgencyId) -> Result<Vec<PersonEvent>, Error> {
        if self.invited.is_none() {
            return Err(Error::Unknown);
        }
        let is_so = self.affiliations.contains(&agency);
        Ok(if is_so { vec![] } else { vec![AffiliationStarted { agency }.into()] })
    }

    pub(super) fn end_affiliation(
        &self,
        person: PersonId,
        agency: AgencyId,
        by: Authority,
        now: Timestamp,
    ) -> Result<Vec<PersonEvent>, Error> {
        if !by.looks_after(agency) {
            return Err(Error::NotYours);
        }
        if !self.affiliations.contains(&agency) {
            return Err(Error::NotAffiliated);
        }
        let held = self.mandates.values().filter(|held| held.agency == agency && held.is_open(now));
        let mut events = held.map(|held| held.end(person, by)).collect::<Result<Vec<_>, _>>()?;
        events.push(AffiliationEnded { agency }.into());
        Ok(events)
    }

    /// **Invariant:** they begin at the one agency before they leave the other, so that no session of theirs ends.
    pub(super) fn move_to(&self, to: &Move) -> Result<Vec<PersonEvent>, Error> {
        let &Move { from, to: agency, by, now } = to;
        if !(by.looks_after(from) && by.looks_after(agency)) {
            return Err(Error::NotYours);
        }
        if !self.affiliations.contains(&from) {
            return Ok(vec![]);
        }
        let held: Vec<_> = self.mandates.values().filter(|held| held.agency == from && held.is_open(now)).collect();
        let mut events = Vec::new();
        if !self.affiliations.contains(&agency) {
            events.push(AffiliationStarted { agency }.into());
        }
        for held in held.iter().filter(|held| held.delegated_by.is_none()) {
            // It follows from the one before, so that none is left behind, whatever was granted a moment ago.
            let mandate = MandateId::derived(held.mandate.uuid(), &format!("at {agency}"));
            let begins = held.from.max(now);
            match self.has_room_for(held.role, agency, begins, held.until) {
                Ok(()) => {
                    let (role, from, until) = (held.role, begins, held.until);
                    events.push(MandateGranted { mandate, role, agency, from, until }.into());
                }
                Err(Error::AlreadyHeld) => {}
                Err(error) => return Err(error),
            }
        }
        events.extend(held.iter().map(|held| held.ended()));
        events.push(AffiliationEnded { agency: from }.into());
        Ok(events)
    }
}
