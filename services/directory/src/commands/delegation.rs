//! Letting a colleague hold one's mandate too, for a time.

use contracts::Audience;
use event_sourcing::ExecuteError;
use serde::Serialize;
use types::{MandateId, PersonId, Timestamp};

use super::{Asked, By, Commands, Done, Error};
use crate::{
    domain::person::{Command, Delegation, Error as Refusal, Original},
    views::people,
};

/// A mandate to be delegated.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct NewDelegation {
    /// The mandate of the one who delegates.
    pub mandate: MandateId,
    /// Who is to hold it too.
    pub to: PersonId,
    /// From when; now, if it is not said.
    pub from: Option<Timestamp>,
    /// Until when, exclusive.
    pub until: Timestamp,
}

impl Commands {
    /// Lets a colleague hold a mandate of the one who asks, for a time. It ends with the mandate that it comes from.
    pub async fn delegate(&self, by: &By, wanted: NewDelegation) -> Result<Done<MandateId>, Error> {
        let refused = |error: Refusal| Error::from(ExecuteError::Refused(error));
        let holder = by.person().ok_or_else(|| refused(Refusal::NotYours))?;
        let (snapshot, now) = (self.latest().await?, self.0.clock.now());
        let known = people::get(&snapshot, holder)?.ok_or_else(|| refused(Refusal::Unknown))?;
        // What one holds by delegation alone is not handed on.
        let held = known.mandates.iter().find(|held| held.id == wanted.mandate && held.delegated.is_none());
        let held = held.filter(|held| held.is_open(now)).ok_or_else(|| refused(Refusal::NoSuchMandate))?;
        let (mandate, role, agency, until) = (held.id, held.role, held.agency, held.until);
        let original = Original { mandate, holder, role, agency, until };
        let NewDelegation { to, from, until, .. } = wanted;
        let id = MandateId::from_uuid(self.id(by, &format!("delegation to {to}")));
        let from = from.unwrap_or(now).max(held.from);
        let delegation = Delegation { mandate: id, to, original, from, until, by: by.authority(), now };
        drop(snapshot);
        let asked = Asked::to("delegate mandate", &wanted);
        let request = self.request(by, to.uuid(), Audience::Participants, asked, Command::Delegate(delegation));
        let executed = self.0.people.execute(request).await?;
        Ok(Done { value: id, position: executed.position, repeated: executed.repeated })
    }
}
