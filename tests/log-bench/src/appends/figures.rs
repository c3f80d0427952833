//! The figures of a case: medians over the turns.

use super::{Contender, case::Case};
use crate::{median::median, report::Report, turn::Turn, yardstick::Yardstick};

pub(super) fn add(report: &mut Report, case: Case, turns: Vec<(Contender, Vec<Turn>)>) -> anyhow::Result<()> {
    let (mut log, mut yardsticks) = (Vec::new(), Vec::new());
    for (contender, turns) in turns {
        match contender {
            None => log = turns,
            Some(yardstick) => yardsticks.push((yardstick, turns)),
        }
    }
    // The turns have gone back and forth.
    yardsticks.sort_by_key(|(yardstick, _)| *yardstick);
    let name = case.to_string();
    let payload = case.bytes as f64;
    for (yardstick, turns) in &mut yardsticks {
        let against = yardstick.to_string();
        let mut add = |what: &str, unit: &str, figure: &mut dyn FnMut(&mut Turn) -> f64| {
            let value = median(log.iter_mut().map(&mut *figure));
            let there = median(turns.iter_mut().map(figure));
            report.beside(&name, what, (value, unit), (&against, there))
        };
        add("durable appends", "events/s", &mut |turn| turn.per_second())?;
        if *yardstick == Yardstick::BareFile {
            add("latency, median", "us", &mut |turn| turn.latencies.quantile(0.5))?;
            add("latency, p99", "us", &mut |turn| turn.latencies.quantile(0.99))?;
            add("CPU with callers and closing", "s/100,000", &mut |turn| turn.per_100_000(turn.cpu_closed))?;
        }
        // A yardstick has no callers, and all of it counts as its writer.
        add("CPU of the writer's side", "s/100,000", &mut |turn| turn.per_100_000(turn.cpu_of_writer))?;
        add("disk by payload", "B/B", &mut |turn| turn.disk_bytes as f64 / (turn.events_there as f64 * payload))?;
    }
    let mut alone = |what: &str, unit: &str, figure: &dyn Fn(&Turn) -> f64| {
        report.alone(&name, what, median(log.iter().map(figure)), unit)
    };
    alone("CPU with callers, until answered", "s/100,000", &|turn| turn.per_100_000(turn.cpu))?;
    alone("commits in a group, mean", "commits", &|turn| turn.events as f64 / turn.groups.len() as f64)
}
