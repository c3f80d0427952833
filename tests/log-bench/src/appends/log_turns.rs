//! The log's turns in a case.

use std::{path::PathBuf, time::Duration};

use event_log::Log;
use types::{Ids as _, SystemIds};

use super::case::Case;
use crate::{
    disk,
    groups::Groups,
    load,
    options::Streams,
    text::Texts,
    turn::{self, Turn},
    writers::{Crew, Known, Limit},
};

pub(super) struct LogTurns {
    dir: PathBuf,
    case: Case,
    texts: Texts,
    /// Writers on streams that exist. Where each has a new one, log and crew are new in each turn.
    crew: Option<Crew>,
    /// How many events stand in it.
    events: u64,
}

impl LogTurns {
    /// Makes the streams that must exist before.
    pub(super) async fn prepare(dir: PathBuf, case: Case, texts: &Texts) -> anyhow::Result<Self> {
        disk::fresh(&dir)?;
        let (mut crew, mut events) = (None, 0);
        if let Streams::Many(number) = case.streams {
            let streams: Vec<Known> = (0..number).map(|_| (SystemIds.uuid(), 1)).collect();
            let log = turn::open(&dir)?;
            load::begin_streams(&Log::new(log.clone()), streams.iter().map(|(id, _)| *id), texts).await?;
            log.close().await;
            events = number;
            crew = Some(Crew::new(case.in_flight, case.streams, &streams, texts));
        }
        Ok(Self { dir, case, texts: texts.clone(), crew, events })
    }

    pub(super) async fn turn(&mut self, time: Duration, groups: &Groups) -> anyhow::Result<Turn> {
        if let Some(crew) = &mut self.crew {
            let mut turn = turn::of_log(&self.dir, crew, Limit::time(time), groups).await?;
            self.events += turn.events;
            turn.events_there = self.events;
            return Ok(turn);
        }
        disk::fresh(&self.dir)?;
        let mut crew = Crew::new(self.case.in_flight, self.case.streams, &[], &self.texts);
        turn::of_log(&self.dir, &mut crew, Limit::time(time), groups).await
    }

    pub(super) fn end(self) -> anyhow::Result<()> {
        Ok(disk::remove(&self.dir)?)
    }
}
