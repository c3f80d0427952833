//! Posts come as fast as the slowest socket gets them: how many frames a second there can be.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::{Run, beside::Reached, crowd::Crowd, erfa::Erfa};
use crate::orders::{Order, Rate};

/// How often is looked how far all are, and more posts are allowed.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(10);
/// The part of the time at the beginning that does not count.
const WARM_UP: f64 = 0.2;

/// How fast a number grows, after a while.
pub(super) struct Speed {
    begun: Instant,
    time: Duration,
    from: Option<(Instant, u64)>,
    to: Option<(Instant, u64)>,
}

impl Speed {
    /// Begins now, and is over after this time.
    pub(super) fn new(time: Duration) -> Self {
        Self { begun: Instant::now(), time, from: None, to: None }
    }

    pub(super) fn is_over(&self) -> bool {
        self.begun.elapsed() >= self.time
    }

    /// It is this now.
    pub(super) fn at(&mut self, number: u64) {
        let now = Some((Instant::now(), number));
        if self.from.is_none() && self.begun.elapsed() >= self.time.mul_f64(WARM_UP) {
            self.from = now;
        }
        self.to = now;
    }

    pub(super) fn per_second(&self) -> f64 {
        match (self.from, self.to) {
            (Some((from, before)), Some((to, after))) if to > from => {
                after.saturating_sub(before) as f64 / (to - from).as_secs_f64()
            }
            _ => f64::NAN,
        }
    }
}

pub(super) fn measure(run: &mut Run<'_>, erfa: &mut Erfa, yardstick: Option<&Reached>) -> anyhow::Result<()> {
    run.progress.begin("posting as fast as the slowest socket gets it");
    erfa.tally()?;
    erfa.tally_of_posters()?;
    erfa.crowd().map(Crowd::fresh).transpose()?;
    let ahead = run.options.ahead;
    let threads = run.plan.threads as u64;
    let (cpu, begun) = (erfa.cpu()?, Instant::now());
    erfa.posters().order(&Order::Allow(ahead))?;
    erfa.posters().order(&Order::Post(Rate::AsAcknowledged, run.plan.authors))?;
    let (mut speed, mut allowed) = (Speed::new(run.plan.time), ahead);
    while !speed.is_over() {
        thread::sleep(LOOK_EVERY);
        let Some(crowd) = erfa.crowd() else { break };
        let now = crowd.now();
        speed.at(now.done);
        // A socket gets the posts of its own thread alone.
        let allow = now.least * threads + ahead;
        if allow > allowed {
            allowed = allow;
            erfa.posters().order(&Order::Allow(allow))?;
        }
        let posts = erfa.posters().now().done;
        run.progress.at(|| format!("{posts} posts, {} frames", now.done));
    }
    erfa.posters().order(&Order::Post(Rate::Not, 0))?;
    let (cpu_after, seconds) = (erfa.cpu()?, begun.elapsed().as_secs_f64());
    erfa.answered(run)?;
    let posted = erfa.tally_of_posters()?;
    erfa.complete(run, posted.done)?;
    let cpu_at_end = erfa.cpu()?;
    let counted = erfa.tally()?;
    run.figure(", flooded: frames", speed.per_second(), "/s", yardstick.map(|yardstick| yardstick.per_second));
    let of_yardstick = yardstick.map(|yardstick| yardstick.latency.quantile(0.99));
    run.figure(", flooded: post to frame p99", counted.latency.quantile(0.99), "ms", of_yardstick);
    if let (Some(before), Some(after), Some(end)) = (cpu, cpu_after, cpu_at_end) {
        let spent = |until: u64| until.saturating_sub(before) as f64;
        run.figure(", flooded: server CPU", spent(after) / seconds / 10_000.0, "% of a core", None);
        let each = spent(end) / counted.done.max(1) as f64;
        run.figure(", flooded: server CPU for a frame", each, "us", yardstick.map(|yardstick| yardstick.cpu_micros));
    }
    Ok(())
}
