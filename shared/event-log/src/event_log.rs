//! The log's promises.

use std::{
    ops::Deref,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use futures_util::{FutureExt as _, future::BoxFuture, stream::BoxStream};
use types::{CommitId, LogEpoch, Position, Revision, StreamId, Timestamp};

use crate::{AppendError, Appended, Commit, Filter, ReadError, Recorded, StoredCommit};

/// An append-only log of commits.
///
/// What every engine promises, and what the conformance suite ([`crate::conformance`]) tests of each:
///
/// 1. **Durable before acknowledged.** [`append`](EventLog::append) answers only when the commit survives a power cut.
///    Readers and followers never see a commit that is not durable yet.
/// 2. **All or nothing.** A commit (1 to 1,000 events, one stream) is stored whole or not at all.
/// 3. **Gapless streams.** Revisions of a stream are 0, 1, 2 … without gaps. A commit that expects another revision
///    than the stream has writes nothing and answers with the current revision.
/// 4. **One order.** Positions over all streams only grow, in the order in which commits became durable, and never
///    become visible out of order. They need not be dense.
/// 5. **Once.** The same commit id with the same digest (stream, event ids, types and data) on the same stream answers
///    what it answered the first time, for ever, whatever it expects now, and only once the first is durable; with
///    another digest it is refused. Meta is no part of the digest: the first commit's stands.
/// 6. **Follow without gaps.** [`follow`](EventLog::follow) delivers every event after a position, once, in order, going
///    from stored to live without a seam; it says when it has caught up and when it falls behind, and reports progress
///    also when nothing matches its filter. A slow follower is never cut off and never makes writers wait.
/// 7. **Damage is found, not guessed.** A log that lost or changed acknowledged events refuses to open, and says what,
///    where and what to do. It never starts with fewer events than it once acknowledged.
/// 8. **Refusals are free of effect** and say whether a retry is safe ([`AppendError::may_retry`]).
pub trait EventLog: Send + Sync + 'static {
    /// Queues a commit. Commits of one caller are taken in the order in which their `submit` was completed, so that
    /// several can be under way on one stream, each expecting the one before it.
    ///
    /// The future is done when the commit stands in the writer's bounded queue; the [`Pending`] that it gives, when the
    /// commit is durable or refused. Dropping either does not take the commit back.
    fn submit(&self, commit: Commit) -> BoxFuture<'_, Result<Pending, AppendError>>;

    /// Writes a commit, and answers when it is durable.
    fn append(&self, commit: Commit) -> BoxFuture<'_, Result<Appended, AppendError>> {
        async move { self.submit(commit).await?.await }.boxed()
    }

    /// The commit with this id on this stream, if it is there and durable.
    fn find_commit<'a>(
        &'a self,
        stream: &'a StreamId,
        id: CommitId,
    ) -> BoxFuture<'a, Result<Option<StoredCommit>, ReadError>>;

    /// Up to `limit` (at most [`crate::READ_EVENTS_MAX`]) events of a stream: forward from `from` on, or backward from
    /// `from` down; `None` is the stream's end in that direction. Fewer when they are large
    /// ([`crate::READ_BYTES_MAX`]), and empty only when there is nothing more.
    fn read_stream<'a>(
        &'a self,
        stream: &'a StreamId,
        direction: Direction,
        from: Option<Revision>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<Arc<Recorded>>, ReadError>>;

    /// Up to `limit` (at most [`crate::READ_EVENTS_MAX`]) events after `after` that match, in order; fewer when they are
    /// large ([`crate::READ_BYTES_MAX`]).
    fn read_all<'a>(
        &'a self,
        after: Position,
        filter: &'a Filter,
        limit: usize,
    ) -> BoxFuture<'a, Result<EventPage, ReadError>>;

    /// Everything after `after` that matches, then what comes, for as long as the log is open. An error ends it.
    ///
    /// A follower that is not polled does nothing and holds nothing but what it has read and not handed over: a page of
    /// at most 256 events and about 1 MiB.
    fn follow(&self, after: Position, filter: Filter) -> BoxStream<'static, Result<Followed, ReadError>>;

    /// The position of the last durable event; [`Position::START`] in an empty log.
    fn head(&self) -> BoxFuture<'_, Result<Position, ReadError>>;

    /// Which life of the log this is. A cursor of another epoch means nothing here.
    fn epoch(&self) -> LogEpoch;
}

/// Which way to read a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Oldest first.
    Forward,
    /// Newest first.
    Backward,
}

/// What a read of the whole log gave.
#[derive(Clone, Debug)]
pub struct EventPage {
    /// The events that matched, in order.
    pub events: Vec<Arc<Recorded>>,
    /// How far the log was read: nothing that matches lies between `after` and here but `events`.
    pub read_to: Position,
    /// Whether `read_to` was the log's head when it was read.
    pub at_head: bool,
}

/// What a follower hears.
#[derive(Clone, Debug)]
pub enum Followed {
    /// The next event that matches.
    Event(Arc<Recorded>),
    /// Everything up to here was read, and nothing (more) in it matched.
    Checkpoint(Position),
    /// Everything durable was delivered, up to here; what follows is live.
    CaughtUp(Position),
    /// New events came faster than they were taken; catching up again from here. A `CaughtUp` will follow.
    Behind(Position),
}

/// A commit under way: done when it is durable or refused.
pub struct Pending(BoxFuture<'static, Result<Appended, AppendError>>);

impl Pending {
    /// A commit whose outcome `outcome` will say.
    pub fn new(outcome: impl Future<Output = Result<Appended, AppendError>> + Send + 'static) -> Self {
        Self(outcome.boxed())
    }
}

impl Future for Pending {
    type Output = Result<Appended, AppendError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll_unpin(cx)
    }
}

/// A cheap handle on a log, whatever its engine.
#[derive(Clone)]
pub struct Log(Arc<dyn EventLog>);

impl Log {
    /// A handle on this log.
    pub fn new(log: impl EventLog) -> Self {
        Self(Arc::new(log))
    }
}

impl Deref for Log {
    type Target = dyn EventLog;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

/// The moment, to the millisecond that the log keeps.
pub(crate) fn millisecond(moment: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(moment.as_millisecond()).unwrap_or(moment)
}
