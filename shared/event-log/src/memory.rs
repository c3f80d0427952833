//! A log in memory: for tests, and the measure that other engines are compared with.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures_util::{FutureExt as _, future::BoxFuture, stream::BoxStream};
use tokio::sync::watch;
use types::{Clock, CommitId, LogEpoch, Position, Revision, StreamId};
use uuid::Uuid;

use crate::{
    AppendError, Appended, Commit, CommitDigest, Direction, EventLog, EventPage, Filter, Followed, Pending,
    READ_EVENTS_MAX, ReadError, Recorded, StoredCommit,
    check::{Checked, check, is_same},
    event_log::millisecond,
    follow::{Source, follow},
    room::Room,
};

/// A log that keeps every promise but durability. Clones are handles on the same log.
#[derive(Clone)]
pub struct MemoryLog(Arc<Inner>);

struct Inner {
    clock: Arc<dyn Clock>,
    epoch: LogEpoch,
    state: Mutex<State>,
    committed: watch::Sender<Position>,
}

#[derive(Default)]
struct State {
    /// The event at position `n` stands at `n - 1`.
    events: Vec<Arc<Recorded>>,
    /// Where each stream's events stand in `events`, by revision.
    streams: HashMap<StreamId, Vec<usize>>,
    /// Where each commit's events begin in `events`, and how many they are.
    commits: HashMap<CommitId, (usize, usize)>,
}

impl MemoryLog {
    /// An empty log. Its epoch is always the same, so that tests repeat exactly.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self::with_epoch(clock, LogEpoch::derived(Uuid::nil(), "memory"))
    }

    /// An empty log of this epoch.
    pub fn with_epoch(clock: Arc<dyn Clock>, epoch: LogEpoch) -> Self {
        let committed = watch::Sender::new(Position::START);
        Self(Arc::new(Inner { clock, epoch, state: Mutex::default(), committed }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, commit: Commit) -> Result<Appended, AppendError> {
        let Checked { commit, .. } = check(commit)?;
        let mut state = self.state();
        if let Some(stored) = state.commit(commit.id) {
            return match is_same(&commit, stored.iter().map(|event| &**event)) {
                true => Ok(Appended::of(stored)),
                false => Err(AppendError::CommitIdReused(commit.id)),
            };
        }
        let length = state.streams.get(&commit.stream).map_or(0, Vec::len) as u64;
        let current = length.checked_sub(1).map(Revision::new);
        let is_after = |after| state.last(&commit.stream).map(CommitDigest::of_stored) == Some(after);
        if !commit.expected.accepts(current) || !commit.expected.after().is_none_or(is_after) {
            return Err(AppendError::WrongRevision { stream: commit.stream, current });
        }
        let appended = state.push(commit, Revision::new(length), millisecond(self.0.clock.now()));
        // Under the lock, so that the position never moves back.
        self.0.committed.send_replace(appended.position);
        Ok(appended)
    }
}

impl State {
    fn commit(&self, id: CommitId) -> Option<&[Arc<Recorded>]> {
        self.commits.get(&id).map(|&(first, count)| &self.events[first..first + count])
    }

    /// The last commit of a stream.
    fn last(&self, stream: &StreamId) -> Option<&[Arc<Recorded>]> {
        let last = self.streams.get(stream)?.last()?;
        self.commit(self.events[*last].commit)
    }

    fn push(&mut self, commit: Commit, first: Revision, recorded_at: types::Timestamp) -> Appended {
        let (begin, count) = (self.events.len(), commit.events.len());
        let meta = Arc::new(commit.meta);
        let revisions = self.streams.entry(commit.stream.clone()).or_default();
        for (ordinal, event) in (0..).zip(commit.events) {
            revisions.push(self.events.len());
            self.events.push(Arc::new(Recorded {
                position: Position::new(self.events.len() as u64 + 1),
                stream: commit.stream.clone(),
                revision: first.plus(ordinal),
                recorded_at,
                commit: commit.id,
                id: event.id,
                kind: event.kind.into(),
                data: event.data,
                meta: meta.clone(),
            }));
        }
        self.commits.insert(commit.id, (begin, count));
        Appended::of(&self.events[begin..])
    }

    fn page(&self, after: Position, filter: &Filter, mut room: Room) -> EventPage {
        let head = self.events.len();
        let start = usize::try_from(after.get()).unwrap_or(usize::MAX);
        let mut page = EventPage { events: Vec::new(), read_to: after, at_head: start >= head };
        for event in self.events.iter().skip(start).take(READ_EVENTS_MAX) {
            if room.is_full() {
                return page;
            }
            if filter.matches(event) {
                room.take(event);
                page.events.push(event.clone());
            }
            page.read_to = event.position;
        }
        page.at_head = page.read_to.get() >= head as u64;
        page
    }
}

impl EventLog for MemoryLog {
    fn submit(&self, commit: Commit) -> BoxFuture<'_, Result<Pending, AppendError>> {
        async move {
            let outcome = self.write(commit);
            Ok(Pending::new(std::future::ready(outcome)))
        }
        .boxed()
    }

    fn find_commit<'a>(
        &'a self,
        stream: &'a StreamId,
        id: CommitId,
    ) -> BoxFuture<'a, Result<Option<StoredCommit>, ReadError>> {
        async move {
            let events = self.state().commit(id).map(<[_]>::to_vec);
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
        async move {
            let state = self.state();
            let revisions = state.streams.get(stream).map_or(&[][..], Vec::as_slice);
            let from = from.map(|revision| usize::try_from(revision.get()).unwrap_or(usize::MAX));
            let mut room = Room::of(limit);
            let fits = |event: &Arc<Recorded>| {
                let fits = !room.is_full();
                room.take(event);
                fits
            };
            let event = |at: &usize| state.events[*at].clone();
            Ok(match direction {
                Direction::Forward => revisions.iter().skip(from.unwrap_or(0)).map(event).take_while(fits).collect(),
                Direction::Backward => {
                    let length = from.map_or(revisions.len(), |from| revisions.len().min(from.saturating_add(1)));
                    revisions[..length].iter().rev().map(event).take_while(fits).collect()
                }
            })
        }
        .boxed()
    }

    fn read_all<'a>(
        &'a self,
        after: Position,
        filter: &'a Filter,
        limit: usize,
    ) -> BoxFuture<'a, Result<EventPage, ReadError>> {
        async move { Ok(self.state().page(after, filter, Room::of(limit))) }.boxed()
    }

    fn follow(&self, after: Position, filter: Filter) -> BoxStream<'static, Result<Followed, ReadError>> {
        follow(self.clone(), self.0.committed.subscribe(), after, filter)
    }

    fn head(&self) -> BoxFuture<'_, Result<Position, ReadError>> {
        async move { Ok(*self.0.committed.borrow()) }.boxed()
    }

    fn epoch(&self) -> LogEpoch {
        self.0.epoch
    }
}

