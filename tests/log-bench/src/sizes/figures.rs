//! The figures of a size.

use super::{Found, costs::Costs};
use crate::{median::median, report::Report, scans::megabytes};

pub(super) fn add(report: &mut Report, case: &str, events: f64, bytes: f64, found: &Found) -> anyhow::Result<()> {
    let Found { filled, after_kill, after_close, after_close_cold, cold, warm, .. } = found;
    let grown = |before: u64, after: u64| megabytes(after.saturating_sub(before));
    let mut alone = |what, value, unit| report.alone(case, what, value, unit);
    alone("filling it", events / filled.seconds, "events/s")?;
    alone("filling it, CPU", filled.cpu / events * 100_000.0, "s/100,000")?;
    alone("filling it, memory at most", grown(filled.before, filled.peak), "MB")?;
    alone("disk when it was filled", megabytes(filled.disk_bytes), "MB")?;
    alone("disk when it was closed", megabytes(found.disk_bytes), "MB")?;
    alone("disk by payload", found.disk_bytes as f64 / (events * bytes), "B/B")?;
    alone("open after kill -9", after_kill.seconds, "s")?;
    alone("open after kill -9, memory", grown(after_kill.before, after_kill.resident), "MB")?;
    alone("open after closing", after_close.seconds, "s")?;
    alone("open after closing, CPU", after_close.cpu, "s")?;
    alone("open after closing, from the disk", after_close_cold.seconds, "s")?;
    alone("open after closing, memory", grown(after_close.before, after_close.resident), "MB")?;
    alone("closing it", after_close.closing_seconds, "s")?;
    alone("reading all, cold, by CPU", cold.per_core(), "events/s/core")?;
    alone("reading all, cold, by the clock", cold.per_second(), "events/s")?;
    alone("reading all, warm, by CPU", warm.per_core(), "events/s/core")?;
    alone("reading all, memory at most", grown(warm.before, warm.peak), "MB")?;
    alone("reading all, memory after", grown(warm.before, warm.after), "MB")?;
    let of = |costs: &[Costs], figure: fn(&Costs) -> f64| median(costs.iter().map(figure));
    let mut beside = |what, unit, figure| {
        let small = ("10,000 events", of(&found.small, figure));
        report.beside(case, what, (of(&found.large, figure), unit), small)
    };
    beside("to new streams, 256 in flight", "events/s", |costs| costs.to_new_streams.per_second)?;
    beside("to new streams, 256 in flight, CPU", "s/100,000", |costs| costs.to_new_streams.cpu)?;
    beside("to old streams, 256 in flight", "events/s", |costs| costs.to_old_streams.per_second)?;
    beside("to old streams, 256 in flight, CPU", "s/100,000", |costs| costs.to_old_streams.cpu)?;
    beside("1 in flight, median", "us", |costs| costs.alone.median_micros)?;
    beside("1 in flight, p99", "us", |costs| costs.alone.p99_micros)?;
    beside("read any stream, median", "us", |costs| costs.read_stream.median_micros)?;
    beside("read any stream, p99", "us", |costs| costs.read_stream.p99_micros)?;
    beside("read any stream, CPU", "us", |costs| costs.read_stream.cpu_micros)?;
    beside("find any commit, median", "us", |costs| costs.find_commit.median_micros)?;
    beside("find any commit, p99", "us", |costs| costs.find_commit.p99_micros)?;
    beside("find any commit, CPU", "us", |costs| costs.find_commit.cpu_micros)
}
