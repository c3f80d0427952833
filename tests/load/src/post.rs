//! A process that posts, in one thread: each person over a connection of their own, with one request at a time.

pub(crate) mod answer;
mod poster;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use anyhow::{Context as _, ensure};

use crate::{
    clock::{cpu_micros, micros},
    histogram::Times,
    input::Input,
    orders::{Now, Order, Posters, Rate, Said, Slow, Tally},
    output::say,
    poll::{Poll, Ready},
};
use poster::{Poster, Step};

const INPUT: u64 = u64::MAX;
/// Posts that are late because nobody has a free connection; more are given up and counted.
const LATE_MAX: usize = 100_000;
/// How long somebody waits before they connect again.
const BACKOFF_MICROS: u64 = 200_000;
/// Nothing waits longer than this.
const IDLE: Duration = Duration::from_secs(1);

/// Those who post.
struct Posting {
    posters: Vec<Poster>,
    /// Where to, in turn: so that every thread gets as many as any other.
    paths: Vec<String>,
    turn: usize,
    rate: Rate,
    /// How many may post at a time.
    at_once: u64,
    /// When the next post is due, where there is a rate.
    due: u64,
    /// The moments of posts that are due, and that nobody could make yet.
    late: VecDeque<u64>,
    /// Those who have nothing to do.
    free: VecDeque<usize>,
    /// Those who are to connect, and when.
    waiting: BTreeSet<(u64, usize)>,
    allowed: u64,
    begun: u64,
    under_way: u64,
    done: u64,
    latency: Times,
    errors: BTreeMap<String, u64>,
    report_at: u64,
    report_every: u64,
}

pub(crate) fn run(task: Posters, input: &mut Input) -> anyhow::Result<()> {
    let (mut poll, mut ready) = (Poll::new()?, Vec::new());
    poll.add_input(std::io::stdin(), INPUT)?;
    let mut posting = Posting::new(&task)?;
    loop {
        poll.wait(posting.timeout(), &mut ready)?;
        for ready in &ready {
            if ready.key != INPUT {
                posting.ready(*ready);
                continue;
            }
            input.read()?;
            if input.ended() {
                return Ok(());
            }
            while let Some(order) = input.next()? {
                posting.obey(order)?;
            }
        }
        posting.on_time(&poll, &task)?;
    }
}

impl Posting {
    fn new(task: &Posters) -> anyhow::Result<Self> {
        let path = task.paths.first().context("there is nothing to post into")?;
        ensure!(task.paths.iter().all(|other| other.len() == path.len()), "ids of threads are not all of one length");
        let posters: Vec<_> = task.tokens.iter().map(|token| Poster::new(task, path, token)).collect();
        let now = micros();
        Ok(Self {
            paths: task.paths.clone(),
            turn: 0,
            waiting: (0..posters.len()).map(|at| (now, at)).collect(),
            posters,
            rate: Rate::Not,
            at_once: 0,
            due: 0,
            late: VecDeque::new(),
            free: VecDeque::new(),
            allowed: u64::MAX,
            begun: 0,
            under_way: 0,
            done: 0,
            latency: Times::default(),
            errors: BTreeMap::new(),
            report_at: now,
            report_every: task.report_ms * 1_000,
        })
    }

    fn timeout(&self) -> Duration {
        let due = if let Rate::PerSecond(_) = self.rate { self.due } else { u64::MAX };
        let connect_at = self.waiting.first().map_or(u64::MAX, |(at, _)| *at);
        let at = self.report_at.min(due).min(connect_at);
        Duration::from_micros(at.saturating_sub(micros())).min(IDLE)
    }

    fn obey(&mut self, order: Order) -> anyhow::Result<()> {
        match order {
            Order::Post(rate, at_once) => {
                (self.rate, self.due, self.at_once) = (rate, micros(), at_once as u64);
                self.late.clear();
                self.post_more();
            }
            Order::Allow(posts) => {
                self.allowed = posts;
                self.post_more();
            }
            Order::Tally => {
                let tally = Tally {
                    done: std::mem::take(&mut self.done),
                    latency: self.latency.take(),
                    errors: std::mem::take(&mut self.errors),
                    slow: Slow::default(),
                    cpu_micros: cpu_micros(),
                    ..Tally::default()
                };
                (self.begun, self.allowed) = (0, u64::MAX);
                say(&Said::Tally(tally))?;
            }
            Order::Storm | Order::Hurry | Order::Expect(_) => {}
        }
        Ok(())
    }

    fn error(&mut self, what: String) {
        *self.errors.entry(what).or_default() += 1;
    }

    fn ready(&mut self, Ready { key, ended }: Ready) {
        let (at, turn) = ((key & u64::from(u32::MAX)) as usize, (key >> 32) as u32);
        let Some(poster) = self.posters.get_mut(at).filter(|poster| poster.turn == turn) else { return };
        let was_under_way = poster.since().is_some();
        match poster.ready(ended) {
            Ok(Step::Nothing) => return,
            Ok(Step::Connected) => self.free.push_back(at),
            Ok(Step::Answered { status, since }) => {
                self.under_way -= 1;
                if status == 201 {
                    self.done += 1;
                    self.latency.record(micros().saturating_sub(since));
                } else {
                    self.error(format!("posting answered with {status}"));
                }
                self.free.push_back(at);
            }
            Err(why) => {
                self.under_way -= u64::from(was_under_way);
                self.free.retain(|free| *free != at);
                self.posters[at].close();
                self.error(format!("posting: {why}"));
                self.waiting.insert((micros() + BACKOFF_MICROS, at));
            }
        }
        self.post_more();
    }

    /// Everybody who is free makes a post, if there is one to be made.
    fn post_more(&mut self) {
        while !self.free.is_empty() && self.begun < self.allowed && self.under_way < self.at_once {
            let since = match self.rate {
                Rate::Not => return,
                Rate::AsAcknowledged => micros(),
                Rate::PerSecond(_) => match self.late.pop_front() {
                    Some(due) => due,
                    None => return,
                },
            };
            let Some(at) = self.free.pop_front() else { return };
            self.begun += 1;
            self.turn = (self.turn + 1) % self.paths.len();
            match self.posters[at].post(since, &self.paths[self.turn]) {
                Ok(()) => self.under_way += 1,
                Err(why) => {
                    self.posters[at].close();
                    self.error(format!("posting: {why}"));
                    self.waiting.insert((micros() + BACKOFF_MICROS, at));
                }
            }
        }
    }

    fn on_time(&mut self, poll: &Poll, task: &Posters) -> anyhow::Result<()> {
        let now = micros();
        while let Some(&(due, at)) = self.waiting.first()
            && due <= now
        {
            self.waiting.pop_first();
            if let Err(error) = self.posters[at].connect(at, poll, task.server.address) {
                self.error(format!("posting: can't connect: {error}"));
                self.waiting.insert((now + BACKOFF_MICROS, at));
            }
        }
        if let Rate::PerSecond(rate) = self.rate {
            while self.due <= now {
                match self.late.len() < LATE_MAX {
                    true => self.late.push_back(self.due),
                    false => self.error("posting: too late to be made".to_owned()),
                }
                self.due += ((1_000_000.0 / rate) as u64).max(1);
            }
            self.post_more();
        }
        if now >= self.report_at {
            self.report_at = now + self.report_every;
            let live = self.posters.len() - self.waiting.len();
            say(&Said::Now(Now { live, done: self.done, left: self.under_way, ..Now::default() }))?;
        }
        Ok(())
    }
}
