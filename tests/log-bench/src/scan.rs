//! Reading everything from end to end, page by page, and the same of a bare file of the same payload.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, BufWriter, Write as _},
    path::Path,
    time::Instant,
};

use anyhow::{Context as _, ensure};
use event_log::{EventLog as _, Filter, READ_EVENTS_MAX};
use serde::{Deserialize, Serialize};
use types::Position;

use crate::{cpu, memory, progress::Progress, text::Texts, turn::open};

/// How much of a bare file is read at a time.
const BUFFER_BYTES: usize = 1024 * 1024;

/// What it took to read everything.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Scan {
    pub(crate) events: u64,
    pub(crate) payload_bytes: u64,
    pub(crate) seconds: f64,
    pub(crate) cpu: f64,
    /// How much came from the disk and not from the page cache.
    pub(crate) disk_bytes: u64,
    /// Memory that was resident before, at most while it was read, and after.
    pub(crate) before: u64,
    pub(crate) peak: u64,
    pub(crate) after: u64,
}

impl Scan {
    pub(crate) fn per_second(&self) -> f64 {
        self.events as f64 / self.seconds
    }

    /// Events in a second of CPU time, on however many cores.
    pub(crate) fn per_core(&self) -> f64 {
        self.events as f64 / self.cpu
    }
}

/// Measures something that reads, and says how many events and bytes that were.
async fn measured(read: impl AsyncFnOnce() -> anyhow::Result<(u64, u64)>) -> anyhow::Result<Scan> {
    memory::forget_peak()?;
    let (before, disk, start, cpu) = (memory::resident()?, read_from_disk()?, Instant::now(), cpu::process());
    let (events, payload_bytes) = read().await?;
    Ok(Scan {
        events,
        payload_bytes,
        seconds: start.elapsed().as_secs_f64(),
        cpu: (cpu::process() - cpu).as_secs_f64(),
        disk_bytes: read_from_disk()? - disk,
        before,
        peak: memory::peak()?,
        after: memory::resident()?,
    })
}

/// How much this process has caused to be read from the disk.
fn read_from_disk() -> anyhow::Result<u64> {
    let io = std::fs::read_to_string("/proc/self/io")?;
    let bytes = io.lines().find_map(|line| line.strip_prefix("read_bytes:")).context("Linux counts what is read")?;
    Ok(bytes.trim().parse()?)
}

/// Opens the log, reads it, and closes it; only reading counts.
pub(crate) async fn log(dir: &Path) -> anyhow::Result<Scan> {
    let log = open(dir)?;
    let head = log.head().await?;
    let scan = measured(async || {
        let (mut after, mut events, mut bytes, filter) = (Position::START, 0, 0, Filter::all());
        let mut progress = Progress::new("reading events", head.get());
        while after < head {
            let page = log.read_all(after, &filter, READ_EVENTS_MAX).await?;
            ensure!(page.read_to > after, "the log's pages end before its head");
            events += page.events.len() as u64;
            bytes += page.events.iter().map(|event| event.data.len() as u64).sum::<u64>();
            after = page.read_to;
            progress.at(after.get());
        }
        Ok((events, bytes))
    });
    let scan = scan.await?;
    log.close().await;
    Ok(scan)
}

/// Makes a bare file of so many texts, a line for each.
pub(crate) fn make_bare(path: &Path, events: u64, texts: &Texts) -> anyhow::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    for number in 0..events {
        file.write_all(texts.get(number))?;
        file.write_all(b"\n")?;
    }
    Ok(file.into_inner()?.sync_all()?)
}

pub(crate) async fn bare(path: &Path) -> anyhow::Result<Scan> {
    let file = File::open(path)?;
    measured(async || {
        let (mut reader, mut line) = (BufReader::with_capacity(BUFFER_BYTES, file), Vec::new());
        let (mut events, mut bytes) = (0, 0);
        while reader.read_until(b'\n', &mut line)? > 0 {
            events += 1;
            bytes += line.len() as u64 - 1;
            line.clear();
        }
        Ok((events, bytes))
    })
    .await
}
