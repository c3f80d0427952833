//! A child that fills a log and is killed.

use std::{path::Path, time::Instant};

use event_log::Log;
use serde::{Deserialize, Serialize};

use super::known;
use crate::{child::answer, cpu, disk, load, memory, text::Texts, turn::open};

/// What filling a log cost.
#[derive(Serialize, Deserialize)]
pub(crate) struct Filled {
    pub(crate) seconds: f64,
    pub(crate) cpu: f64,
    pub(crate) disk_bytes: u64,
    /// The most memory that the process held, and what it held before it began.
    pub(crate) peak: u64,
    pub(crate) before: u64,
}

pub(crate) async fn run(dir: &Path, events: u64, bytes: usize) -> anyhow::Result<()> {
    disk::fresh(dir)?;
    known::forget(dir)?;
    let log = open(dir)?;
    let texts = Texts::of(bytes);
    let before = memory::resident()?;
    let (start, cpu) = (Instant::now(), cpu::process());
    load::fill(&Log::new(log.clone()), events, &texts).await?;
    answer(&Filled {
        seconds: start.elapsed().as_secs_f64(),
        cpu: (cpu::process() - cpu).as_secs_f64(),
        disk_bytes: disk::bytes(dir)?,
        peak: memory::peak()?,
        before,
    })?;
    // Whoever started it kills it now. If they are gone themselves, this ends.
    let _ = std::io::stdin().read_line(&mut String::new());
    Ok(())
}
