//! A log that takes commits at once, but writes them only when it is told to: a slow disk under the test's control.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use event_log::{
    AppendError, Appended, Commit, Direction, EventLog, EventPage, Filter, Followed, MemoryLog, Pending, ReadError,
    Recorded, StoredCommit,
};
use futures_util::{FutureExt as _, future::BoxFuture, stream::BoxStream};
use tokio::{
    sync::{oneshot, watch},
    time::timeout,
};
use types::{CommitId, LogEpoch, ManualClock, Position, Revision, StreamId, Timestamp};

/// Far longer than anything takes that works.
const TIME_MAX: Duration = Duration::from_secs(20);

type Answer = oneshot::Sender<Result<Appended, AppendError>>;

/// Clones are handles on the same log.
#[derive(Clone)]
pub(crate) struct HeldLog(Arc<Inner>);

struct Inner {
    log: MemoryLog,
    queue: Mutex<VecDeque<(Commit, Answer)>>,
    /// How many commits wait, and how many were ever submitted.
    counts: watch::Sender<(usize, usize)>,
    /// Whether `submit` does not return, although it has taken the commit.
    stalled: AtomicBool,
}

impl HeldLog {
    pub(crate) fn new() -> Self {
        let log = MemoryLog::new(Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH)));
        let counts = watch::Sender::new((0, 0));
        Self(Arc::new(Inner { log, queue: Mutex::default(), counts, stalled: AtomicBool::new(false) }))
    }

    /// The log behind, which others write to at once.
    pub(crate) fn behind(&self) -> &MemoryLog {
        &self.0.log
    }

    pub(crate) fn stall(&self, stalled: bool) {
        self.0.stalled.store(stalled, Ordering::SeqCst);
    }

    /// How many commits were ever submitted.
    pub(crate) fn submitted(&self) -> usize {
        self.0.counts.borrow().1
    }

    /// How many commits wait to be written.
    pub(crate) fn waiting(&self) -> usize {
        self.0.counts.borrow().0
    }

    /// Waits until so many commits wait to be written.
    pub(crate) async fn until_waiting(&self, count: usize) {
        let mut counts = self.0.counts.subscribe();
        let enough = counts.wait_for(|(waiting, _)| *waiting >= count);
        assert!(timeout(TIME_MAX, enough).await.is_ok(), "only {} commits are under way", self.waiting());
    }

    /// Writes the oldest commit that waits.
    pub(crate) async fn write(&self) {
        let (commit, answer) = self.next();
        answer.send(self.0.log.append(commit).await).ok();
    }

    /// Writes everything that waits or comes, for as long as `work` takes.
    pub(crate) async fn write_during<T>(&self, work: impl Future<Output = T>) -> T {
        let write = async {
            loop {
                self.until_waiting(1).await;
                self.write().await;
            }
        };
        tokio::select! { done = work => done, () = write => unreachable!() }
    }

    /// Refuses the oldest commit that waits.
    pub(crate) fn refuse(&self, error: AppendError) {
        let (_, answer) = self.next();
        answer.send(Err(error)).ok();
    }

    fn next(&self) -> (Commit, Answer) {
        let next = self.0.queue.lock().unwrap().pop_front().expect("no commit waits");
        self.0.counts.send_modify(|(waiting, _)| *waiting -= 1);
        next
    }
}

impl EventLog for HeldLog {
    fn submit(&self, commit: Commit) -> BoxFuture<'_, Result<Pending, AppendError>> {
        async move {
            let (answer, answered) = oneshot::channel();
            self.0.queue.lock().unwrap().push_back((commit, answer));
            self.0.counts.send_modify(|(waiting, submitted)| (*waiting, *submitted) = (*waiting + 1, *submitted + 1));
            if self.0.stalled.load(Ordering::SeqCst) {
                std::future::pending::<()>().await;
            }
            Ok(Pending::new(async { answered.await.unwrap() }))
        }
        .boxed()
    }

    fn find_commit<'a>(
        &'a self,
        stream: &'a StreamId,
        id: CommitId,
    ) -> BoxFuture<'a, Result<Option<StoredCommit>, ReadError>> {
        self.0.log.find_commit(stream, id)
    }

    fn read_stream<'a>(
        &'a self,
        stream: &'a StreamId,
        direction: Direction,
        from: Option<Revision>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<Arc<Recorded>>, ReadError>> {
        self.0.log.read_stream(stream, direction, from, limit)
    }

    fn read_all<'a>(
        &'a self,
        after: Position,
        filter: &'a Filter,
        limit: usize,
    ) -> BoxFuture<'a, Result<EventPage, ReadError>> {
        self.0.log.read_all(after, filter, limit)
    }

    fn follow(&self, after: Position, filter: Filter) -> BoxStream<'static, Result<Followed, ReadError>> {
        self.0.log.follow(after, filter)
    }

    fn head(&self) -> BoxFuture<'_, Result<Position, ReadError>> {
        self.0.log.head()
    }

    fn epoch(&self) -> LogEpoch {
        self.0.log.epoch()
    }
}
