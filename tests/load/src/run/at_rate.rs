//! Posts come at a rate: how long it is until every socket has them.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::{Run, beside::Reached, erfa::Erfa};
use crate::{
    histogram::Times,
    orders::{Order, Rate},
};

/// How often it is looked how far it is.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// The part of the time after which a storm comes.
const STORM_AFTER: f64 = 0.3;

pub(super) fn measure(
    run: &mut Run<'_>,
    erfa: &mut Erfa,
    rate: f64,
    yardstick: Option<&Reached>,
) -> anyhow::Result<()> {
    erfa.tally()?;
    erfa.tally_of_posters()?;
    let (cpu, begun) = (erfa.cpu()?, Instant::now());
    run.progress.begin(&format!("posting {rate} times a second"));
    erfa.posters().order(&Order::Post(Rate::PerSecond(rate), run.plan.authors))?;
    let stormy = run.options.storm.then(|| run.plan.time.mul_f64(STORM_AFTER));
    let (mut storm, mut memory) = (stormy, 0);
    while begun.elapsed() < run.plan.time {
        thread::sleep(LOOK_EVERY);
        let now = erfa.crowd().map(|crowd| crowd.now()).unwrap_or_default();
        let posts = erfa.posters().now().done;
        let (seconds, of) = (begun.elapsed().as_secs(), run.plan.time.as_secs_f64());
        run.progress.at(|| format!("{seconds} of {of} s: {posts} posts, {} frames, {} live", now.done, now.live));
        memory = erfa.memory()?.map_or(0, |now| memory.max(now));
        if storm.is_some_and(|after| begun.elapsed() >= after) {
            storm = None;
            run.progress.begin("cutting all sockets off at once");
            erfa.crowd().map_or(Ok(()), |crowd| crowd.order(&Order::Storm))?;
        }
    }
    erfa.posters().order(&Order::Post(Rate::Not, 0))?;
    erfa.answered(run)?;
    let (cpu_after, seconds) = (erfa.cpu()?, begun.elapsed().as_secs_f64());
    let posted = erfa.tally_of_posters()?;
    erfa.complete(run, posted.done)?;
    if let Some(crowd) = erfa.crowd().filter(|_| stormy.is_some()) {
        crowd.live(&mut run.progress)?;
    }
    let counted = erfa.tally()?;

    let mut acknowledged = Times::default();
    acknowledged.add(&posted.latency);
    let mut figure = |what: &str, value: f64, unit, yardstick| {
        let storm = if stormy.is_some() { ", a storm" } else { "" };
        run.figure(&format!(", {rate} posts/s{storm}: {what}"), value, unit, yardstick);
    };
    for (what, quantile) in [("p50", 0.5), ("p99", 0.99), ("max", 1.0)] {
        let yardstick = yardstick.map(|yardstick| yardstick.latency.quantile(quantile));
        figure(&format!("post to frame {what}"), counted.latency.quantile(quantile), "ms", yardstick);
    }
    for (what, quantile) in [("p50", 0.5), ("p99", 0.99)] {
        figure(&format!("acknowledged {what}"), acknowledged.quantile(quantile), "ms", None);
    }
    figure("posts", posted.done as f64 / seconds, "/s", None);
    let of_yardstick = yardstick.map(|yardstick| yardstick.frames as f64);
    figure("frames", counted.done as f64, "", of_yardstick);
    if let (Some(before), Some(after)) = (cpu, cpu_after) {
        let spent = after.saturating_sub(before) as f64;
        figure("server CPU", spent / seconds / 10_000.0, "% of a core", None);
        let of_yardstick = yardstick.map(|yardstick| yardstick.cpu_micros);
        figure("server CPU for a frame", spent / counted.done.max(1) as f64, "us", of_yardstick);
    }
    if memory > 0 {
        figure("server memory at the most", memory as f64 / 1_048_576.0, "MiB", None);
    }
    if stormy.is_some() {
        for (what, quantile) in [("p50", 0.5), ("p99", 0.99), ("max", 1.0)] {
            figure(&format!("from the storm to live {what}"), counted.to_live.quantile(quantile), "ms", None);
        }
    }
    Ok(())
}
