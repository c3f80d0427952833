//! Shutting somebody out, and letting them in again.

use contracts::{Audience, directory::SuspensionReason};
use types::{PersonId, Timestamp};

use super::{Asked, By, Commands, Done, Error};
use crate::domain::person::Command;

impl Commands {
    /// Shuts somebody out: from this moment no session and no token of theirs works, until `until` or until they are
    /// [reinstated](Self::reinstate). Afterwards they sign in again.
    pub async fn suspend(
        &self,
        by: &By,
        person: PersonId,
        reason: SuspensionReason,
        until: Option<Timestamp>,
    ) -> Result<Done<PersonId>, Error> {
        let asked = (person, &reason, until);
        let asked = Asked::to("suspend person", &asked);
        let command = Command::Suspend { person, reason: reason.clone(), until, by: by.authority(), now: self.now() };
        let request = self.request(by, person.uuid(), Audience::Secretariat, asked, command);
        let executed = self.0.people.execute(request).await?;
        Ok(Done { value: person, position: executed.position, repeated: executed.repeated })
    }

    /// Lets somebody in again before the end of their suspension.
    pub async fn reinstate(&self, by: &By, person: PersonId) -> Result<Done<PersonId>, Error> {
        let asked = Asked::to("reinstate person", &person);
        let command = Command::Reinstate { by: by.authority(), now: self.now() };
        let request = self.request(by, person.uuid(), Audience::Secretariat, asked, command);
        let executed = self.0.people.execute(request).await?;
        Ok(Done { value: person, position: executed.position, repeated: executed.repeated })
    }
}