impl Source for MemoryLog {
    fn page<'a>(
        &'a self,
        after: Position,
        filter: &'a Filter,
        room: Room,
    ) -> BoxFuture<'a, Result<EventPage, ReadError>> {
        async move { Ok(self.state().page(after, filter, room)) }.boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Expected, Log, NewEvent, conformance};
    use contracts::{Actor, Audience, Meta};
    use futures_util::StreamExt as _;
    use types::{Category, EventId, ManualClock, Timestamp};

    const A: Category = Category::declared("a");

    fn log() -> Log {
        Log::new(MemoryLog::new(Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH))))
    }

    fn commit(id: u128, stream: u128, expected: Expected, events: usize) -> Commit {
        let id = CommitId::from_uuid(Uuid::from_u128(id));
        let event = |n: usize| NewEvent {
            id: EventId::derived(id.uuid(), &n.to_string()),
            kind: "test.v1".into(),
            data: format!("{n}").into(),
        };
        Commit {
            id,
            stream: StreamId::new(A, Uuid::from_u128(stream)),
            expected,
            meta: Meta::new(Actor::System { part: "test".into() }, Audience::System, Timestamp::UNIX_EPOCH),
            events: (0..events).map(event).collect(),
        }
    }

    struct Memory;

    impl conformance::Engine for Memory {
        async fn open(&mut self) -> Log {
            log()
        }

        async fn reopen(&mut self) -> Option<Log> {
            None
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn it_keeps_its_promises() {
        conformance::suite(|| Memory).await;
    }

    #[tokio::test]
    async fn commits_stand_in_order_and_retries_write_nothing() {
        let log = log();
        let first = log.append(commit(1, 1, Expected::NoStream, 2)).await.unwrap();
        assert_eq!(first.last_revision, Revision::new(1));
        let refused = log.append(commit(2, 1, Expected::NoStream, 1)).await.unwrap_err();
        assert!(matches!(refused, AppendError::WrongRevision { current: Some(r), .. } if r == first.last_revision));
        assert_eq!(log.append(commit(1, 1, Expected::Exists, 2)).await.unwrap(), first);
        assert!(matches!(log.append(commit(1, 1, Expected::Any, 1)).await, Err(AppendError::CommitIdReused(_))));
        assert_eq!(log.head().await.unwrap(), first.position);
    }

    #[tokio::test]
    async fn a_follower_goes_from_stored_to_live() {
        let log = log();
        log.append(commit(1, 1, Expected::NoStream, 2)).await.unwrap();
        let mut follower = log.follow(Position::START, Filter::all());
        assert!(matches!(follower.next().await, Some(Ok(Followed::Event(_)))));
        assert!(matches!(follower.next().await, Some(Ok(Followed::Event(_)))));
        assert!(matches!(follower.next().await, Some(Ok(Followed::CaughtUp(_)))));
        log.append(commit(2, 2, Expected::NoStream, 1)).await.unwrap();
        assert!(
            matches!(follower.next().await, Some(Ok(Followed::Event(e))) if e.position == log.head().await.unwrap())
        );
    }
}
