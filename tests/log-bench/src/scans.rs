//! Reading the whole log, with its files in the page cache and without, beside a bare file of the same payload.

use std::path::Path;

use crate::{
    child::{Task, found, found_and_killed},
    disk,
    median::median,
    options::{Options, Scans},
    progress::say,
    report::{Report, number},
    scan::{self, Scan},
    sizes::{fill::Filled, opening::Opened},
    text::Texts,
};

pub(crate) async fn measure(report: &mut Report, options: &Options, scans: &Scans) -> anyhow::Result<()> {
    let Scans { events, bytes } = *scans;
    let name = format!("reading {} events, {bytes} B", number(events as f64));
    if !name.contains(&options.filter) {
        return Ok(());
    }
    let (dir, bare) = (options.data.join("scans"), options.data.join("scans-bare"));
    say(&name);
    found_and_killed::<Filled>(&Task::Fill { dir: dir.clone(), events, bytes })?;
    // What the kill left open is closed before anything is measured.
    found::<Opened>(&Task::Open { dir: dir.clone() })?;
    disk::fresh(&bare)?;
    scan::make_bare(&bare.join("bare"), events, &Texts::of(bytes))?;
    for (cold, cache) in [(true, "cold"), (false, "warm")] {
        let (mut log, mut file) = (Vec::new(), Vec::new());
        for _ in 0..options.rounds {
            prepare(cold, &bare)?;
            file.push(scan::bare(&bare.join("bare")).await?);
            prepare(cold, &dir)?;
            log.push(found::<Scan>(&Task::Scan { dir: dir.clone() })?);
        }
        prepare(cold, &bare)?;
        file.push(scan::bare(&bare.join("bare")).await?);
        add(report, &format!("{name}, {cache}"), &log, &file)?;
    }
    disk::remove(&dir)?;
    Ok(disk::remove(&bare)?)
}

fn prepare(cold: bool, dir: &Path) -> anyhow::Result<()> {
    if cold { disk::leave_page_cache(dir) } else { Ok(()) }
}

fn add(report: &mut Report, case: &str, log: &[Scan], file: &[Scan]) -> anyhow::Result<()> {
    let of = |scans: &[Scan], figure: fn(&Scan) -> f64| median(scans.iter().map(figure));
    let mut beside =
        |what, unit, figure| report.beside(case, what, (of(log, figure), unit), ("bare file", of(file, figure)));
    beside("decoded, by CPU", "events/s/core", Scan::per_core)?;
    beside("decoded, by the clock", "events/s", Scan::per_second)?;
    // What is in the page cache is not read from the disk.
    if file.iter().any(|scan| scan.disk_bytes > 0) {
        beside("read from the disk, by payload", "B/B", |scan| scan.disk_bytes as f64 / scan.payload_bytes as f64)?;
    }
    report.alone(
        case,
        "memory, at most, more than before",
        of(log, |scan| megabytes(scan.peak.saturating_sub(scan.before))),
        "MB",
    )
}

pub(crate) fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1_000_000.0
}
