//! The end of an agency, and where its people go.

use contracts::{Audience, directory::Succession};
use event_sourcing::ExecuteError;
use types::{AgencyId, PersonId, Position};

use super::{Asked, By, Commands, Done, Error, VIEW_WAIT};
use crate::{
    domain::{
        agency::{Command, Error as AgencyRefusal},
        person::{Command as PersonCommand, Error as Refusal, Move},
    },
    views::{agencies, people},
};

impl Commands {
    /// Ends an agency that another one follows, and lets its people go on there with the mandates that they hold.
    ///
    /// The people follow one by one, so that a request that was interrupted can be made again, and completes it.
    pub async fn succeed_agency(
        &self,
        by: &By,
        agency: AgencyId,
        successor: AgencyId,
        how: Succession,
    ) -> Result<Done<AgencyId>, Error> {
        let known = agencies::get(&self.latest().await?, successor)?.ok_or(Error::UnknownAgency)?;
        if known.ended.is_some() {
            return Err(ExecuteError::Refused(AgencyRefusal::Ended).into());
        }
        let asked = Asked::to("succeed agency", &(agency, successor, how));
        let command = Command::Succeed { agency, successor, how, by: by.authority() };
        let request = self.request(by, agency.uuid(), Audience::Participants, asked, command);
        let executed = self.0.agencies.execute(request).await?;
        let mut position = executed.position;
        for person in people::working_for(&self.latest().await?, agency)? {
            position = position.max(self.move_person(by, person.id, agency, successor).await?);
        }
        self.0.views.wait_for(position, VIEW_WAIT).await?;
        Ok(Done { value: agency, position, repeated: executed.repeated })
    }

    /// Ends an agency that none follows. Its people no longer work for it.
    pub async fn close_agency(&self, by: &By, agency: AgencyId) -> Result<Done<AgencyId>, Error> {
        let known = by.person().map(|person| people::get(&self.0.views.snapshot()?, person)).transpose()?.flatten();
        if known.is_some_and(|known| known.agencies().any(|works_for| works_for == agency)) {
            return Err(ExecuteError::Refused(Refusal::OwnSecretariatMandate).into());
        }
        let asked = Asked::to("close agency", &agency);
        let command = Command::Close { by: by.authority() };
        let request = self.request(by, agency.uuid(), Audience::Participants, asked, command);
        let executed = self.0.agencies.execute(request).await?;
        let mut position = executed.position;
        for person in people::working_for(&self.latest().await?, agency)? {
            position = position.max(self.end_affiliation(&by.for_each(), person.id, agency).await?.position);
        }
        self.0.views.wait_for(position, VIEW_WAIT).await?;
        Ok(Done { value: agency, position, repeated: executed.repeated })
    }

    async fn move_person(&self, by: &By, person: PersonId, from: AgencyId, to: AgencyId) -> Result<Position, Error> {
        let by = by.for_each();
        let command = PersonCommand::Move(Move { from, to, by: by.authority(), now: self.now() });
        let asked = Asked::to("move person", &(person, from, to));
        let request = self.request(&by, person.uuid(), Audience::Participants, asked, command);
        Ok(self.0.people.execute(request).await?.position)
    }
}
