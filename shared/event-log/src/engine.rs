//! The engine over sled: one writer, groups of commits packed into blocks, durable before they are acknowledged.
//!
//! A commit goes through `queue`, `writer`, `group` (what is admitted), `records` and `layout` (what is stored) to `store`
//! (sled), and then to the `ring` of the newest events, from which followers take it. Older events come through `read`
//! and `stored`. Each of these is understood from one file:
//!
//! | | |
//! |---|---|
//! | who writes, when it is durable, and who hears of it when | `writer` |
//! | what a commit is refused for, and what is a retry | `group` |
//! | a block, and the chain that runs through all of them | [`layout::block`](layout) |
//! | what may never change on disk, and where it is said in bytes | [`layout`], `layout/golden.rs` |
//! | the index: written late, made again at any time; small blocks are merged before | `index`, `merge` |
//! | mark and tip: how far the log surely went | `mark`, `tip` |
//! | opening, and what damage looks like | `open`, `examine` |
//! | a full disk, and taking commits again | `recover` |
//! | following | [`follow`](crate::follow) |
//! | backups, and logs made of them | `backup`, `build` |

mod answering;
mod backup;
mod build;
mod chain_value;
mod error;
mod examine;
mod group;
mod hex;
mod index;
pub(crate) mod layout;
mod loss;
mod mark;
mod marker;
mod merge;
mod open;
mod queue;
mod read;
mod records;
mod recover;
mod rehearse;
mod restore;
mod ring;
mod scan;
mod shared;
mod shown;
mod spare;
mod stats;
mod store;
mod stored;
mod tip;
mod verify;
mod writer;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;

use std::{fs::File, path::Path, sync::Arc};

use futures_util::{FutureExt as _, future::BoxFuture, stream::BoxStream};
use tokio::sync::watch;
use types::{Clock, CommitId, Ids, LogEpoch, Position, Revision, StreamId, SystemIds};

use self::{
    answering::Answering, marker::Marker, queue::Queue, recover::Recovery, shared::Shared, store::Store,
    verify::Verifying, writer::Writer,
};
pub use self::{
    backup::{Backup, BackupEnd, BackupError, LogIdentity, StoredBlock},
    build::BuildError,
    chain_value::{ChainValue, InvalidChainValue},
    error::OpenError,
    loss::{Accepted, Loss, LossError},
    restore::{RestoreError, Restored},
    stats::Stats,
    verify::{Verified, VerifyError},
};
use crate::{
    AppendError, Commit, Direction, EventLog, EventPage, Filter, Followed, Pending, ReadError, Recorded, StoredCommit,
    check::check,
    follow::{Source, follow},
    room::Room,
};

/// How a log is opened.
#[derive(Clone)]
pub struct SledOptions {
    /// Says when events were recorded.
    pub clock: Arc<dyn Clock>,
    /// Gives a new log its epoch.
    pub ids: Arc<dyn Ids>,
    /// How much of the database sled keeps in memory, in bytes.
    pub cache_bytes: u64,
    sync: store::Sync,
}

impl SledOptions {
    /// The usual ones, with this clock.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, ids: Arc::new(SystemIds), cache_bytes: 64 * 1024 * 1024, sync: Arc::new(File::sync_data) }
    }
}

/// A log in a directory of this machine, which this process holds alone. Clones are handles on the same log.
///
/// Close it with [`close`](Self::close): a log whose last handle is dropped closes behind the caller's back, and can't be
/// opened again until that is done.
#[derive(Clone)]
pub struct SledLog {
    queue: Queue,
    reader: Reader,
}

/// What reading needs. A follower holds this alone, so that it does not keep the log open.
#[derive(Clone)]
struct Reader(Arc<Shared>);

impl SledLog {
    /// Opens the log in this directory, and makes one if there is nothing. Blocks while it verifies what it finds.
    pub fn open(dir: &Path, options: SledOptions) -> Result<Self, OpenError> {
        let SledOptions { clock, ids, cache_bytes, sync } = options;
        let recovery = Recovery::new(cache_bytes, Arc::clone(&sync));
        let opened = open::open(dir, cache_bytes, sync, &*ids)?;
        describe_metrics();
        metrics::gauge!("erfa_log_read_only").set(0.0);
        let failed = |doing| move |source| OpenError::Io { dir: dir.to_owned(), doing, source };
        let (committed, readable) = watch::channel(Position::new(opened.tip.position));
        let shared = Shared::new(dir.to_owned(), (opened.epoch, opened.origin), opened.store, opened.late, readable);
        let shared = Arc::new(shared);
        let mark = mark::Mark { epoch: opened.epoch, position: opened.tip.position, chain: opened.tip.chain };
        let marker = Marker::start(dir.to_owned(), mark).map_err(failed("starting the thread of the mark"))?;
        let (queue, requests) = Queue::new();
        let writer = Writer {
            shared: Arc::clone(&shared),
            clock,
            committed,
            marker,
            chain: opened.tip.chain,
            answering: Answering::here(),
            recovery,
        };
        let run = move || writer.run(requests, opened.lock);
        std::thread::Builder::new().name("log-writer".into()).spawn(run).map_err(failed("starting the writer"))?;
        Ok(Self { queue, reader: Reader(shared) })
    }

    /// Finishes what was submitted, writes index and mark, and closes. Later appends and reads are answered that the log is
    /// closed, and followers end.
    pub async fn close(&self) {
        self.queue.close().await;
    }

