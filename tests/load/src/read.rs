//! A process that holds sockets, in one thread: it sees to it that each gets every event once and in order.

mod context;
mod count;
mod ended;
mod frame;
mod socket;

use std::{collections::BTreeSet, time::Duration};

use crate::{
    clock::micros,
    input::Input,
    orders::{Now, Order, Pace, Readers, Said},
    output::say,
    poll::{Poll, Ready},
};
use context::Context;
use ended::Ended;
use socket::Socket;

const INPUT: u64 = u64::MAX;
/// How often one that is read by the byte is read.
const BYTE_EVERY: u64 = 1_000_000;
/// How often a socket that was closed comes back before it is given up.
const ATTEMPTS_MAX: u32 = 10;
/// How long it waits before it does, at first and at the most.
const BACKOFF_MICROS: (u64, u64) = (500_000, 5_000_000);
/// Nothing waits longer than this.
const IDLE: Duration = Duration::from_secs(1);

/// Sockets, and what is to be done with them.
struct Reading {
    cx: Context,
    sockets: Vec<Socket>,
    /// Those that are to connect, and when.
    waiting: BTreeSet<(u64, usize)>,
    /// Those that are on their way to live.
    under_way: usize,
    under_way_max: usize,
    live: usize,
    lost: usize,
    expect: Option<Vec<u64>>,
    byte_at: u64,
    report_at: u64,
}

pub(crate) fn run(task: Readers, input: &mut Input) -> anyhow::Result<()> {
    let (mut poll, mut ready) = (Poll::new()?, Vec::new());
    poll.add_input(std::io::stdin(), INPUT)?;
    let mut reading = Reading::new(task);
    loop {
        poll.wait(reading.timeout(), &mut ready)?;
        for ready in &ready {
            if ready.key != INPUT {
                reading.ready(*ready);
                continue;
            }
            input.read()?;
            if input.ended() {
                return Ok(());
            }
            while let Some(order) = input.next()? {
                reading.obey(order)?;
            }
        }
        reading.on_time(&poll)?;
    }
}

impl Reading {
    fn new(task: Readers) -> Self {
        let sockets: Vec<_> = task.sockets.iter().map(|socket| Socket::new(socket, &task.threads)).collect();
        let now = micros();
        Self {
            waiting: (0..sockets.len()).map(|at| (now, at)).collect(),
            sockets,
            under_way: 0,
            under_way_max: task.connecting_max,
            live: 0,
            lost: 0,
            expect: None,
            byte_at: now + BYTE_EVERY,
            report_at: now,
            cx: Context::new(task),
        }
    }

    fn timeout(&self) -> Duration {
        let now = micros();
        let connect_at = match self.under_way < self.under_way_max {
            true => self.waiting.first().map_or(u64::MAX, |(at, _)| *at),
            false => u64::MAX,
        };
        let at = self.report_at.min(self.byte_at).min(connect_at).min(self.cx.ack_at());
        Duration::from_micros(at.saturating_sub(now)).min(IDLE)
    }

    fn ready(&mut self, Ready { key, ended }: Ready) {
        let (at, turn) = ((key & u64::from(u32::MAX)) as usize, (key >> 32) as u32);
        let Some(socket) = self.sockets.get_mut(at).filter(|socket| socket.turn == turn) else { return };
        let was_live = socket.is_live();
        match socket.ready(at, ended, &mut self.cx) {
            Ok(()) if !was_live && socket.is_live() => {
                self.under_way -= 1;
                self.live += 1;
            }
            Ok(()) => {}
            Err(why) => self.ended(at, &why),
        }
    }

