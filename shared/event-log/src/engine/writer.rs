//! The one thread that writes: it drains its queue into groups, makes each durable at once, and only then answers and
//! shows it to readers.

use std::{
    fs::File,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Instant,
};

use tokio::sync::{
    mpsc::{self, error::TryRecvError},
    oneshot, watch,
};
use types::{Clock, Position};

use super::{
    answering::Answering,
    examine::End,
    group::{Group, Heads},
    index::{UNINDEXED_EVENTS_MAX, Writing},
    layout::block::{Chain, Packer},
    mark::Mark,
    marker::Marker,
    merge::Span,
    queue::{Job, Request},
    records,
    recover::{Failure, Recovery, Waited},
    shared::Shared,
    shown::Kinds,
    store::{Store, StoreError},
};
use crate::{AppendError, Appended, event_log::millisecond};

/// A group takes no more commits when it has so many events or bytes.
const GROUP_EVENTS: usize = 1_024;
const GROUP_BYTES: usize = 1024 * 1024;
/// At least so many entries of the index are written between two groups.
const INDEX_WRITES_AT_ONCE: usize = 64;

/// What the writer starts with.
pub(super) struct Writer {
    pub(super) shared: Arc<Shared>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) committed: watch::Sender<Position>,
    pub(super) marker: Marker,
    pub(super) chain: Chain,
    pub(super) answering: Answering,
    pub(super) recovery: Recovery,
}

struct State {
    writer: Writer,
    heads: Heads,
    writing: Option<Writing>,
    kinds: Kinds,
    packer: Packer,
    /// The position of the last event that was written.
    head: u64,
    /// Up to which position the index has had its turn.
    paced: u64,
}

impl Writer {
    /// Writes until the queue is closed, then closes the log and lets go of its directory.
    pub(super) fn run(self, mut requests: mpsc::Receiver<Request>, lock: File) {
        let head = self.committed.borrow().get();
        let mut state = State {
            writer: self,
            heads: Heads::new(),
            writing: None,
            kinds: Kinds::default(),
            packer: Packer::default(),
            head,
            paced: head,
        };
        let mut closing = Vec::new();
        while let Some(request) = state.next(&mut requests) {
            match request {
                Request::Append(job) => {
                    let mut jobs = vec![*job];
                    drain(&mut requests, &mut jobs, &mut closing);
                    state.write(jobs);
                }
                Request::Close(done) => closing.push(done),
            }
            if !closing.is_empty() {
                // Who waits for room gets an error; what stands in the queue is still written.
                requests.close();
            }
        }
        state.close();
        // Not only closed: a process that this one is just starting may hold a copy of the file for a moment.
        let _ = lock.unlock();
        // Who closes waits for this.
        drop(requests);
        for done in closing {
            let _ = done.send(());
        }
    }
}

/// Takes what stands in the queue, until the group is full.
fn drain(requests: &mut mpsc::Receiver<Request>, jobs: &mut Vec<Job>, closing: &mut Vec<oneshot::Sender<()>>) {
    let size = |job: &Job| (job.checked.commit.events.len(), job.checked.bytes);
    let (mut events, mut bytes) = size(&jobs[0]);
    while events < GROUP_EVENTS && bytes < GROUP_BYTES {
        match requests.try_recv() {
            Ok(Request::Append(job)) => {
                let (more_events, more_bytes) = size(&job);
                (events, bytes) = (events + more_events, bytes + more_bytes);
                jobs.push(*job);
            }
            Ok(Request::Close(done)) => closing.push(done),
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => return,
        }
    }
}

impl State {
    /// The next request; writes the index while there is none.
    fn next(&mut self, requests: &mut mpsc::Receiver<Request>) -> Option<Request> {
        loop {
            if self.read_only().is_some() {
                match self.writer.recovery.wait(&self.writer.shared, self.mark(), requests) {
                    Waited::Request(request) => return request,
                    Waited::Recovered(end) => self.go_on(end),
                }
            }
            self.index(false);
            if self.writing.is_none() {
                return requests.blocking_recv();
            }
            match requests.try_recv() {
                Ok(request) => return Some(request),
                Err(TryRecvError::Disconnected) => return None,
                Err(TryRecvError::Empty) => {}
            }
        }
    }

    fn read_only(&self) -> Option<Arc<str>> {
        self.writer.shared.read_only()
    }

    /// Goes on after the log was opened again and ends here.
    fn go_on(&mut self, end: End) {
        (self.heads, self.writing) = (Heads::new(), None);
        (self.head, self.writer.chain) = (end.position, end.chain);
        self.writer.committed.send_replace(Position::new(end.position));
        self.writer.marker.durable(self.mark());
    }

