//! Many people post at the same time, each again as soon as their last post is acknowledged.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::{Run, erfa::Erfa, flood::Speed};
use crate::{
    histogram::Times,
    orders::{Order, Posters, Rate, Server, Tally, Task},
    process::Process,
};

/// How often it is looked how far it is.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What was reached.
pub(super) struct Reached {
    pub(super) per_second: f64,
    pub(super) latency: Times,
}

/// The same posts, to a handler that does nothing.
pub(super) fn empty_handler(run: &mut Run<'_>, posters: usize) -> anyhow::Result<Reached> {
    run.progress.begin(&format!("{posters} people post to a handler that does nothing"));
    let mut handler = Process::start(&Task::EmptyHandler)?;
    let mut posting = Process::start(&Task::Post(Posters {
        server: Server { address: handler.listening()?.0, host: "yardstick".to_owned() },
        tokens: vec!["x".repeat(80); posters],
        paths: vec![format!("/api/forum/v1/threads/{}/posts", "0".repeat(36))],
        body_bytes: run.options.body_bytes,
        report_ms: LOOK_EVERY.as_millis() as u64,
    }))?;
    posting.fresh()?;
    let reached = post(run, &mut posting, posters)?;
    handler.is_there()?;
    let mut latency = Times::default();
    latency.add(&posting.tally()?.latency);
    Ok(Reached { per_second: reached, latency })
}

pub(super) fn measure(
    run: &mut Run<'_>,
    erfa: &mut Erfa,
    posters: usize,
    yardstick: Option<&Reached>,
) -> anyhow::Result<()> {
    run.progress.begin(&format!("{posters} people post, each as fast as they are acknowledged"));
    let (cpu, begun) = (erfa.cpu()?, Instant::now());
    let (Reached { per_second, latency }, posted) = reached(run, erfa, posters)?;
    let (cpu_after, seconds) = (erfa.cpu()?, begun.elapsed().as_secs_f64());
    let mut figure = |what: &str, value: f64, unit, yardstick| {
        run.report.add(format!("{posters} people post: {what}"), value, unit, yardstick);
    };
    figure("acknowledged", per_second, "/s", yardstick.map(|yardstick| yardstick.per_second));
    for (what, quantile) in [("p50", 0.5), ("p99", 0.99), ("max", 1.0)] {
        let of_yardstick = yardstick.map(|yardstick| yardstick.latency.quantile(quantile));
        figure(&format!("acknowledged {what}"), latency.quantile(quantile), "ms", of_yardstick);
    }
    let refused: u64 = posted.errors.values().sum();
    figure("refused or failed", refused as f64, "", None);
    if let (Some(before), Some(after)) = (cpu, cpu_after) {
        let spent = after.saturating_sub(before) as f64;
        figure("server CPU", spent / seconds / 10_000.0, "% of a core", None);
        figure("server CPU for a post", spent / posted.done.max(1) as f64, "us", None);
    }
    Ok(())
}

/// What people reach who post for the time of the run, and what they counted. Everything that was acknowledged is there
/// then.
pub(super) fn reached(run: &mut Run<'_>, erfa: &mut Erfa, posters: usize) -> anyhow::Result<(Reached, Tally)> {
    erfa.tally()?;
    erfa.tally_of_posters()?;
    let per_second = post(run, erfa.posters(), posters)?;
    erfa.answered(run)?;
    let posted = erfa.tally_of_posters()?;
    erfa.complete(run, posted.done)?;
    erfa.tally()?;
    let mut latency = Times::default();
    latency.add(&posted.latency);
    Ok((Reached { per_second, latency }, posted))
}

/// Posts for the time of the run; how many were acknowledged a second.
fn post(run: &mut Run<'_>, posting: &mut Process, posters: usize) -> anyhow::Result<f64> {
    posting.order(&Order::Post(Rate::AsAcknowledged, posters))?;
    let mut speed = Speed::new(run.plan.time);
    while !speed.is_over() {
        thread::sleep(LOOK_EVERY);
        let now = posting.now();
        speed.at(now.done);
        run.progress.at(|| format!("{} acknowledged", now.done));
        posting.is_there()?;
    }
    posting.order(&Order::Post(Rate::Not, 0))?;
    Ok(speed.per_second())
}
