//! All sockets of a run, over all their processes.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
    thread,
    time::{Duration, Instant},
};

use crate::{
    histogram::Times,
    options::{Options, Plan, SOCKETS_PER_PERSON},
    orders::{Form, Now, Order, Pace, Protocol, Readers, Server, Slow, Socket, Tally, Task, Thread},
    process::Process,
    progress::Progress,
};

/// How many sockets of a process may be on their way at a time.
const CONNECTING_MAX: usize = 64;
/// How often the processes say how they are.
const REPORT_MS: u64 = 20;
/// How often it is looked what they said.
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// How long nothing may move, before no more is waited.
const STANDSTILL: Duration = Duration::from_secs(30);

/// Sockets.
pub(crate) struct Crowd {
    processes: Vec<Process>,
    pub(crate) sockets: usize,
}

/// What all sockets counted together.
#[derive(Default)]
pub(crate) struct Counted {
    pub(crate) done: u64,
    pub(crate) latency: Times,
    pub(crate) to_live: Times,
    pub(crate) missing: u64,
    pub(crate) repeated: u64,
    pub(crate) errors: BTreeMap<String, u64>,
    pub(crate) closes: BTreeMap<String, u64>,
    pub(crate) slow: Slow,
    pub(crate) cpu_micros: u64,
}

impl Counted {
    pub(crate) fn add(&mut self, tally: Tally) {
        self.done += tally.done;
        self.latency.add(&tally.latency);
        self.to_live.add(&tally.to_live);
        self.missing += tally.missing;
        self.repeated += tally.repeated;
        tally.errors.into_iter().for_each(|(what, times)| *self.errors.entry(what).or_default() += times);
        tally.closes.into_iter().for_each(|(how, times)| *self.closes.entry(how).or_default() += times);
        self.slow.closed += tally.slow.closed;
        self.slow.caught_up += tally.slow.caught_up;
        self.cpu_micros += tally.cpu_micros;
    }
}

impl Crowd {
    /// Starts the processes; their sockets begin to connect.
    pub(crate) fn start(
        options: &Options,
        plan: &Plan,
        (server, protocol): (&Server, Protocol),
        tokens: &[String],
        threads: &[Thread],
    ) -> anyhow::Result<Self> {
        let slow = if protocol == Protocol::Erfa { options.slow } else { 0 };
        let sockets: Vec<Socket> = (0..options.sockets + slow)
            .map(|at| Socket {
                token: at / SOCKETS_PER_PERSON,
                threads: (0..plan.topics.min(threads.len())).map(|topic| (at + topic) % threads.len()).collect(),
                pace: match at.checked_sub(options.sockets) {
                    None => Pace::Quick,
                    Some(slow) if slow % 2 == 0 => Pace::Never,
                    Some(_) => Pace::Byte,
                },
            })
            .collect();
        let mut processes = Vec::new();
        for (at, sockets) in sockets.chunks(sockets.len().div_ceil(plan.processes).max(1)).enumerate() {
            let task = Task::Read(Readers {
                server: server.clone(),
                source: source(server.address.ip(), at),
                protocol,
                tokens: tokens.to_vec(),
                threads: threads.to_vec(),
                sockets: sockets.to_vec(),
                form: if options.html && protocol == Protocol::Erfa { Form::Html } else { Form::Event },
                window: options.window,
                ack_frames: options.ack_frames,
                ack_ms: options.ack_ms,
                connecting_max: CONNECTING_MAX,
                report_ms: REPORT_MS,
            });
            processes.push(Process::start(&task)?);
        }
        Ok(Self { processes, sockets: sockets.len() })
    }

    pub(crate) fn order(&mut self, order: &Order) -> anyhow::Result<()> {
        self.processes.iter_mut().try_for_each(|process| process.order(order))
    }

    /// How they all are, as they said last.
    pub(crate) fn now(&self) -> Now {
        let all = || self.processes.iter().map(Process::now);
        Now {
            live: all().map(|now| now.live).sum(),
            lost: all().map(|now| now.lost).sum(),
            done: all().map(|now| now.done).sum(),
            least: all().map(|now| now.least).min().unwrap_or(0),
            left: all().map(|now| now.left).sum(),
        }
    }

    /// How they all are, as they say from now on.
    pub(crate) fn fresh(&mut self) -> anyhow::Result<Now> {
        for process in &mut self.processes {
            process.fresh()?;
        }
        Ok(self.now())
    }

    /// Waits until all is as it should be, or nothing has moved for long. How they are then.
    pub(crate) fn wait(
        &mut self,
        progress: &mut Progress,
        what: &str,
        is_so: impl Fn(&Now) -> bool,
    ) -> anyhow::Result<Now> {
        let mut now = self.fresh()?;
        let mut moved = Instant::now();
        while !is_so(&now) && moved.elapsed() < STANDSTILL {
            thread::sleep(LOOK_EVERY);
            self.processes.iter_mut().try_for_each(Process::is_there)?;
            let then = std::mem::replace(&mut now, self.now());
            if then != now {
                moved = Instant::now();
            }
            progress.at(|| format!("{what}: {} of {} live, {} frames", now.live, self.sockets, now.done));
        }
        Ok(now)
    }

    /// Waits until all are live that can be.
    pub(crate) fn live(&mut self, progress: &mut Progress) -> anyhow::Result<Now> {
        let sockets = self.sockets;
        self.wait(progress, "connecting", |now| now.live + now.lost >= sockets)
    }

    /// Waits until each has got everything before these numbers. How many frames did not come.
    pub(crate) fn complete(&mut self, next: Vec<u64>, progress: &mut Progress) -> anyhow::Result<u64> {
        self.order(&Order::Expect(next))?;
        Ok(self.wait(progress, "waiting for what is under way", |now| now.left == 0)?.left)
    }

    /// What was counted since this was last asked.
    pub(crate) fn tally(&mut self) -> anyhow::Result<Counted> {
        let mut counted = Counted::default();
        for process in &mut self.processes {
            counted.add(process.tally()?);
        }
        Ok(counted)
    }
}

/// Where process number `at` connects from, so that each has the ports of an address of its own.
fn source(server: IpAddr, at: usize) -> Option<Ipv4Addr> {
    let own = u8::try_from(at + 2).ok().filter(|own| *own < 255)?;
    matches!(server, IpAddr::V4(address) if address.is_loopback()).then(|| Ipv4Addr::new(127, 0, 0, own))
}
