//! What a log of millions of events costs: to open, in memory and on disk; and whether it costs more to append to it and to
//! read in it than a log of ten thousand.

pub(crate) mod costs;
mod figures;
pub(crate) mod fill;
mod known;
pub(crate) mod opening;

use std::{io, path::Path};

use crate::{
    child::{Task, found, found_and_killed},
    disk,
    options::{Options, Sizes},
    progress::say,
    report::{Report, number},
    scan::Scan,
};
use costs::Costs;
use fill::Filled;
use opening::Opened;

/// The size that others are held against.
const SMALL: u64 = 10_000;

/// The sizes of a full run.
const FULL: [u64; 3] = [1_000_000, 5_000_000, 10_000_000];

/// What was found of a log of a size.
struct Found {
    filled: Filled,
    after_kill: Opened,
    after_close: Opened,
    after_close_cold: Opened,
    /// Read once from the disk, and once more.
    cold: Scan,
    warm: Scan,
    /// Of small logs and of this one, by turns.
    small: Vec<Costs>,
    large: Vec<Costs>,
    /// How much it takes on the disk when it was filled and closed.
    disk_bytes: u64,
}

pub(crate) async fn measure(report: &mut Report, options: &Options, sizes: &Sizes) -> anyhow::Result<()> {
    let wanted = if options.full { FULL.to_vec() } else { sizes.events.clone() };
    for events in wanted {
        let case = format!("{} events, {} B", number(events as f64), sizes.bytes);
        if case.contains(&options.filter) {
            say(&case);
            let dir = options.data.join("sizes");
            let found = found_of(&dir, &options.data.join("sizes-small"), options.rounds, events, sizes.bytes)?;
            remove(&dir)?;
            figures::add(report, &case, events as f64, sizes.bytes as f64, &found)?;
        }
    }
    Ok(())
}

/// Removes a log and what was noted of it.
fn remove(dir: &Path) -> io::Result<()> {
    known::forget(dir)?;
    disk::remove(dir)
}

fn found_of(dir: &Path, small: &Path, rounds: u32, events: u64, bytes: usize) -> anyhow::Result<Found> {
    let fill = |dir: &Path, events| Task::Fill { dir: dir.to_owned(), events, bytes };
    let costs = |dir: &Path, events| Task::Costs { dir: dir.to_owned(), events, bytes };
    let (open, scan) = (Task::Open { dir: dir.to_owned() }, Task::Scan { dir: dir.to_owned() });
    let filled: Filled = found_and_killed(&fill(dir, events))?;
    say("opening it after the kill, and after it was closed");
    let after_kill: Opened = found(&open)?;
    let after_close: Opened = found(&open)?;
    disk::leave_page_cache(dir)?;
    let after_close_cold: Opened = found(&open)?;
    let disk_bytes = disk::bytes(dir)?;
    say("reading all of it");
    disk::leave_page_cache(dir)?;
    let cold: Scan = found(&scan)?;
    let warm: Scan = found(&scan)?;
    say("appending and reading here and there, in it and in small logs by turns");
    let (mut in_small, mut in_large) = (Vec::new(), Vec::new());
    for round in 0..=rounds {
        found_and_killed::<Filled>(&fill(small, SMALL))?;
        in_small.push(found(&costs(small, SMALL))?);
        if round < rounds {
            in_large.push(found(&costs(dir, events))?);
        }
    }
    remove(small)?;
    Ok(Found {
        filled,
        after_kill,
        after_close,
        after_close_cold,
        cold,
        warm,
        small: in_small,
        large: in_large,
        disk_bytes,
    })
}
