//! What Erfa's fan-out is held against, under the same sockets: the bare writer, or a server that others wrote. Both send
//! a message for each mark that their process is told.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::ensure;

use super::{Run, crowd::Crowd, flood};
use crate::{
    clock::micros,
    histogram::Times,
    mark::mark,
    orders::{Protocol, Server, Task, Thread},
    peer,
    process::Process,
    usage,
};

/// Who sends, and to whom.
pub(super) struct Beside {
    name: &'static str,
    writer: Process,
    /// The processes that send.
    pids: Vec<u32>,
    crowd: Crowd,
    /// How many messages each socket is to get.
    asked: u64,
    /// What the processes that send had in memory before there was a socket, in bytes.
    memory: u64,
}

/// What was reached.
pub(super) struct Reached {
    /// From when a message was due to when a socket had it.
    pub(super) latency: Times,
    pub(super) frames: u64,
    /// Frames a second, where as many came as could.
    pub(super) per_second: f64,
    /// CPU time of those who send, in microseconds for a frame.
    pub(super) cpu_micros: f64,
}

impl Beside {
    /// Starts who sends, and connects all sockets; each asks for so many topics, of which the first gets messages.
    pub(super) fn start(
        run: &mut Run<'_>,
        (name, task, protocol): (&'static str, &Task, Protocol),
        topics: usize,
    ) -> anyhow::Result<Self> {
        let sockets = run.options.sockets;
        run.progress.begin(&format!("connecting {sockets} sockets to {name}"));
        let mut writer = Process::start(task)?;
        let (address, pid) = writer.listening()?;
        let pids = usage::family(pid);
        let memory = usage::memory_of(&pids)?;
        let server = Server { address, host: "yardstick".to_owned() };
        let threads: Vec<_> = (0..topics).map(|at| Thread { topic: peer::topic(at), next: 1 }).collect();
        let mut crowd = Crowd::start(run.options, &run.plan, (&server, protocol), &[], &threads)?;
        let now = crowd.live(&mut run.progress)?;
        let counted = crowd.tally()?;
        ensure!(
            now.live == sockets,
            "only {} of {sockets} sockets reached {name}; they were closed: {:?}",
            now.live,
            counted.closes
        );
        Ok(Self { name, writer, pids, crowd, asked: 0, memory })
    }

    fn send(&mut self, moment: u64) -> anyhow::Result<()> {
        self.asked += 1;
        self.writer.say(&mark(moment))?;
        self.writer.forget_sent();
        Ok(())
    }

    /// Messages at a rate.
    pub(super) fn at_rate(&mut self, run: &mut Run<'_>, rate: f64) -> anyhow::Result<Reached> {
        run.progress.begin(&format!("{} sends {rate} times a second", self.name));
        let cpu = self.cpu()?;
        let every = (1_000_000.0 / rate) as u64;
        let (begun, mut due) = (Instant::now(), micros());
        while begun.elapsed() < run.plan.time {
            self.send(due)?;
            due += every;
            thread::sleep(Duration::from_micros(due.saturating_sub(micros())));
            let now = self.crowd.now();
            run.progress.at(|| format!("{} s: {} frames", begun.elapsed().as_secs(), now.done));
        }
        self.all_came(run, f64::NAN, cpu)
    }

    /// Messages as fast as the slowest gets them.
    pub(super) fn flood(&mut self, run: &mut Run<'_>) -> anyhow::Result<Reached> {
        run.progress.begin(&format!("{} sends as fast as it can", self.name));
        let (before, cpu) = (self.asked, self.cpu()?);
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
        self.all_came(run, speed.per_second(), cpu)
    }

    /// Lets all sockets be idle for the time of the run: the memory that each takes at once, and then, in bytes.
    pub(super) fn idle(&mut self, run: &mut Run<'_>) -> anyhow::Result<(f64, f64)> {
        let sockets = self.crowd.sockets as f64;
        let each = |memory: u64| memory.saturating_sub(self.memory) as f64 / sockets;
        let at_once = each(usage::memory_of(&self.pids)?);
        run.progress.begin(&format!("letting all sockets of {} be idle", self.name));
        thread::sleep(run.plan.time);
        Ok((at_once, each(usage::memory_of(&self.pids)?)))
    }

    fn cpu(&self) -> anyhow::Result<u64> {
        usage::cpu_micros_of(&self.pids)
    }

    /// Waits for what is under way, all of which must come, and says what was reached.
    fn all_came(&mut self, run: &mut Run<'_>, per_second: f64, cpu_before: u64) -> anyhow::Result<Reached> {
        let name = self.name;
        let left = self.crowd.complete(vec![self.asked + 1], &mut run.progress)?;
        self.writer.is_there()?;
        let cpu = self.cpu()?.saturating_sub(cpu_before);
        let counted = self.crowd.tally()?;
        let (missing, repeated) = (counted.missing + left, counted.repeated);
        ensure!(
            missing + repeated == 0,
            "{missing} frames of {name} did not come, {repeated} came again or out of order"
        );
        let cpu_micros = cpu as f64 / counted.done.max(1) as f64;
        Ok(Reached { latency: counted.latency, frames: counted.done, per_second, cpu_micros })
    }
}
