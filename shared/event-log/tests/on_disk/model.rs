//! Random appends, retries, conflicts, reads, follows and reopenings: the engine on disk must say what the log in memory
//! says. A failing run is repeated with `ERFA_SEED=<seed> cargo test -p event-log model`.

use std::{collections::VecDeque, path::Path, sync::Arc};

use crate::common::{Random, seeds, stream};
use event_log::{
    Commit, Direction, Expected, Filter, Followed, Log, MemoryLog, READ_EVENTS_MAX, Recorded, SledLog, SledOptions,
};
use futures_util::StreamExt as _;
use types::{Category, ManualClock, Position, Revision, Timestamp};

const STEPS: u64 = 250;
const STREAMS: u64 = 7;

struct Run<'a> {
    random: Random,
    clock: Arc<ManualClock>,
    dir: &'a Path,
    disk: SledLog,
    log: Log,
    model: Log,
    sent: Vec<Commit>,
}

fn open(dir: &Path, clock: &Arc<ManualClock>) -> SledLog {
    SledLog::open(dir, SledOptions::new(clock.clone())).unwrap()
}

impl Run<'_> {
    async fn step(&mut self) {
        match self.random.below(100) {
            0..45 => self.append_some().await,
            45..60 => self.retry().await,
            60..72 => self.read_a_stream().await,
            72..84 => self.read_all().await,
            84..90 => self.find().await,
            90..96 => self.follow().await,
            96..98 => self.clock.advance_seconds(self.random.below(100) as i64),
            _ => self.reopen().await,
        }
        let heads = (self.log.head().await.unwrap(), self.model.head().await.unwrap());
        assert_eq!(heads.0, heads.1);
    }

    async fn expectation(&mut self, stream: u64) -> Expected {
        let newest =
            self.model.read_stream(&crate::common::stream(stream), Direction::Backward, None, 1).await.unwrap();
        let current = newest.first().map(|event| event.revision);
        match self.random.below(11) {
            10 if let Some(last) = newest.first() => {
                let sent = self.sent.iter().find(|sent| sent.id == last.commit).expect("what stands was sent");
                let other = &self.sent[self.random.below(self.sent.len() as u64) as usize];
                let commit = if self.random.below(3) == 0 { other } else { sent };
                Expected::After { revision: last.revision, commit: commit.digest() }
            }
            0 => Expected::Any,
            1 => Expected::Exists,
            2 => Expected::NoStream,
            3 => Expected::Exact(Revision::new(self.random.below(50))),
            _ => current.map_or(Expected::NoStream, Expected::Exact),
        }
    }

    /// Several commits under way at once; the answers are those of one after the other.
    async fn append_some(&mut self) {
        let mut under_way = VecDeque::new();
        for _ in 0..=self.random.below(6) {
            let number = self.random.below(STREAMS);
            let size = match self.random.below(12) {
                0 => 1 + self.random.below(1_000),
                1 => 1 + self.random.below(260),
                _ => 1 + self.random.below(4),
            };
            let expected = self.expectation(number).await;
            let bytes =
                if self.random.below(15) == 0 { self.random.below(900_000 / size) } else { self.random.below(300) };
            let commit =
                crate::common::commit(&mut self.random, &stream(number), expected, size as usize, bytes as usize);
            self.sent.push(commit.clone());
            under_way.push_back(self.log.submit(commit.clone()).await.unwrap());
            let said = self.model.append(commit).await;
            // Some answers are not waited for before more is sent.
            if self.random.below(2) == 0 {
                self.answered(under_way.pop_front().unwrap().await, said).await;
            } else {
                self.answered(under_way.pop_back().unwrap().await, said).await;
            }
        }
    }

    async fn answered<T: std::fmt::Debug, E: std::fmt::Display>(&self, disk: Result<T, E>, model: Result<T, E>) {
        let said = [disk, model].map(|said| said.map(|t| format!("{t:?}")).map_err(|e| e.to_string()));
        assert_eq!(said[0], said[1]);
    }

    async fn retry(&mut self) {
        let Some(at) = self.random.below(self.sent.len() as u64 + 1).checked_sub(1) else { return };
        let mut commit = self.sent[at as usize].clone();
        if self.random.below(3) == 0 {
            commit.expected = Expected::Any;
        }
        match self.random.below(6) {
            0 => commit.events[0].data = "\"changed\"".into(),
            1 => commit.stream = stream(self.random.below(STREAMS)),
            _ => {}
        }
        let said = self.model.append(commit.clone()).await;
        self.answered(self.log.append(commit).await, said).await;
    }

    async fn read_a_stream(&mut self) {
        let stream = stream(self.random.below(STREAMS + 1));
        let direction = [Direction::Forward, Direction::Backward][self.random.below(2) as usize];
        let from = (self.random.below(3) > 0).then(|| Revision::new(self.random.below(3_000)));
        let limit = self.random.below(500) as usize;
        let disk = self.log.read_stream(&stream, direction, from, limit).await.unwrap();
        assert_eq!(disk, self.model.read_stream(&stream, direction, from, limit).await.unwrap());
    }

    async fn filter(&mut self) -> Filter {
        match self.random.below(4) {
            0 => Filter::stream(stream(self.random.below(STREAMS))),
            1 => Filter::categories([Category::declared("pear")]),
            2 => Filter { kinds: vec!["model.two.v1".into()], ..Filter::default() },
            _ => Filter::all(),
        }
    }

    async fn somewhere(&mut self) -> Position {
        let head = self.model.head().await.unwrap().get();
        Position::new(if self.random.below(4) == 0 { 0 } else { self.random.below(head + 1) })
    }

    async fn pages(&self, log: &Log, after: Position, filter: &Filter, limit: usize) -> Vec<Arc<Recorded>> {
        let (mut events, mut after) = (Vec::new(), after);
        loop {
            let page = log.read_all(after, filter, limit).await.unwrap();
            assert!(page.events.len() <= limit && (page.at_head || page.read_to > after));
            events.extend(page.events);
            after = page.read_to;
            if page.at_head {
                return events;
            }
        }
    }

    async fn read_all(&mut self) {
        let (after, filter) = (self.somewhere().await, self.filter().await);
        let limit = 1 + self.random.below(READ_EVENTS_MAX as u64) as usize;
        let disk = self.pages(&self.log, after, &filter, limit).await;
        assert_eq!(disk, self.pages(&self.model, after, &filter, READ_EVENTS_MAX).await);
    }

    async fn find(&mut self) {
        let Some(at) = self.random.below(self.sent.len() as u64 + 1).checked_sub(1) else { return };
        let (sent, other) = (&self.sent[at as usize], stream(self.random.below(STREAMS)));
        for stream in [&sent.stream, &other] {
            let disk = self.log.find_commit(stream, sent.id).await.unwrap().map(|found| found.events);
            assert_eq!(disk, self.model.find_commit(stream, sent.id).await.unwrap().map(|found| found.events));
        }
    }

    async fn follow(&mut self) {
        let (after, filter) = (self.somewhere().await, self.filter().await);
        let (mut follower, mut events) = (self.log.follow(after, filter.clone()), Vec::new());
        let reached = loop {
            match follower.next().await.unwrap().unwrap() {
                Followed::Event(event) => events.push(event),
                Followed::Checkpoint(_) => {}
                Followed::CaughtUp(position) => break position,
                Followed::Behind(position) => panic!("nobody writes, yet it fell behind at {position}"),
            }
        };
        assert_eq!(reached, self.model.head().await.unwrap());
        assert_eq!(events, self.pages(&self.model, after, &filter, READ_EVENTS_MAX).await);
    }

    async fn reopen(&mut self) {
        let before = self.disk.stats().unwrap();
        self.disk.close().await;
        self.disk = open(self.dir, &self.clock);
        self.log = Log::new(self.disk.clone());
        let after = self.disk.stats().unwrap();
        assert_eq!((before.events, before.streams, before.epoch), (after.events, after.streams, after.epoch));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_engine_says_what_the_model_says() {
    for seed in seeds([1, 2, 3]) {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
        let disk = open(dir.path(), &clock);
        let model = Log::new(MemoryLog::new(clock.clone()));
        let (log, sent) = (Log::new(disk.clone()), Vec::new());
        let mut run = Run { random: Random::new(seed), clock, dir: dir.path(), disk, log, model, sent };
        for _ in 0..STEPS {
            run.step().await;
        }
        run.reopen().await;
        let disk = run.pages(&run.log, Position::START, &Filter::all(), READ_EVENTS_MAX).await;
        assert_eq!(disk, run.pages(&run.model, Position::START, &Filter::all(), READ_EVENTS_MAX).await);
        run.disk.close().await;
    }
}
