//! A person: invited, joined, affiliated to agencies, given mandates that begin and end.

mod affiliations;
mod mandates;
mod suspension;

use std::collections::{BTreeMap, BTreeSet};

use contracts::directory::{
    Address, MandateDelegated, MandateGranted, PersonEvent, PersonInvited, PersonJoined, PersonName, PersonSuspended,
    ProfileChanged, Role, SuspensionReason, Title,
};
use event_sourcing::Decider;
use types::{AgencyId, MandateId, PersonId, Timestamp};

use crate::domain::Authority;

pub use affiliations::Move;
use mandates::Held;
pub use mandates::{DELEGATION_DAYS_MAX, Delegation, Grant, MANDATES_MAX, Original};

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
            Command::Affiliate(agency) => state.affiliate(*agency),
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
            Command::EndMandate { person, mandate, by, now } => state.end_mandate(*person, *mandate, *by, *now),
            Command::Delegate(delegation) => state.delegate(delegation),
            Command::Suspend { person, reason, until, by, now } => state.suspend(*person, reason, *until, *by, *now),
            Command::Reinstate { by, now } => state.reinstate(*by, *now),
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

#[cfg(test)]
mod tests;
