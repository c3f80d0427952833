//! Servers that others wrote, under the same sockets as Erfa and the bare writer.

use super::{
    Run, Yardsticks,
    beside::{Beside, Reached},
};
use crate::{orders::Task, peer::Peer};

/// Measures one after the other, each with a server of its own for each part. One that fails is told of, and the rest is
/// measured all the same.
pub(super) fn measure(run: &mut Run<'_>, yardsticks: &Yardsticks) {
    for peer in run.options.peers() {
        if let Err(error) = measure_one(run, &peer, yardsticks) {
            run.report.broken(format!("{} could not be measured: {error:#}", peer.name()));
        }
    }
}

fn measure_one(run: &mut Run<'_>, peer: &Peer, yardsticks: &Yardsticks) -> anyhow::Result<()> {
    if run.options.idle {
        let (at_once, idle) = start(run, peer, run.plan.topics)?.idle(run)?;
        let topics = run.plan.topics;
        let figures = [("at once", at_once), ("idle", idle)];
        for (when, bytes) in figures {
            figure(run, peer, &format!(", {topics} topics: memory for a socket, {when}"), bytes / 1_024.0, "KiB", None);
        }
    }
    if run.plan.rate.is_none() && !run.options.flood {
        return Ok(());
    }
    let mut beside = start(run, peer, 1)?;
    if let Some(rate) = run.plan.rate {
        let (reached, bare) = (beside.at_rate(run, rate)?, yardsticks.at_rate.as_ref());
        for (what, quantile) in [("p50", 0.5), ("p99", 0.99), ("max", 1.0)] {
            let of = |reached: &Reached| reached.latency.quantile(quantile);
            let what = format!(", {rate} posts/s: post to frame {what}");
            figure(run, peer, &what, of(&reached), "ms", bare.map(of));
        }
        let what = format!(", {rate} posts/s: CPU for a frame");
        figure(run, peer, &what, reached.cpu_micros, "us", bare.map(|bare| bare.cpu_micros));
    }
    if run.options.flood {
        let (reached, bare) = (beside.flood(run)?, yardsticks.flood.as_ref());
        figure(run, peer, ", flooded: frames", reached.per_second, "/s", bare.map(|bare| bare.per_second));
        let p99 = |reached: &Reached| reached.latency.quantile(0.99);
        figure(run, peer, ", flooded: post to frame p99", p99(&reached), "ms", bare.map(p99));
        figure(run, peer, ", flooded: CPU for a frame", reached.cpu_micros, "us", bare.map(|bare| bare.cpu_micros));
    }
    Ok(())
}

fn start(run: &mut Run<'_>, peer: &Peer, topics: usize) -> anyhow::Result<Beside> {
    let (name, sockets) = (peer.name(), run.options.sockets);
    let data = run.options.data.join(format!("{}-{name}", std::process::id()));
    let task = Task::Peer { peer: peer.clone(), data, sockets };
    Beside::start(run, (name, &task, peer.protocol()), topics)
}

fn figure(run: &mut Run<'_>, peer: &Peer, what: &str, value: f64, unit: &'static str, bare: Option<f64>) {
    let (name, sockets) = (peer.name(), run.options.sockets);
    run.report.add(format!("{name}: {sockets} sockets{what}"), value, unit, bare);
}
