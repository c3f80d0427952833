//! The bare writer: under the same sockets, what Erfa's fan-out is held against.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::ensure;

use super::{Run, at_rate::Reached, crowd::Crowd, flood};
use crate::{
    clock::micros,
    mark::mark,
    orders::{Protocol, Server, Task, Thread},
    process::Process,
};

/// A writer with its sockets.
pub(super) struct Bare {
    writer: Process,
    crowd: Crowd,
    /// How many frames each socket is to get.
    asked: u64,
}

impl Bare {
    pub(super) fn start(run: &mut Run<'_>) -> anyhow::Result<Self> {
        let sockets = run.options.sockets;
        run.progress.begin(&format!("connecting {sockets} sockets to the bare writer"));
        let mut writer = Process::start(&Task::BareWriter { sockets })?;
        let server = Server { address: writer.listening()?, host: "yardstick".to_owned() };
        let thread = Thread { topic: String::new(), next: 1 };
        let mut crowd = Crowd::start(run.options, &run.plan, (&server, Protocol::Bare), &[], &[thread])?;
        let now = crowd.live(&mut run.progress)?;
        ensure!(now.live == sockets, "only {} of {sockets} sockets reached the bare writer", now.live);
        crowd.tally()?;
        Ok(Self { writer, crowd, asked: 0 })
    }

    fn send(&mut self, moment: u64) -> anyhow::Result<()> {
        self.asked += 1;
        self.writer.say(&mark(moment))?;
        self.writer.forget_sent();
        Ok(())
    }

    /// Frames at a rate.
    pub(super) fn at_rate(&mut self, run: &mut Run<'_>, rate: f64) -> anyhow::Result<Reached> {
        run.progress.begin(&format!("the bare writer sends {rate} times a second"));
        let every = (1_000_000.0 / rate) as u64;
        let (begun, mut due) = (Instant::now(), micros());
        while begun.elapsed() < run.plan.time {
            self.send(due)?;
            due += every;
            thread::sleep(Duration::from_micros(due.saturating_sub(micros())));
            let now = self.crowd.now();
            run.progress.at(|| format!("{} s: {} frames", begun.elapsed().as_secs(), now.done));
        }
        self.all_came(run)?;
        let counted = self.crowd.tally()?;
        Ok(Reached { latency: counted.latency, frames: counted.done })
    }

    /// Frames as fast as they come, a second.
    pub(super) fn flood(&mut self, run: &mut Run<'_>) -> anyhow::Result<f64> {
        run.progress.begin("the bare writer sends as fast as it can");
        let before = self.asked;
        self.crowd.fresh()?;
        let mut speed = flood::Speed::new(run.plan.time);
        while !speed.is_over() {
            let now = self.crowd.now();
            while self.asked - before < now.least + run.options.ahead {
                self.send(micros())?;
            }
            speed.at(now.done);
            run.progress.at(|| format!("{} frames", now.done));
            thread::sleep(flood::LOOK_EVERY);
        }
        self.all_came(run)?;
        self.crowd.tally()?;
        Ok(speed.per_second())
    }

    fn all_came(&mut self, run: &mut Run<'_>) -> anyhow::Result<()> {
        let left = self.crowd.complete(vec![self.asked + 1], &mut run.progress)?;
        ensure!(left == 0, "{left} frames of the bare writer did not come");
        self.writer.is_there()
    }
}