    /// Why the log takes no commits, if it does not: what the disk said, and what to do. After a full disk it takes them
    /// again by itself when there is room.
    pub fn read_only(&self) -> Option<Arc<str>> {
        self.reader.0.read_only()
    }

    /// Walks through everything that is committed now, and says what there is, or what is wrong first and where.
    /// `progress` hears how far it is, and where that ends. Others read and write meanwhile.
    pub async fn verify(&self, progress: impl Fn(u64, u64) + Send + Sync) -> Result<Verified, VerifyError> {
        let mut verifying = self.reader.blocking(Verifying::begin).await?;
        loop {
            let (done, of) = verifying.progress();
            progress(done, of);
            let step = move |_: &Shared, store: &Store| Ok((verifying.step(store), verifying));
            let (ended, stepped) = self.reader.blocking(step).await?;
            if ended? {
                return Ok(stepped.verified(&self.reader.0));
            }
            verifying = stepped;
            tokio::task::yield_now().await;
        }
    }

    /// What there is in the log.
    pub fn stats(&self) -> std::io::Result<Stats> {
        stats::stats(&self.reader.0)
    }
}

fn describe_metrics() {
    metrics::describe_counter!("erfa_log_appends_total", "Commits that were written to the log");
    let seconds = metrics::Unit::Seconds;
    metrics::describe_histogram!("erfa_log_commit_seconds", seconds, "How long a group of commits took to be durable");
    metrics::describe_gauge!("erfa_log_read_only", "1 while the disk refuses and the log takes no commits");
}

impl EventLog for SledLog {
    fn submit(&self, commit: Commit) -> BoxFuture<'_, Result<Pending, AppendError>> {
        async move {
            let checked = check(commit)?;
            match self.reader.0.refusal() {
                Some(reason) => Err(AppendError::ReadOnly { reason }),
                None => self.queue.put(checked).await,
            }
        }
        .boxed()
    }

    fn find_commit<'a>(
        &'a self,
        stream: &'a StreamId,
        id: CommitId,
    ) -> BoxFuture<'a, Result<Option<StoredCommit>, ReadError>> {
        async move {
            let committed = self.reader.0.committed();
            let read = move |shared: &Shared, store: &Store| read::commit(shared, store, id, committed);
            let events = self.reader.blocking(read).await?;
            Ok(events.filter(|events| events[0].stream == *stream).map(|events| StoredCommit { events }))
        }
        .boxed()
    }

    fn read_stream<'a>(
        &'a self,
        stream: &'a StreamId,
        direction: Direction,
        from: Option<Revision>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<Arc<Recorded>>, ReadError>> {
        let (stream, from) = (stream.clone(), from.map(Revision::get));
        let read = move |shared: &Shared, store: &Store| read::stream(shared, store, &stream, direction, from, limit);
        self.reader.blocking(read).boxed()
    }

    fn read_all<'a>(
        &'a self,
        after: Position,
        filter: &'a Filter,
        limit: usize,
    ) -> BoxFuture<'a, Result<EventPage, ReadError>> {
        self.reader.page(after, filter, Room::of(limit)).boxed()
    }

    fn follow(&self, after: Position, filter: Filter) -> BoxStream<'static, Result<Followed, ReadError>> {
        follow(self.reader.clone(), self.reader.0.committed.clone(), after, filter)
    }

    fn head(&self) -> BoxFuture<'_, Result<Position, ReadError>> {
        async move { Ok(Position::new(self.reader.0.committed())) }.boxed()
    }

    fn epoch(&self) -> LogEpoch {
        self.reader.0.epoch
    }
}

impl Reader {
    /// Reads the store on a thread that may block.
    async fn blocking<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Shared, &Store) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, ReadError> {
        let turn = Arc::clone(&self.0.reads).acquire_owned().await;
        let shared = Arc::clone(&self.0);
        let outcome = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let store = shared.store();
            let store = store.as_ref().ok_or_else(|| {
                let reopening = !shared.is_closed();
                read::unavailable(if reopening { "the log is being opened again" } else { "the log is closed" })
            })?;
            read(&shared, store)
        });
        outcome.await.unwrap_or_else(|error| {
            if error.is_panic() {
                let reason = "the store has panicked while it was read".into();
                Err(ReadError::Damaged { position: Position::START, reason })
            } else {
                Err(read::unavailable("the program is stopping"))
            }
        })
    }
}

impl Reader {
    async fn page(&self, after: Position, filter: &Filter, room: Room) -> Result<EventPage, ReadError> {
        let (after, committed) = (after.get(), self.0.committed());
        if after >= committed {
            return Ok(EventPage { events: Vec::new(), read_to: Position::new(after), at_head: true });
        }
        if let Some(page) = self.0.ring().page(after, committed, filter, room) {
            return Ok(page);
        }
        let filter = filter.clone();
        self.blocking(move |_, store| read::all(store, committed, after, &filter, room)).await
    }
}

impl Source for Reader {
    fn page<'a>(
        &'a self,
        after: Position,
        filter: &'a Filter,
        room: Room,
    ) -> BoxFuture<'a, Result<EventPage, ReadError>> {
        async move {
            loop {
                match Self::page(self, after, filter, room).await {
                    // The disk is full, and sled refuses this page until it was opened again.
                    Err(ReadError::Unavailable { .. }) if self.0.read_only().is_some() && !self.0.is_closed() => {
                        self.0.recovered().await;
                    }
                    outcome => return outcome,
                }
            }
        }
        .boxed()
    }
}
