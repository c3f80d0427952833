//! Mandates: given, delegated for a time, ended.

use contracts::directory::{AffiliationStarted, MandateDelegated, MandateEnded, MandateGranted, PersonEvent, Role};
use types::{AgencyId, MandateId, PersonId, Timestamp};

use super::{Error, State};
use crate::domain::Authority;

/// The most affiliations and mandates that one person's history holds.
pub const MANDATES_MAX: usize = 500;
/// The most days for which a mandate is delegated at a time.
pub const DELEGATION_DAYS_MAX: i64 = 366;

const SECONDS_A_DAY: i64 = 24 * 60 * 60;

/// A mandate that was granted or delegated, and not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) mandate: MandateId,
    pub(super) role: Role,
    pub(super) agency: AgencyId,
    pub(super) from: Timestamp,
    pub(super) until: Option<Timestamp>,
    /// Who let them hold it too, for a time.
    pub(super) delegated_by: Option<PersonId>,
}

/// A mandate to be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Its id.
    pub mandate: MandateId,
    /// What it lets them do.
    pub role: Role,
    /// For which agency.
    pub agency: AgencyId,
    /// From when.
    pub from: Timestamp,
    /// Until when, exclusive; `None` until it is ended.
    pub until: Option<Timestamp>,
    /// Who gives it.
    pub by: Authority,
}

/// A mandate that its holder lets a colleague hold too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delegation {
    /// Its id.
    pub mandate: MandateId,
    /// Who will hold it.
    pub to: PersonId,
    /// The mandate that it comes from, as the directory knows it.
    pub original: Original,
    /// From when.
    pub from: Timestamp,
    /// Until when, exclusive.
    pub until: Timestamp,
    /// Who delegates.
    pub by: Authority,
    /// The present moment.
    pub now: Timestamp,
}

/// A mandate from which another is delegated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Original {
    /// Its id.
    pub mandate: MandateId,
    /// Who holds it.
    pub holder: PersonId,
    /// What it lets them do.
    pub role: Role,
    /// For which agency.
    pub agency: AgencyId,
    /// Until when, exclusive; `None` until it is ended.
    pub until: Option<Timestamp>,
}

impl State {
    pub(super) fn hold(&mut self, held: Held) {
        self.mandates_count += 1;
        self.mandates.insert(held.mandate, held);
    }

    pub(super) fn admit(&self, grant: &Grant) -> Result<Vec<PersonEvent>, Error> {
        if self.invited.is_none() {
            return Err(Error::Unknown);
        }
        if !grant.by.may_give(grant.role, grant.agency) {
            return Err(Error::NotYours);
        }
        if self.affiliations.contains(&grant.agency) {
            return Ok(vec![]);
        }
        Ok(vec![AffiliationStarted { agency: grant.agency }.into(), self.granted(grant)?])
    }

    pub(super) fn grant(&self, grant: &Grant) -> Result<Vec<PersonEvent>, Error> {
        if self.invited.is_none() {
            return Err(Error::Unknown);
        }
        if !grant.by.may_give(grant.role, grant.agency) {
            return Err(Error::NotYours);
        }
        if !self.affiliations.contains(&grant.agency) {
            return Err(Error::NotAffiliated);
        }
        Ok(vec![self.granted(grant)?])
    }

    fn granted(&self, grant: &Grant) -> Result<PersonEvent, Error> {
        let &Grant { mandate, role, agency, from, until, .. } = grant;
        self.has_room_for(role, agency, from, until)?;
        Ok(MandateGranted { mandate, role, agency, from, until }.into())
    }

    /// Whether they may hold a mandate in that time beside those that they hold.
    pub(super) fn has_room_for(
        &self,
        role: Role,
        agency: AgencyId,
        from: Timestamp,
        until: Option<Timestamp>,
    ) -> Result<(), Error> {
        if until.is_some_and(|until| until <= from) {
            return Err(Error::EndsBeforeItBegins);
        }
        let overlaps = |held: &Held| {
            (held.role, held.agency) == (role, agency)
                && held.until.is_none_or(|held_until| from < held_until)
                && until.is_none_or(|until| held.from < until)
        };
        if self.mandates.values().any(overlaps) {
            return Err(Error::AlreadyHeld);
        }
        if self.mandates_count >= MANDATES_MAX {
            return Err(Error::TooManyMandates);
        }
        Ok(())
    }

    pub(super) fn delegate(&self, delegation: &Delegation) -> Result<Vec<PersonEvent>, Error> {
        let &Delegation { mandate, to, original, from, until, by, now } = delegation;
        let Original { mandate: of, holder, role, agency, until: original_until } = original;
        if by.person() != Some(holder) {
            return Err(Error::NotYours);
        }
        if self.profile.is_none() || to == holder || !role.may_be_delegated() {
            return Err(Error::NotDelegable);
        }
        if !self.affiliations.contains(&agency) {
            return Err(Error::NotAffiliated);
        }
        if until <= now {
            return Err(Error::EndsBeforeItBegins);
        }
        let seconds = until.as_second() - from.as_second();
        if original_until.is_some_and(|end| end < until) || seconds > DELEGATION_DAYS_MAX * SECONDS_A_DAY {
            return Err(Error::DelegatedTooLong);
        }
        self.has_room_for(role, agency, from, Some(until))?;
        Ok(vec![MandateDelegated { mandate, of, by: holder, role, agency, from, until }.into()])
    }

    pub(super) fn end_mandate(
        &self,
        person: PersonId,
        mandate: MandateId,
        by: Authority,
        now: Timestamp,
    ) -> Result<Vec<PersonEvent>, Error> {
        let held = self.mandates.get(&mandate).filter(|held| held.is_open(now)).ok_or(Error::NoSuchMandate)?;
        Ok(vec![held.end(person, by)?])
    }
}

impl Held {
    pub(super) fn is_open(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    pub(super) fn end(&self, holder: PersonId, by: Authority) -> Result<PersonEvent, Error> {
        let delegated_by_them = by.person().is_some() && by.person() == self.delegated_by;
        if !(by.may_give(self.role, self.agency) || delegated_by_them) {
            Err(Error::NotYours)
        } else if self.role == Role::Secretariat && by.person() == Some(holder) {
            Err(Error::OwnSecretariatMandate)
        } else {
            Ok(self.ended())
        }
    }

    pub(super) fn ended(&self) -> PersonEvent {
        MandateEnded { mandate: self.mandate }.into()
    }
}
