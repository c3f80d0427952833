//! Entering agencies: one, or a whole file of them.

use contracts::Audience;
use event_sourcing::Request;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;
use types::{AgencyId, Position};

use super::{Asked, By, Commands, Done, Error, VIEW_WAIT};
use crate::{
    domain::agency::{Command, Description},
    import::{
        Refused, Row,
        plan::{Planned, Step, plan},
    },
    views::agencies,
};

/// How many agencies of a file are written at a time.
const IMPORT_UNDER_WAY_MAX: usize = 64;

/// What an import came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// Agencies that were not known before.
    pub registered: usize,
    /// Agencies that got another name.
    pub renamed: usize,
    /// Agencies of which something else became different.
    pub changed: usize,
    /// Agencies that are as the file says already.
    pub unchanged: usize,
    /// Read up to here and you have read all of it.
    #[serde(skip)]
    pub position: Position,
}

/// Why a file was not imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Something is wrong in the file. Nothing was written.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Something failed while it was written. The same import can be made again, and goes on where it ended.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl Commands {
    /// Brings the directory to what these rows of a file say. `progress` hears how many of how many are done.
    ///
    /// All is checked against the directory before anything is written, and a second import of the same rows writes nothing.
    pub async fn import_agencies(
        &self,
        rows: &[Row],
        progress: impl Fn(usize, usize) + Send + Sync,
    ) -> Result<Imported, ImportError> {
        let _registering = self.0.registering.lock().await;
        let known = agencies::all(&self.latest().await?).map_err(Error::from)?;
        let planned = plan(known, rows)?;
        let total = planned.len();
        let (mut imported, mut done) = (Imported::default(), 0);
        progress(done, total);
        let by = By::system("import");
        let written = planned.into_iter().map(|step| self.carry_out(&by, step));
        let mut written = stream::iter(written).buffer_unordered(IMPORT_UNDER_WAY_MAX);
        while let Some((step, position)) = written.try_next().await? {
            *match step {
                Step::Register => &mut imported.registered,
                Step::Rename => &mut imported.renamed,
                Step::Change => &mut imported.changed,
                Step::Nothing => &mut imported.unchanged,
            } += 1;
            imported.position = imported.position.max(position);
            done += 1;
            progress(done, total);
        }
        self.0.views.wait_for(imported.position, VIEW_WAIT).await.map_err(Error::from)?;
        Ok(imported)
    }

    async fn carry_out(&self, by: &By, planned: Planned) -> Result<(Step, Position), Error> {
        let Planned { id, step, agency } = planned;
        if step == Step::Nothing {
            return Ok((step, Position::START));
        }
        let executed = self.0.agencies.execute(self.describe(by, id, agency)).await?;
        Ok((step, executed.position))
    }

    /// Enters an agency, unless one is known by that name already.
    pub async fn register_agency(&self, by: &By, agency: Description) -> Result<Done<AgencyId>, Error> {
        let _registering = self.0.registering.lock().await;
        let known = agencies::all(&self.latest().await?)?;
        let row = [Row { line: 1, agency }];
        // One row can't contradict itself, so only the number of names is left to be wrong, and the rules say that.
        let Ok(planned) = plan(known, &row) else {
            let id = AgencyId::from_uuid(self.0.ids.uuid());
            let [Row { agency, .. }] = row;
            let executed = self.0.agencies.execute(self.describe(by, id, agency)).await?;
            return Ok(Done { value: id, position: executed.position, repeated: executed.repeated });
        };
        let mut done =
            Done { value: AgencyId::from_uuid(self.0.ids.uuid()), position: Position::START, repeated: true };
        for planned in planned {
            done.value = planned.id;
            done.repeated = planned.step == Step::Nothing;
            done.position = self.carry_out(by, planned).await?.1;
        }
        self.0.views.wait_for(done.position, VIEW_WAIT).await?;
        Ok(done)
    }

    /// Describes an agency anew. Names once known are kept; a kind or number that is not said stays.
    pub async fn describe_agency(&self, by: &By, id: AgencyId, agency: Description) -> Result<Done<AgencyId>, Error> {
        let executed = self.0.agencies.execute(self.describe(by, id, agency)).await?;
        Ok(Done { value: id, position: executed.position, repeated: executed.repeated })
    }

    fn describe(&self, by: &By, id: AgencyId, agency: Description) -> Request<Command> {
        let by = by.for_each();
        let asked = Asked::to("describe agency", &id);
        self.request(&by, id.uuid(), Audience::Participants, asked, Command::Describe(agency))
    }
}
