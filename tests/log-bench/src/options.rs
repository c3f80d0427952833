//! What is measured, for how long, and where.

use std::{path::PathBuf, str::FromStr, time::Duration};

use clap::{Args, Parser, Subcommand};

use crate::child::Task;

/// Measures the event log against its yardsticks.
#[derive(Clone, Debug, Parser)]
#[command(name = "log-bench")]
pub(crate) struct Options {
    #[command(subcommand)]
    pub(crate) what: Option<What>,
    /// How long each contender of a case is measured, in seconds, over all rounds.
    #[arg(long, global = true, default_value_t = 10.0, value_parser = seconds)]
    pub(crate) seconds: f64,
    /// In how many turns that time is divided; the median of the turns counts.
    #[arg(long, global = true, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) rounds: u32,
    /// Only the cases whose name holds this.
    #[arg(long, global = true, default_value = "")]
    pub(crate) filter: String,
    /// Logs of 1, 5 and 10 million events, where one of 1 million is the usual size; takes half an hour and 8 GB.
    #[arg(long, global = true)]
    pub(crate) full: bool,
    /// Where the JSON lines go; they are added to what is there.
    #[arg(long, global = true, default_value = "target/bench-log.jsonl")]
    pub(crate) json: PathBuf,
    /// Where databases and files of the measurements go, and are deleted again: a disk, not memory.
    #[arg(long, global = true, default_value = "target/bench-data")]
    pub(crate) data: PathBuf,
}

impl Options {
    /// How long one turn of a contender takes.
    pub(crate) fn turn(&self) -> Duration {
        Duration::from_secs_f64(self.seconds / f64::from(self.rounds))
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.1..=3_600.0).contains(&seconds) => Ok(seconds),
        _ => Err("expected a number of seconds between 0.1 and 3600".to_owned()),
    }
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum What {
    /// Everything, one after the other; also what happens if nothing is named.
    All,
    /// Durable appends with an expected revision.
    Appends(Appends),
    /// Reading the whole log.
    Scans(Scans),
    /// Logs of millions of events: opening, memory, disk, and what appending and reading cost in them.
    Sizes(Sizes),
    /// What followers cost those who append.
    Followers(Followers),
    /// A part of a measurement in a process of its own; the bench starts itself like this.
    #[command(hide = true, subcommand)]
    Child(Task),
}

#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Scans {
    /// How many events are read.
    #[arg(long, default_value_t = EVENTS, value_parser = events)]
    pub(crate) events: u64,
    /// The size of an event's JSON.
    #[arg(long, default_value_t = BYTES, value_parser = bytes)]
    pub(crate) bytes: usize,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Sizes {
    /// How many events the logs hold, such as `1000000,5000000`.
    #[arg(long, value_delimiter = ',', default_values_t = [EVENTS], value_parser = events)]
    pub(crate) events: Vec<u64>,
    /// The size of an event's JSON.
    #[arg(long, default_value_t = BYTES, value_parser = bytes)]
    pub(crate) bytes: usize,
}

#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Followers {
    /// How many follow.
    #[arg(long, default_value_t = FOLLOWERS, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub(crate) followers: u64,
    /// How many of them never read on once they have caught up.
    #[arg(long, default_value_t = SILENT)]
    pub(crate) silent: u64,
}

const EVENTS: u64 = 1_000_000;
const BYTES: usize = 500;
const FOLLOWERS: u64 = 1_000;
const SILENT: u64 = 100;

impl Default for Scans {
    fn default() -> Self {
        Self { events: EVENTS, bytes: BYTES }
    }
}

impl Default for Sizes {
    fn default() -> Self {
        Self { events: vec![EVENTS], bytes: BYTES }
    }
}

impl Default for Followers {
    fn default() -> Self {
        Self { followers: FOLLOWERS, silent: SILENT }
    }
}

/// Of an event; with 10 million of the largest a log still fits on a disk.
fn bytes(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(bytes) if (100..=100_000).contains(&bytes) => Ok(bytes),
        _ => Err("expected a number of bytes between 100 and 100000".to_owned()),
    }
}

/// In a log.
fn events(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(events) if (10_000..=100_000_000).contains(&events) => Ok(events),
        _ => Err("expected a number of events between 10000 and 100000000".to_owned()),
    }
}

/// Any of these makes it one case alone, with the base case's values for what is not said.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Appends {
    /// How many commands are in flight.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1_024))]
    pub(crate) in_flight: Option<u16>,
    /// The size of an event's JSON.
    #[arg(long, value_parser = bytes)]
    pub(crate) bytes: Option<usize>,
    /// `each` writer its own, `one` for all, or a number of streams that exist already.
    #[arg(long)]
    pub(crate) streams: Option<Streams>,
    /// Measures fjall, redb and sled also when one case alone is wanted.
    #[arg(long)]
    pub(crate) peers: bool,
}

/// The streams that are written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Streams {
    /// Each writer has a stream of its own.
    Each,
    /// All commands go to one stream, each expecting the one before it, without waiting for it.
    One,
    /// So many streams exist, and each writer picks any of its share.
    Many(u64),
}

impl FromStr for Streams {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "each" => Ok(Self::Each),
            "one" => Ok(Self::One),
            number => match number.parse() {
                Ok(number) if (1_024..=10_000_000).contains(&number) => Ok(Self::Many(number)),
                _ => Err("expected `each`, `one`, or a number between 1024 and 10000000".to_owned()),
            },
        }
    }
}
