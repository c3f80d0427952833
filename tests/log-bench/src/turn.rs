//! What a contender did in one turn.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use event_log::{Log, SledLog, SledOptions};
use types::SystemClock;

use crate::{
    cpu::Cpu,
    disk,
    groups::Groups,
    latency::Latencies,
    writers::{Crew, Limit},
};

pub(crate) struct Turn {
    pub(crate) events: u64,
    pub(crate) groups: Vec<u32>,
    /// From the first command to the last answer.
    pub(crate) seconds: f64,
    /// Of each command; of a yardstick, of each group.
    pub(crate) latencies: Latencies,
    /// Of the process in that time: the log with its callers.
    pub(crate) cpu: Duration,
    /// Of the log's writer alone, until the last answer; of a yardstick, all.
    pub(crate) cpu_of_writer: Duration,
    /// Of the process until it was closed, with what was left for later.
    pub(crate) cpu_closed: Duration,
    /// How much room it took when it was closed, for how many events, with those from before.
    pub(crate) disk_bytes: u64,
    pub(crate) events_there: u64,
}

impl Turn {
    pub(crate) fn per_second(&self) -> f64 {
        self.events as f64 / self.seconds
    }

    /// CPU seconds for 100,000 events.
    pub(crate) fn per_100_000(&self, cpu: Duration) -> f64 {
        cpu.as_secs_f64() / self.events as f64 * 100_000.0
    }
}

/// A log as Erfa opens it.
pub(crate) fn open(dir: &Path) -> anyhow::Result<SledLog> {
    Ok(SledLog::open(dir, SledOptions::new(Arc::new(SystemClock)))?)
}

/// The log's turn: it is opened, a crew appends, and it is closed again, so that nothing of it runs while others have their
/// turn, and what it left for later is counted where it belongs.
pub(crate) async fn of_log(dir: &Path, crew: &mut Crew, limit: Limit, groups: &Groups) -> anyhow::Result<Turn> {
    let log = open(dir)?;
    groups.take();
    let (start, cpu) = (Instant::now(), Cpu::now());
    let latencies = crew.append(&Log::new(log.clone()), limit).await?;
    let (seconds, after) = (start.elapsed().as_secs_f64(), Cpu::now());
    log.close().await;
    let closed = Cpu::now();
    drop(log);
    let events = latencies.len() as u64;
    Ok(Turn {
        events,
        groups: groups.take(),
        seconds,
        latencies,
        cpu: after.process - cpu.process,
        cpu_of_writer: after.writer - cpu.writer,
        cpu_closed: closed.process - cpu.process,
        disk_bytes: disk::bytes(dir)?,
        events_there: events,
    })
}
