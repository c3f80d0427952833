//! A person: invited, joined, affiliated to agencies, given mandates that begin and end.

use std::collections::{BTreeMap, BTreeSet};

use contracts::directory::{
    Address, AffiliationEnded, AffiliationStarted, MandateDelegated, MandateEnded, MandateGranted, PersonEvent,
    PersonInvited, PersonJoined, PersonName, PersonReinstated, PersonSuspended, ProfileChanged, Role, SuspensionReason,
    Title,
};
use event_sourcing::Decider;
use types::{AgencyId, MandateId, PersonId, Timestamp};

use crate::domain::Authority;

/// The most affiliations and mandates that one person's history holds.
pub const MANDATES_MAX: usize = 500;
/// The most days for which a mandate is delegated at a time.
pub const DELEGATION_DAYS_MAX: i64 = 366;

const SECONDS_A_DAY: i64 = 24 * 60 * 60;

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
    mandates: BTreeMap<MandateId, Held>,
    /// How many there ever were.
    mandates_count: usize,
    suspended: Option<PersonSuspended>,
}

/// A mandate that was granted or delegated, and not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Held {
    mandate: MandateId,
    role: Role,
    agency: AgencyId,
    from: Timestamp,
    until: Option<Timestamp>,
    /// Who let them hold it too, for a time.
    delegated_by: Option<PersonId>,
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
    /// Their provider says that they work for the agency. It gives them no mandate.
    Affiliate(AgencyId),
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
    /// They no longer work for one agency, and begin at another: what they hold for the one they then hold for the
    /// other.
    Move(Move),
    /// Give them a mandate.
    Grant(Grant),
    /// Let them hold a colleague's mandate too, for a time.
    Delegate(Delegation),
    /// Shut them out.
    Suspend {
        /// Who it is about.
        person: PersonId,
        /// Why.
        reason: SuspensionReason,
        /// Until when, exclusive; `None` until they are reinstated.
        until: Option<Timestamp>,
        /// Who says so.
        by: Authority,
        /// The present moment.
        now: Timestamp,
    },
    /// Let them in again.
    Reinstate {
        /// Who says so.
        by: Authority,
        /// The present moment.
        now: Timestamp,
    },
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
    /// Only some mandates are delegated, by those who hold them, to a colleague.
    #[error("this mandate can't be delegated to this person")]
    NotDelegable,
    /// It would last longer than the mandate that it comes from, or than any delegation may.
    #[error(
        "a delegation ends with the mandate that it comes from at the latest, and lasts {DELEGATION_DAYS_MAX} days at most"
    )]
    DelegatedTooLong,
    /// Nobody shuts themselves out.
    #[error("nobody suspends themselves")]
    OwnSuspension,
    /// It would be over at once.
    #[error("the suspension would end before it begins")]
    SuspensionOver,
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
            Command::Affiliate(agency) => match &state.invited {
                None => Err(Error::Unknown),
                Some(_) if state.affiliations.contains(agency) => Ok(vec![]),
                Some(_) => Ok(vec![AffiliationStarted { agency: *agency }.into()]),
            },
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
            Command::EndAffiliation { person, agency, by, now } => state.end_affiliation(*person, *agency, *by, *now),
            Command::Move(to) => state.move_to(to),
            Command::Grant(grant) => state.grant(grant),
            Command::EndMandate { person, mandate, by, now } => {
                let held = state.mandates.get(mandate).filter(|held| held.is_open(*now)).ok_or(Error::NoSuchMandate)?;
                Ok(vec![held.end(*person, *by)?])
            }
            Command::Delegate(delegation) => state.delegate(delegation),
            Command::Suspend { person, reason, until, by, now } => {
                if state.invited.is_none() {
                    Err(Error::Unknown)
                } else if !by.shuts_out() {
                    Err(Error::NotYours)
                } else if by.person() == Some(*person) {
                    Err(Error::OwnSuspension)
                } else if until.is_some_and(|until| until <= *now) {
                    Err(Error::SuspensionOver)
                } else {
                    let suspended = PersonSuspended { reason: reason.clone(), until: *until };
                    let is_so = state.suspended.as_ref() == Some(&suspended);
                    Ok(if is_so { vec![] } else { vec![suspended.into()] })
                }
            }
            Command::Reinstate { by, .. } if !by.shuts_out() => Err(Error::NotYours),
            Command::Reinstate { now, .. } => {
                Ok(if state.is_suspended(*now) { vec![PersonReinstated {}.into()] } else { vec![] })
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
                let &MandateGranted { mandate, role, agency, from, until } = event;
                state.hold(Held { mandate, role, agency, from, until, delegated_by: None });
            }
            PersonEvent::MandateDelegated(event) => {
                let &MandateDelegated { mandate, role, agency, from, until, by, of: _ } = event;
                state.hold(Held { mandate, role, agency, from, until: Some(until), delegated_by: Some(by) });
            }
            PersonEvent::Suspended(event) => state.suspended = Some(event.clone()),
            PersonEvent::Reinstated(_) => state.suspended = None,
            PersonEvent::MandateEnded(event) => {
                state.mandates.remove(&event.mandate);
            }
        }
        state
    }
}

impl State {
    fn hold(&mut self, held: Held) {
        self.mandates_count += 1;
        self.mandates.insert(held.mandate, held);
    }

    fn is_suspended(&self, now: Timestamp) -> bool {
        self.suspended.as_ref().is_some_and(|it| it.until.is_none_or(|until| now < until))
    }

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
        self.has_room_for(role, agency, from, until)?;
        Ok(MandateGranted { mandate, role, agency, from, until }.into())
    }

    /// Whether they may hold a mandate in that time beside those that they hold.
    fn has_room_for(
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

    fn delegate(&self, delegation: &Delegation) -> Result<Vec<PersonEvent>, Error> {
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

    fn end_affiliation(
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
    fn move_to(&self, to: &Move) -> Result<Vec<PersonEvent>, Error> {
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

impl Held {
    fn is_open(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    fn end(&self, holder: PersonId, by: Authority) -> Result<PersonEvent, Error> {
        let delegated_by_them = by.person().is_some() && by.person() == self.delegated_by;
        if !(by.may_give(self.role, self.agency) || delegated_by_them) {
            Err(Error::NotYours)
        } else if self.role == Role::Secretariat && by.person() == Some(holder) {
            Err(Error::OwnSecretariatMandate)
        } else {
            Ok(self.ended())
        }
    }

    fn ended(&self) -> PersonEvent {
        MandateEnded { mandate: self.mandate }.into()
    }
}

#[cfg(test)]
mod tests;
