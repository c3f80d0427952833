//! A child that opens a log and closes it.

use std::{path::Path, time::Instant};

use serde::{Deserialize, Serialize};

use crate::{cpu, memory, turn::open};

/// What it took.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Opened {
    pub(crate) seconds: f64,
    pub(crate) cpu: f64,
    /// Memory that was resident before and after.
    pub(crate) before: u64,
    pub(crate) resident: u64,
    pub(crate) closing_seconds: f64,
}

pub(crate) async fn run(dir: &Path) -> anyhow::Result<Opened> {
    let (before, start, cpu) = (memory::resident()?, Instant::now(), cpu::process());
    let log = open(dir)?;
    let (seconds, cpu) = (start.elapsed().as_secs_f64(), cpu::process() - cpu);
    let resident = memory::resident()?;
    let start = Instant::now();
    log.close().await;
    let closing_seconds = start.elapsed().as_secs_f64();
    Ok(Opened { seconds, cpu: cpu.as_secs_f64(), before, resident, closing_seconds })
}