    fn write(&mut self, jobs: Vec<Job>) {
        if let Some(reason) = self.writer.shared.refusal() {
            for job in jobs {
                let _ = job.answer.send(Err(AppendError::ReadOnly { reason: Arc::clone(&reason) }));
            }
            return;
        }
        let started = Instant::now();
        let shared = Arc::clone(&self.writer.shared);
        let store = shared.store();
        let Some(store) = &*store else { return };
        let mut group = Group::default();
        let written = catch_unwind(AssertUnwindSafe(|| {
            for job in jobs {
                group.add(job, &shared, store, &mut self.heads);
            }
            self.make_durable(store, &mut group)
        }));
        let failure = match written {
            Ok(Ok(durable)) => {
                group.answer(&durable, &self.writer.answering);
                metrics::counter!("erfa_log_appends_total").increment(durable.len() as u64);
                metrics::histogram!("erfa_log_commit_seconds").record(started.elapsed());
                return;
            }
            Ok(Err(error)) => error.into(),
            Err(_) => Failure::panicked("the writer"),
        };
        let reason = self.writer.recovery.refuse(&shared, failure);
        group.fail(&reason);
    }

    /// Writes what the group admits. When this returns, it survives a power cut and readers see it.
    fn make_durable(&mut self, store: &Store, group: &mut Group) -> Result<Vec<Appended>, StoreError> {
        let appended = group.appended(self.head + 1);
        let Some(last) = appended.last() else { return Ok(appended) };
        let recorded_at = millisecond(self.writer.clock.now());
        let plan = records::plan(&group.admitted);
        let (mut blocks, mut spans) = (Vec::with_capacity(plan.len()), Vec::with_capacity(plan.len()));
        let (mut first, mut chain) = (self.head + 1, self.writer.chain);
        for block in &plan {
            let (records, count) = records::encode(&group.admitted, block, recorded_at);
            let (value, after) = self.packer.pack(first, count, &records, chain);
            blocks.push((first, value));
            spans.push(Span { first, count, bytes: records.len() });
            first += u64::from(count);
            chain = after;
        }
        store.put_blocks(&blocks)?;
        store.make_durable()?;

        let shared = &self.writer.shared;
        let mut late = shared.late();
        for (block, span) in plan.iter().zip(spans) {
            late.fresh().add(span, records::runs(&group.admitted, block));
        }
        drop(late);
        let events = self.kinds.events(std::mem::take(&mut group.admitted), self.head + 1, recorded_at);
        let mut ring = self.writer.shared.ring_mut();
        events.into_iter().for_each(|event| ring.push(event));
        drop(ring);
        (self.head, self.writer.chain) = (last.position.get(), chain);
        self.writer.committed.send_replace(last.position);
        self.writer.marker.durable(self.mark());
        Ok(appended)
    }

    fn mark(&self) -> Mark {
        Mark { epoch: self.writer.shared.epoch, position: self.head, chain: self.writer.chain }
    }

    /// Writes some of the index, if there is enough for it; or all of it.
    fn index(&mut self, all: bool) {
        let shared = Arc::clone(&self.writer.shared);
        if self.read_only().is_some() {
            self.writing = None;
            return;
        }
        let store = shared.store();
        let Some(store) = &*store else { return };
        let came = self.head - std::mem::replace(&mut self.paced, self.head);
        debug_assert!(shared.late().unindexed() <= UNINDEXED_EVENTS_MAX, "what is not indexed stays within its limit");
        loop {
            if self.writing.is_none() {
                self.writing = shared.late().freeze(all);
            }
            let Some(writing) = &mut self.writing else { return };
            let writes = INDEX_WRITES_AT_ONCE.max(writing.share(came));
            let step = catch_unwind(AssertUnwindSafe(|| writing.step(store, writes)));
            let failure = match step {
                Ok(Ok(true)) => {
                    shared.late().written(writing);
                    self.writing = None;
                    None
                }
                Ok(Ok(false)) => None,
                Ok(Err(error)) => Some(error.into()),
                Err(_) => Some(Failure::panicked("writing the index")),
            };
            if let Some(failure) = failure {
                self.writer.recovery.refuse(&shared, failure);
            }
            if !all || self.read_only().is_some() {
                return;
            }
        }
    }

    /// Writes the index and the mark, and closes the store when the last reader has let go of it.
    fn close(mut self) {
        self.index(true);
        if let Some(store) = self.writer.shared.take_store() {
            if self.read_only().is_none()
                && let Err(error) = store.make_durable()
            {
                tracing::warn!(%error, "the log's index could not be written; it is made again when the log is opened");
            }
            store.discard();
        }
        self.writer.marker.close();
    }
}
