//! A person: invited, joined, affiliated to agencies, given mandates that begin and end.

use std::collections::{BTreeMap, BTreeSet};

use contracts::directory::{
    Address, AffiliationEnded, AffiliationStarted, MandateEnded, MandateGranted, PersonEvent, PersonInvited,
    PersonJoined, PersonName, ProfileChanged, Role, Title,
};
use event_sourcing::Decider;
use types::{AgencyId, MandateId, PersonId, Timestamp};

use crate::domain::Authority;

/// The most affiliations and mandates that one person's history holds.
pub const MANDATES_MAX: usize = 500;

/// The rules of a person.
#[derive(Clone, Copy, Debug)]
pub enum Person {}

/// What is known of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    invited: Option<PersonInvited>,
    profile: Option<Profile>,
    /// The agencies they work for.
    affiliations: BTreeSet<AgencyId>,
    /// Those that were not ended; some may have run out.
    mandates: BTreeMap<MandateId, MandateGranted>,
    /// How many there ever were.
    mandates_count: usize,
}

/// What others see of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Their name.
    pub name: PersonName,
    /// What they do.
    pub title: Option<Title>,
}

/// What can be asked about a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Invite them, for an agency.
    Invite {
        /// Where their sign-in links go.
        email: Option<Address>,
        /// For which agency.
        agency: AgencyId,
        /// What they are to be.
        role: Role,
        /// Who invites.
        by: Authority,
    },
    /// Let somebody who was invited begin at the agency, with a first mandate.
    Admit(Grant),
    /// They take the invitation.
    Join(Profile),
    /// They change what others see of them.
    ChangeProfile(Profile),
    /// They no longer work for the agency, and act for it no longer.
    EndAffiliation {
        /// Who it is about.
        person: PersonId,
        /// The agency.
        agency: AgencyId,
        /// Who says so.
        by: Authority,
        /// The present moment.
        now: Timestamp,
    },
    /// Give them a mandate.
    Grant(Grant),
    /// End a mandate before its time.
    EndMandate {
        /// Whose it is.
        person: PersonId,
        /// Which.
        mandate: MandateId,
        /// Who ends it.
        by: Authority,
        /// The present moment.
        now: Timestamp,
    },
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

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such person.
    #[error("the person is not known")]
    Unknown,
    /// They were invited before.
    #[error("the person is already invited")]
    AlreadyInvited,
    /// They took the invitation before.
    #[error("the person has already joined")]
    AlreadyJoined,
    /// They did not take the invitation yet.
    #[error("the person has not joined yet")]
    NotJoined,
    /// They don't work for the agency.
    #[error("the person does not work for the agency")]
    NotAffiliated,
    /// Only the agency's contact person and the secretariat decide this; only the secretariat, for a role of its own.
    #[error("this needs another mandate than the one held")]
    NotYours,
    /// They hold that mandate at that time already.
    #[error("the person holds this mandate already")]
    AlreadyHeld,
    /// There is no such mandate in force or to come.
    #[error("the mandate is not in force")]
    NoSuchMandate,
    /// It would end before it begins, or has ended.
    #[error("the mandate ends before it begins")]
    EndsBeforeItBegins,
    /// A member of the secretariat would shut themselves out.
    #[error("nobody ends their own mandate in the secretariat")]
    OwnSecretariatMandate,
    /// The history is full.
    #[error("the person has had {MANDATES_MAX} mandates, which is the most that is kept")]
    TooManyMandates,
}

impl Decider for Person {
    type State = State;
    type Command = Command;
    type Event = PersonEvent;
    type Error = Error;

    fn decide(state: &State, command: &Command) -> Result<Vec<PersonEvent>, Error> {
        match command {
            Command::Invite { email, agency, role, by } => {
                if !by.may_give(*role, *agency) {
                    return Err(Error::NotYours);
                }
                if state.invited.is_some() {
                    return Err(Error::AlreadyInvited);
                }
                Ok(vec![PersonInvited { email: email.clone(), agency: *agency }.into()])
            }
            Command::Admit(grant) => state.admit(grant),
            Command::Join(profile) => match (&state.invited, &state.profile) {
                (None, _) => Err(Error::Unknown),
                (Some(_), Some(_)) => Err(Error::AlreadyJoined),
                (Some(_), None) => {
                    let Profile { name, title } = profile.clone();
                    Ok(vec![PersonJoined { name, title }.into()])
                }
            },
            Command::ChangeProfile(profile) => match &state.profile {
                None => Err(Error::NotJoined),
                Some(known) if known == profile => Ok(vec![]),
                Some(_) => {
                    let Profile { name, title } = profile.clone();
                    Ok(vec![ProfileChanged { name, title }.into()])
                }
            },
            Command::EndAffiliation { person, agency, by, now } => {
                if !by.looks_after(*agency) {
                    return Err(Error::NotYours);
                }
                if !state.affiliations.contains(agency) {
                    return Err(Error::NotAffiliated);
                }
                let held = state.mandates.values().filter(|held| held.agency == *agency && held.is_open(*now));
                let mut events = held.map(|held| held.end(*person, *by)).collect::<Result<Vec<_>, _>>()?;
                events.push(AffiliationEnded { agency: *agency }.into());
                Ok(events)
            }
            Command::Grant(grant) => state.grant(grant),
            Command::EndMandate { person, mandate, by, now } => {
                let held = state.mandates.get(mandate).filter(|held| held.is_open(*now)).ok_or(Error::NoSuchMandate)?;
                Ok(vec![held.end(*person, *by)?])
            }
        }
    }

    fn evolve(mut state: State, event: &PersonEvent) -> State {
        match event {
            PersonEvent::Invited(event) => state.invited = Some(event.clone()),
            PersonEvent::Joined(PersonJoined { name, title })
            | PersonEvent::ProfileChanged(ProfileChanged { name, title }) => {
                state.profile = Some(Profile { name: name.clone(), title: title.clone() });
            }
            PersonEvent::AffiliationStarted(event) => {
                state.affiliations.insert(event.agency);
            }
            PersonEvent::AffiliationEnded(event) => {
                state.affiliations.remove(&event.agency);
            }
            PersonEvent::MandateGranted(event) => {
                state.mandates_count += 1;
                state.mandates.insert(event.mandate, event.clone());
            }
            PersonEvent::MandateEnded(event) => {
                state.mandates.remove(&event.mandate);
            }
        }
        state
    }
}

impl State {
    fn admit(&self, grant: &Grant) -> Result<Vec<PersonEvent>, Error> {
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

    fn grant(&self, grant: &Grant) -> Result<Vec<PersonEvent>, Error> {
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
        if until.is_some_and(|until| until <= from) {
            return Err(Error::EndsBeforeItBegins);
        }
        let overlaps = |held: &MandateGranted| {
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
        Ok(MandateGranted { mandate, role, agency, from, until }.into())
    }
}

/// What the rules ask of a mandate that was granted and not ended.
trait Held {
    fn is_open(&self, now: Timestamp) -> bool;
    fn end(&self, holder: PersonId, by: Authority) -> Result<PersonEvent, Error>;
}

impl Held for MandateGranted {
    fn is_open(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    fn end(&self, holder: PersonId, by: Authority) -> Result<PersonEvent, Error> {
        if !by.may_give(self.role, self.agency) {
            Err(Error::NotYours)
        } else if self.role == Role::Secretariat && by.person() == Some(holder) {
            Err(Error::OwnSecretariatMandate)
        } else {
            Ok(MandateEnded { mandate: self.mandate }.into())
        }
    }
}

#[cfg(test)]
mod tests;
