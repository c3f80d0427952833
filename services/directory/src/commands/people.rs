//! Inviting people, and what they may do for whom.

use contracts::{
    Audience,
    directory::{Address, Role},
};
use event_sourcing::ExecuteError;
use serde::Serialize;
use types::{AgencyId, MandateId, PersonId, Timestamp};

use super::{Asked, By, Commands, Done, Error, VIEW_WAIT};
use crate::{
    domain::person::{Command, Error as Refusal, Grant, Profile},
    outbox::Mail,
    views::{agencies, people},
};

/// Whom to invite.
#[derive(Clone, Debug, Serialize)]
pub struct Invitation {
    /// Where their sign-in links go.
    pub email: Address,
    /// For which agency.
    pub agency: AgencyId,
    /// What they are to be.
    pub role: Role,
}

/// A mandate to be granted.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct NewMandate {
    /// What it lets its holder do.
    pub role: Role,
    /// For which agency.
    pub agency: AgencyId,
    /// From when; now, if it is not said.
    pub from: Option<Timestamp>,
    /// Until when, exclusive; `None` until it is ended.
    pub until: Option<Timestamp>,
}

/// Whether the text has the form of the address of a mailbox, without quotation marks, which nobody's has and which not
/// all mail can be sent to.
pub fn is_mail_address(text: &str) -> bool {
    !text.contains('"') && text.parse::<lettre::Address>().is_ok()
}

impl Commands {
    /// Invites somebody for an agency and lets them begin there with a first mandate. Somebody who is known but works
    /// for no agency any longer begins at this one.
    ///
    /// It is two commits, as the address is for the agency's eyes alone and the mandate for everybody's; a repeated
    /// request completes what an interrupted one began.
    pub async fn invite(&self, by: &By, invitation: Invitation) -> Result<Done<PersonId>, Error> {
        if !is_mail_address(invitation.email.as_str()) {
            return Err(Error::NotAnAddress);
        }
        let _inviting = self.0.inviting.lock().await;
        let snapshot = self.latest().await?;
        let agency = agencies::get(&snapshot, invitation.agency)?.filter(|agency| agency.ended.is_none());
        let Some(agency) = agency else { return Err(Error::UnknownAgency) };
        let known = people::by_address(&snapshot, invitation.email.as_str())?;
        let person = PersonId::from_uuid(self.id(by, "person"));
        let person = match known {
            Some(known) if known.id != person && known.agencies().next().is_some() => {
                // Only to somebody who may invite is it said that the address is known.
                let may = by.authority().may_give(invitation.role, invitation.agency);
                return Err(if may { Error::AddressTaken } else { ExecuteError::Refused(Refusal::NotYours).into() });
            }
            Some(known) => known.id,
            None => person,
        };
        drop(snapshot);
        let Invitation { email, agency: id, role } = invitation;
        let invited = self.invite_as(by, person, Some(email.clone()), id, role).await?;
        if !invited.repeated {
            let mail =
                Mail::invitation(person.uuid(), email, agency.agency.name.as_str(), &self.0.origin, self.0.clock.now());
            // The invitation stands without it: its person can ask for a sign-in link all the same.
            if let Err(error) = self.0.outbox.send(mail).await {
                tracing::error!(%error, %person, "no mail could be sent about an invitation");
            }
        }
        Ok(invited)
    }

    /// Invites the person with this id, unless that has happened, and admits them, unless that has.
    pub(super) async fn invite_as(
        &self,
        by: &By,
        person: PersonId,
        email: Option<Address>,
        agency: AgencyId,
        role: Role,
    ) -> Result<Done<PersonId>, Error> {
        let asked = Asked::to("invite person", &(&email, agency, role));
        let command = Command::Invite { email, agency, role, by: by.authority() };
        let request = self.request(by, person.uuid(), Audience::Agency(agency), asked, command);
        let repeated = match self.0.people.execute(request).await {
            Ok(executed) => executed.repeated,
            Err(ExecuteError::Refused(Refusal::AlreadyInvited)) => true,
            Err(error) => return Err(error.into()),
        };
        let mandate = NewMandate { role, agency, from: None, until: None };
        let admitted = self.mandate(by, person, mandate, "admit person", Command::Admit).await?;
        self.0.views.wait_for(admitted.position, VIEW_WAIT).await?;
        Ok(Done { value: person, position: admitted.position, repeated })
    }

    /// Somebody who was invited says who they are.
    pub async fn join(&self, by: &By, person: PersonId, profile: Profile) -> Result<Done<PersonId>, Error> {
        self.change(by, person, "join", Command::Join(profile)).await
    }

    /// Somebody changes what others see of them.
    pub async fn change_profile(&self, by: &By, person: PersonId, profile: Profile) -> Result<Done<PersonId>, Error> {
        self.change(by, person, "change profile", Command::ChangeProfile(profile)).await
    }

    /// Somebody no longer works for the agency; what they held for it ends with that.
    pub async fn end_affiliation(&self, by: &By, person: PersonId, agency: AgencyId) -> Result<Done<PersonId>, Error> {
        let command = Command::EndAffiliation { person, agency, by: by.authority(), now: self.0.clock.now() };
        self.change(by, person, "end affiliation", command).await
    }

    /// Gives somebody a mandate.
    pub async fn grant_mandate(
        &self,
        by: &By,
        person: PersonId,
        mandate: NewMandate,
    ) -> Result<Done<MandateId>, Error> {
        self.mandate(by, person, mandate, "grant mandate", Command::Grant).await
    }

    /// Ends a mandate before its time.
    pub async fn end_mandate(&self, by: &By, person: PersonId, mandate: MandateId) -> Result<Done<PersonId>, Error> {
        let command = Command::EndMandate { person, mandate, by: by.authority(), now: self.0.clock.now() };
        self.change(by, person, "end mandate", command).await
    }

    async fn mandate(
        &self,
        by: &By,
        person: PersonId,
        wanted: NewMandate,
        operation: &str,
        command: fn(Grant) -> Command,
    ) -> Result<Done<MandateId>, Error> {
        let NewMandate { role, agency, from, until } = wanted;
        let mandate = MandateId::from_uuid(self.id(by, &format!("mandate of {person}")));
        let from = from.unwrap_or_else(|| self.0.clock.now());
        let grant = Grant { mandate, role, agency, from, until, by: by.authority() };
        let asked = Asked::to(operation, &(person, wanted));
        let request = self.request(by, person.uuid(), Audience::Participants, asked, command(grant));
        let executed = self.0.people.execute(request).await?;
        Ok(Done { value: mandate, position: executed.position, repeated: executed.repeated })
    }

    async fn change(
        &self,
        by: &By,
        person: PersonId,
        operation: &str,
        command: Command,
    ) -> Result<Done<PersonId>, Error> {
        let asked = Asked::to(operation, &person);
        let request = self.request(by, person.uuid(), Audience::Participants, asked, command);
        let executed = self.0.people.execute(request).await?;
        Ok(Done { value: person, position: executed.position, repeated: executed.repeated })
    }
}
