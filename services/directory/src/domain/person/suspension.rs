//! Shutting somebody out, and letting them in again.

use contracts::directory::{PersonEvent, PersonReinstated, PersonSuspended, SuspensionReason};
use types::{PersonId, Timestamp};

use super::{Error, State};
use crate::domain::Authority;

impl State {
    pub(super) fn suspend(
        &self,
        person: PersonId,
        reason: &SuspensionReason,
        until: Option<Timestamp>,
        by: Authority,
        now: Timestamp,
    ) -> Result<Vec<PersonEvent>, Error> {
        if self.invited.is_none() {
            return Err(Error::Unknown);
        }
        if !by.shuts_out() {
            return Err(Error::NotYours);
        }
        if by.person() == Some(person) {
            return Err(Error::OwnSuspension);
        }
        if until.is_some_and(|until| until <= now) {
            return Err(Error::SuspensionOver);
        }
        let suspended = PersonSuspended { reason: reason.clone(), until };
        let is_so = self.suspended.as_ref() == Some(&suspended);
        Ok(if is_so { vec![] } else { vec![suspended.into()] })
    }

    pub(super) fn reinstate(&self, by: Authority, now: Timestamp) -> Result<Vec<PersonEvent>, Error> {
        if !by.shuts_out() {
            return Err(Error::NotYours);
        }
        let is_suspended = self.suspended.as_ref().is_some_and(|it| it.until.is_none_or(|until| now < until));
        Ok(if is_suspended { vec![PersonReinstated {}.into()] } else { vec![] })
    }
}