    /// A socket came to its end. It comes back, if that helps.
    fn ended(&mut self, at: usize, why: &Ended) {
        let socket = &mut self.sockets[at];
        *(if socket.is_live() { &mut self.live } else { &mut self.under_way }) -= 1;
        socket.close();
        *self.cx.count.closes.entry(why.to_string()).or_default() += 1;
        if socket.pace != Pace::Quick {
            self.cx.count.slow.closed += 1;
            socket.given_up = true;
        } else if !why.may_reconnect() || socket.attempts >= ATTEMPTS_MAX {
            socket.given_up = true;
            self.lost += 1;
        } else {
            let backoff = (BACKOFF_MICROS.0 << socket.attempts.min(8)).min(BACKOFF_MICROS.1);
            // Not all at once, though each at the same time in every run.
            let spread = (at as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
            self.waiting.insert((micros() + backoff / 2 + backoff * spread / (2 << 32), at));
        }
    }

    fn obey(&mut self, order: Order) -> anyhow::Result<()> {
        match order {
            Order::Storm => self.storm(),
            Order::Hurry => self.hurry(),
            Order::Expect(next) => self.expect = Some(next),
            Order::Tally => {
                self.count_slow();
                say(&Said::Tally(self.cx.count.take()))?;
                self.sockets.iter_mut().for_each(Socket::count_anew);
            }
            Order::Post(..) | Order::Allow(_) => {}
        }
        Ok(())
    }

    fn storm(&mut self) {
        let now = micros();
        self.under_way_max = usize::MAX;
        for (at, socket) in self.sockets.iter_mut().enumerate() {
            if !socket.is_live() || socket.pace != Pace::Quick {
                continue;
            }
            socket.close();
            // How long it takes counts from here, also for those whose turn to connect comes late.
            socket.began = Some(now);
            self.live -= 1;
            self.waiting.insert((now, at));
        }
    }

    /// What waits to be read no longer announces itself.
    fn hurry(&mut self) {
        for at in 0..self.sockets.len() {
            let socket = &mut self.sockets[at];
            if socket.pace != Pace::Quick && !socket.given_up {
                socket.hurried = true;
                if let Err(why) = socket.ready(at, true, &mut self.cx) {
                    self.ended(at, &why);
                }
            }
        }
    }

    /// Those of the slow that got everything.
    fn count_slow(&mut self) {
        let Some(expect) = &self.expect else { return };
        let all = |socket: &&Socket| socket.pace != Pace::Quick && !socket.given_up && socket.left(expect) == 0;
        self.cx.count.slow.caught_up = self.sockets.iter().filter(all).count() as u64;
    }

    fn on_time(&mut self, poll: &Poll) -> anyhow::Result<()> {
        let now = micros();
        while self.under_way < self.under_way_max
            && let Some(&(due, at)) = self.waiting.first()
            && due <= now
        {
            self.waiting.pop_first();
            self.under_way += 1;
            if let Err(error) = self.sockets[at].connect(at, poll, &self.cx) {
                self.ended(at, &Ended::Broken(format!("can't connect: {error}")));
            }
        }
        while let Some((at, subscription)) = self.cx.due_ack(now) {
            if let Err(why) = self.sockets[at].acknowledge_late(at, subscription, &mut self.cx) {
                self.ended(at, &why);
            }
        }
        if now >= self.byte_at {
            self.byte_at = now + BYTE_EVERY;
            for at in 0..self.sockets.len() {
                let socket = &mut self.sockets[at];
                if socket.pace == Pace::Byte
                    && socket.is_live()
                    && !socket.hurried
                    && let Err(why) = socket.read_byte(at, &mut self.cx)
                {
                    self.ended(at, &why);
                }
            }
        }
        if now >= self.report_at {
            self.report_at = now + self.cx.task.report_ms * 1_000;
            say(&Said::Now(self.now()))?;
        }
        Ok(())
    }

    fn now(&self) -> Now {
        let quick = || self.sockets.iter().filter(|socket| socket.pace == Pace::Quick);
        let least = quick().filter(|socket| !socket.given_up).map(Socket::least).min();
        let left = self.expect.as_ref().map_or(0, |expect| {
            // The slow are waited for once they were told to hurry, and nobody who was given up.
            let counts = |socket: &&Socket| (socket.pace == Pace::Quick || socket.hurried) && !socket.given_up;
            self.sockets.iter().filter(counts).map(|socket| socket.left(expect)).sum()
        });
        Now { live: self.live, lost: self.lost, done: self.cx.count.done, least: least.unwrap_or(0), left }
    }
}
