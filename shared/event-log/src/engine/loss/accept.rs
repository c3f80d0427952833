//! Taking what is left of a log into use again.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use contracts::{
    Actor, Audience, EventSet as _, Meta,
    log::{LogEvent, LossAccepted},
};
use serde::{Deserialize, Serialize};
use types::{CommitId, Line, LogEpoch, Position, StreamId};

use super::{
    LossError,
    survey::{Survey, survey},
};
use crate::{
    Commit, EventLog as _, Expected, Loss, NewEvent, SledLog, SledOptions,
    engine::{
        BuildError, ChainValue,
        backup::read::checked,
        build::{Building, Built, beside, released},
        open::DATABASE,
    },
};

/// A log that was taken into use again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Accepted {
    /// What was wrong and is lost.
    #[serde(flatten)]
    pub loss: Loss,
    /// Where the log lies as it was.
    pub set_aside: PathBuf,
    /// The position of the event that records the loss, which is the last.
    pub position: Position,
    /// The value of the chain there.
    pub chain: ChainValue,
    /// The log's epoch, which is new.
    pub epoch: LogEpoch,
    /// The epoch of its first life.
    pub origin: LogEpoch,
}

impl SledLog {
    /// Makes a new log of what is left of the one in `dir`, puts that aside, and the new one in its place. `part` says who
    /// wanted it, in the log's words. `progress` hears how far it is.
    pub async fn accept_loss(
        dir: &Path,
        options: SledOptions,
        part: &str,
        progress: impl Fn(u64, u64) + Send + Sync + 'static,
    ) -> Result<Accepted, LossError> {
        let (log, with) = (dir.to_owned(), options.clone());
        let salvaged = blocking(move || {
            let survey = survey(&log, &with, &progress)?;
            let built = salvage(&log, &survey, with, progress)?;
            Ok((survey, built))
        });
        let (survey, built) = salvaged.await?;
        let stamp = options.clock.now().strftime("%Y-%m-%dT%H-%M-%SZ").to_string();
        let aside = beside(dir, &format!("lost-{stamp}"));
        if aside.exists() {
            return Err(BuildError::InTheWay { dir: aside }.into());
        }
        let verified = record(&built, &survey, &aside, part, options).await?;
        let Survey { loss, store, copy, origin, lock, .. } = survey;
        let (log, place, epoch) = (dir.to_owned(), aside.clone(), built.epoch);
        blocking(move || {
            store.discard();
            drop(copy);
            built.replace(&log, &place)?;
            drop(lock);
            Ok(())
        })
        .await?;
        let (position, chain) = verified;
        Ok(Accepted { loss, set_aside: aside, position, chain, epoch, origin })
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LossError> + Send + 'static,
) -> Result<T, LossError> {
    let outcome = tokio::task::spawn_blocking(work).await;
    outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
}

/// Makes a log of the blocks that are kept.
fn salvage(log: &Path, survey: &Survey, options: SledOptions, progress: impl Fn(u64, u64)) -> Result<Built, LossError> {
    let kept_to = survey.loss.kept_to.get();
    let mut building = Building::begin(log, Some(survey.origin), options)?;
    let mut stored = survey.store.stored_blocks(1);
    while building.tip().0 < kept_to {
        let (position, chain) = building.tip();
        let wrong = |reason| BuildError::Wrong { position: position + 1, reason };
        let block = stored.next().ok_or_else(|| wrong("it was there a moment ago".to_owned()))?;
        let (_, value) = block.map_err(|error| wrong(error.to_string()))?;
        let block = checked(&value, position, &chain).map_err(wrong)?;
        building.add(&block, value)?;
        progress(building.tip().0, kept_to);
    }
    Ok(building.finish()?)
}

/// Writes the loss down in the new log, and verifies it. Gives where it ends.
async fn record(
    built: &Built,
    survey: &Survey,
    aside: &Path,
    part: &str,
    options: SledOptions,
) -> Result<(Position, ChainValue), LossError> {
    let Survey { loss, epoch, origin, .. } = survey;
    let id = CommitId::derived(built.epoch.uuid(), "loss accepted");
    let event = LogEvent::from(LossAccepted {
        from: loss.kept_to.get() + 1,
        to: loss.lost_to.map(Position::get),
        former_epoch: *epoch,
        reason: line(&loss.reason),
        set_aside: line(&aside.file_name().unwrap_or_default().to_string_lossy()),
    });
    let actor = Actor::System { part: part.to_owned() };
    let commit = Commit {
        id,
        stream: StreamId::new(LogEvent::CATEGORY, origin.uuid()),
        expected: Expected::Any,
        meta: Meta::new(actor, Audience::Secretariat, options.clock.now()),
        events: vec![NewEvent::of(id, 0, &event)],
    };
    let (dir, with) = (built.dir.clone(), SledOptions { clock: Arc::clone(&options.clock), ..options });
    let new = blocking(move || Ok(SledLog::open(&dir, with)?)).await?;
    let recorded = async {
        new.append(commit).await.map_err(|error| error.to_string())?;
        new.verify(|_, _| ()).await.map_err(|error| error.to_string())
    };
    let recorded = recorded.await;
    new.close().await;
    let dir = built.dir.clone();
    let closed = move || released(&dir.join(DATABASE)).map_err(|source| BuildError::Io { dir, source });
    blocking(move || Ok(closed()?)).await?;
    let _ = fs::remove_file(built.dir.join("probe"));
    let verified = recorded.map_err(LossError::Record)?;
    Ok((verified.head, verified.chain))
}

/// As much of the text as a line takes.
fn line<const MAX: usize>(text: &str) -> Line<MAX> {
    let plain: String = text.chars().filter(|letter| !letter.is_control()).take(MAX).collect();
    Line::new(&plain).or_else(|_| Line::new("unknown")).expect("a word is a line")
}
