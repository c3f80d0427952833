//! People post while the forum's views are built anew beside those that are read.

use std::{
    process::{Child, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};

use super::{Run, erfa::Erfa, hot};
use crate::site::Site;

/// How often somebody looks whether the thread has lost a post.
const LOOK_EVERY: Duration = Duration::from_millis(100);

pub(super) fn measure(run: &mut Run<'_>, erfa: &mut Erfa, posters: usize) -> anyhow::Result<()> {
    run.progress.begin("the same once more, to compare with");
    let (before, _) = hot::reached(run, erfa, posters)?;
    run.progress.begin("the same while the forum's views are built anew");
    let begun = Instant::now();
    let mut rebuild = Rebuild::start(&erfa.site)?;
    let (within, _) = hot::reached(run, erfa, posters)?;
    let is_over = rebuild.0.try_wait()?.is_some();
    run.progress.begin("waiting until the views are built");
    let reads = rebuild.finish(run, &erfa.site)?;
    let took = begun.elapsed().as_secs_f64();
    run.progress.begin("the same when they are");
    let (after, _) = hot::reached(run, erfa, posters)?;
    if is_over {
        run.report
            .broken("the views were built before the posting ended: use more --events, or fewer --seconds".to_owned());
    }
    let mut figure = |what: &str, value: f64, unit, yardstick| {
        run.report.add(format!("{posters} people post during a rebuild: {what}"), value, unit, yardstick);
    };
    let without = (before.per_second + after.per_second) / 2.0;
    figure("acknowledged, by that before and after", within.per_second, "/s", Some(without));
    for (what, quantile) in [("p50", 0.5), ("p99", 0.99), ("max", 1.0)] {
        let [of_within, of_before] = [&within, &before].map(|reached| reached.latency.quantile(quantile));
        figure(&format!("acknowledged {what}, by that before"), of_within, "ms", Some(of_before));
    }
    figure("until the new views were in place", took, "s", None);
    figure("looks at the thread meanwhile, which never went back", reads as f64, "", None);
    Ok(())
}

/// The command of an administrator. It is killed when this is dropped.
struct Rebuild(Child);

impl Rebuild {
    fn start(site: &Site) -> anyhow::Result<Self> {
        let data = site.data().context("views are built anew on a server of our own alone")?;
        let mut command = system_tests::erfa(&["rebuild", "forum", "--json", "--data"]);
        command.arg(data).stdout(Stdio::null());
        Ok(Self(command.spawn().context("`erfa rebuild` can't be started")?))
    }

    /// Waits for its end, while somebody reads the thread, which may never have fewer posts than before. How often that was.
    fn finish(&mut self, run: &mut Run<'_>, site: &Site) -> anyhow::Result<u64> {
        let (ended, mut reads) = (AtomicBool::new(false), 0);
        thread::scope(|scope| {
            let reading = scope.spawn(|| {
                let (mut posts, mut reads) = (0, 0);
                loop {
                    // Once more when it has ended, so that the new views are seen.
                    let is_last = ended.load(Ordering::Acquire);
                    let now = site.posts_of_first()?;
                    ensure!(now >= posts, "the thread had {posts} posts, and {now} later");
                    (posts, reads) = (now, reads + 1);
                    if is_last {
                        return Ok(reads);
                    }
                    thread::sleep(LOOK_EVERY);
                }
            });
            let status = loop {
                match self.0.try_wait() {
                    Ok(None) => thread::sleep(LOOK_EVERY),
                    ended => break ended,
                }
                run.progress.at(|| "the views are being built".to_owned());
            };
            ended.store(true, Ordering::Release);
            reads = reading.join().expect("it does not panic")?;
            let status = status?.context("it has ended")?;
            ensure!(status.success(), "`erfa rebuild` failed: {status}");
            Ok(reads)
        })
    }
}

impl Drop for Rebuild {
    fn drop(&mut self) {
        // It may have ended long ago.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
