//! Those who append: so many commands in flight, each sent when the one before it was answered.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use event_log::{Expected, Log};
use types::{Ids as _, Revision, StreamId, SystemIds};
use uuid::Uuid;

use crate::{
    commits::{Author, CATEGORY},
    latency::Latencies,
    options::Streams,
    text::{Texts, scramble},
};

/// A stream, and how many events it has.
pub(crate) type Known = (Uuid, u64);

/// How long a crew appends.
#[derive(Clone, Copy)]
pub(crate) struct Limit {
    time: Duration,
    /// How many commits each of its writers makes at most.
    commits_each: usize,
}

impl Limit {
    pub(crate) fn time(time: Duration) -> Self {
        Self { time, commits_each: usize::MAX }
    }

    pub(crate) fn commits(each: usize) -> Self {
        Self { time: Duration::from_secs(3_600), commits_each: each }
    }
}

/// The writers of a case, who know how long their streams are.
pub(crate) struct Crew {
    writers: Vec<Writer>,
    /// How many commands each has in flight.
    ahead: usize,
}

impl Crew {
    /// So many writers on `known` streams, which exist; or on new ones.
    pub(crate) fn new(in_flight: usize, streams: Streams, known: &[Known], texts: &Texts) -> Self {
        let (count, ahead) = if streams == Streams::One { (1, in_flight) } else { (in_flight, 1) };
        let share = |number| known.iter().skip(number).step_by(count).copied().collect::<Vec<_>>();
        let writer = |number| Writer {
            author: Author::new(number as u64, texts.clone()),
            streams: if known.is_empty() { vec![(SystemIds.uuid(), 0)] } else { share(number) },
            state: number as u64 * 1_000_003,
        };
        Self { writers: (0..count).map(writer).collect(), ahead }
    }

    /// The streams of all writers, and how long they are now.
    pub(crate) fn streams(&self) -> impl Iterator<Item = Known> {
        self.writers.iter().flat_map(|writer| writer.streams.iter().copied())
    }

    /// Appends until the limit is reached.
    pub(crate) async fn append(&mut self, log: &Log, limit: Limit) -> anyhow::Result<Latencies> {
        let (until, ahead, mut latencies) = (Until::from_now(limit), self.ahead, Latencies::default());
        let write = |writer: Writer| {
            let log = log.clone();
            tokio::spawn(async move {
                if ahead > 1 {
                    writer.pipelined(&log, until, ahead).await
                } else {
                    writer.one_by_one(&log, until).await
                }
            })
        };
        let tasks: Vec<_> = self.writers.drain(..).map(write).collect();
        for task in tasks {
            let (writer, its) = task.await??;
            latencies.add(its);
            self.writers.push(writer);
        }
        Ok(latencies)
    }
}

/// When a writer stops.
#[derive(Clone, Copy)]
struct Until {
    moment: Instant,
    commits: usize,
}

impl Until {
    fn from_now(limit: Limit) -> Self {
        Self { moment: Instant::now() + limit.time, commits: limit.commits_each }
    }

    fn goes_on(&self, commits: usize) -> bool {
        commits < self.commits && Instant::now() < self.moment
    }
}

struct Writer {
    author: Author,
    streams: Vec<Known>,
    state: u64,
}

/// A stream that has so many events.
pub(crate) fn expected(events: u64) -> Expected {
    events.checked_sub(1).map_or(Expected::NoStream, |last| Expected::Exact(Revision::new(last)))
}

impl Writer {
    /// Any of the streams, each as likely.
    fn pick(&mut self) -> usize {
        self.state += 1;
        (scramble(self.state) % self.streams.len() as u64) as usize
    }

    async fn one_by_one(mut self, log: &Log, until: Until) -> anyhow::Result<(Self, Latencies)> {
        let mut latencies = Latencies::default();
        while until.goes_on(latencies.len()) {
            let at = self.pick();
            let (id, events) = self.streams[at];
            let commit = self.author.commit(StreamId::new(CATEGORY, id), expected(events));
            let before = Instant::now();
            log.append(commit).await?;
            latencies.record(before.elapsed());
            self.streams[at].1 += 1;
        }
        Ok((self, latencies))
    }

    /// One stream, to which commands are sent before those ahead of them are answered.
    async fn pipelined(mut self, log: &Log, until: Until, ahead: usize) -> anyhow::Result<(Self, Latencies)> {
        let (mut latencies, mut pending) = (Latencies::default(), VecDeque::with_capacity(ahead));
        let (id, mut events) = self.streams[0];
        loop {
            while pending.len() < ahead && until.goes_on(latencies.len() + pending.len()) {
                let commit = self.author.commit(StreamId::new(CATEGORY, id), expected(events));
                let before = Instant::now();
                pending.push_back((before, log.submit(commit).await?));
                events += 1;
            }
            let Some((before, answer)) = pending.pop_front() else { break };
            answer.await?;
            latencies.record(before.elapsed());
        }
        self.streams[0].1 = events;
        Ok((self, latencies))
    }
}
