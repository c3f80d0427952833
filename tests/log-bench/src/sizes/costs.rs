//! A child that appends to a log and reads here and there, to see what that costs in a log of this size.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use event_log::{Direction, EventLog as _};
use serde::{Deserialize, Serialize};
use types::StreamId;

use super::known;
use crate::{
    commits::CATEGORY,
    cpu,
    groups::Groups,
    latency::Latencies,
    options::Streams,
    shape,
    text::{Texts, scramble},
    turn::{self, Turn},
    writers::{Crew, Known, Limit},
};

/// How many commands are in flight, and how many each of them makes.
const IN_FLIGHT: usize = 256;
const COMMITS_EACH: usize = 200;
/// How many commits are made one after the other.
const COMMITS_ALONE: usize = 400;
/// How many streams are read, and how many commits are looked up.
const READS: u64 = 1_000;
/// More than any stream has.
const STREAM_EVENTS: usize = 1_000;

/// What reading something of a log costs.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Reads {
    pub(crate) median_micros: f64,
    pub(crate) p99_micros: f64,
    pub(crate) cpu_micros: f64,
}

/// What appending to it costs.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Appends {
    pub(crate) per_second: f64,
    pub(crate) median_micros: f64,
    pub(crate) p99_micros: f64,
    /// CPU seconds for 100,000 events, closing included.
    pub(crate) cpu: f64,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Costs {
    pub(crate) read_stream: Reads,
    pub(crate) find_commit: Reads,
    /// Of many commands in flight, each writer with a new stream.
    pub(crate) to_new_streams: Appends,
    /// The same, to any of the streams that the log had.
    pub(crate) to_old_streams: Appends,
    /// Of one command at a time.
    pub(crate) alone: Appends,
}

pub(crate) async fn run(dir: &Path, events: u64, bytes: usize, groups: &Groups) -> anyhow::Result<Costs> {
    let known = known::read(dir, events)?;
    let log = turn::open(dir)?;
    let read_stream = reads(|number| {
        let (id, length) = known[(scramble(number) % known.len() as u64) as usize];
        let (log, stream) = (&log, StreamId::new(CATEGORY, id));
        async move {
            let events = log.read_stream(&stream, Direction::Forward, None, STREAM_EVENTS).await?;
            ensure!(events.len() as u64 >= length, "stream {stream} has lost events");
            Ok(())
        }
    });
    let read_stream = read_stream.await?;
    let find_commit = reads(|number| {
        let event = scramble(number) % events;
        let (log, id) = (&log, shape::commit(event));
        let stream = StreamId::new(CATEGORY, shape::stream(shape::stream_of(event)));
        async move { log.find_commit(&stream, id).await?.map(|_| ()).with_context(|| format!("commit {id} is lost")) }
    });
    let find_commit = find_commit.await?;
    log.close().await;
    drop(log);
    let texts = Texts::of(bytes);
    let appends = async |crew: &mut Crew, commits_each| {
        anyhow::Ok(Appends::of(turn::of_log(dir, crew, Limit::commits(commits_each), groups).await?))
    };
    let crew = |in_flight, known: &[Known]| Crew::new(in_flight, Streams::Each, known, &texts);
    let to_new_streams = appends(&mut crew(IN_FLIGHT, &[]), COMMITS_EACH).await?;
    let mut on_old_streams = crew(IN_FLIGHT, &known);
    let to_old_streams = appends(&mut on_old_streams, COMMITS_EACH).await?;
    known::note(dir, on_old_streams.streams())?;
    let alone = appends(&mut crew(1, &[]), COMMITS_ALONE).await?;
    Ok(Costs { read_stream, find_commit, to_new_streams, to_old_streams, alone })
}

impl Appends {
    fn of(mut turn: Turn) -> Self {
        Self {
            per_second: turn.per_second(),
            median_micros: turn.latencies.quantile(0.5),
            p99_micros: turn.latencies.quantile(0.99),
            cpu: turn.per_100_000(turn.cpu_closed),
        }
    }
}

/// Reads one thing after the other.
async fn reads<F: Future<Output = anyhow::Result<()>>>(read: impl Fn(u64) -> F) -> anyhow::Result<Reads> {
    let (mut latencies, cpu) = (Latencies::default(), cpu::process());
    for number in 0..READS {
        let before = Instant::now();
        read(number).await?;
        latencies.record(before.elapsed());
    }
    let cpu: Duration = cpu::process() - cpu;
    Ok(Reads {
        median_micros: latencies.quantile(0.5),
        p99_micros: latencies.quantile(0.99),
        cpu_micros: cpu.as_secs_f64() * 1e6 / READS as f64,
    })
}
