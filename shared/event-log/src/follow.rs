//! Following: read what is stored, then what comes, with one and the same loop, so that there is no seam.
//!
//! A follower pulls from the log at its own pace; the watch of the committed position says only that there is more. A
//! wake-up that comes late or is merged with another loses nothing, and nobody waits for a slow follower.

use std::collections::VecDeque;

use futures_util::{
    StreamExt as _,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use tokio::sync::watch;
use types::Position;

use crate::{EventPage, Filter, Followed, ReadError, room::Room};

/// The most events that a follower holds at a time. One that never reads holds none at all.
const FOLLOW_EVENTS_MAX: usize = 256;
/// A follower holds no more events when their payloads have so many bytes.
const FOLLOW_BYTES_MAX: usize = 1024 * 1024;
/// A follower that was live is behind when so many positions wait for it.
pub const FOLLOW_BEHIND_EVENTS: u64 = 8_192;

/// What a follower reads from.
pub(crate) trait Source: Send + Sync + 'static {
    fn page<'a>(
        &'a self,
        after: Position,
        filter: &'a Filter,
        room: Room,
    ) -> BoxFuture<'a, Result<EventPage, ReadError>>;
}

struct Follower<S> {
    source: S,
    committed: watch::Receiver<Position>,
    filter: Filter,
    /// Everything up to here was read.
    after: Position,
    /// What was read, and not taken yet.
    ready: VecDeque<Followed>,
    live: bool,
    ended: bool,
}

/// Follows `source`, which is readable up to `committed`, until the watch's sender is dropped.
pub(crate) fn follow<S: Source>(
    source: S,
    committed: watch::Receiver<Position>,
    after: Position,
    filter: Filter,
) -> BoxStream<'static, Result<Followed, ReadError>> {
    let follower = Follower::new(source, committed, after, filter);
    stream::unfold(follower, |mut follower| async move { follower.next().await.map(|item| (item, follower)) }).boxed()
}

impl<S: Source> Follower<S> {
    fn new(source: S, committed: watch::Receiver<Position>, after: Position, filter: Filter) -> Self {
        Self { source, committed, filter, after, ready: VecDeque::new(), live: false, ended: false }
    }

    async fn next(&mut self) -> Option<Result<Followed, ReadError>> {
        loop {
            if let Some(followed) = self.ready.pop_front() {
                return Some(Ok(followed));
            }
            if self.ended {
                return None;
            }
            let committed = *self.committed.borrow_and_update();
            if self.after >= committed {
                if !self.live {
                    self.live = true;
                    return Some(Ok(Followed::CaughtUp(self.after)));
                }
                if self.committed.changed().await.is_err() {
                    return None;
                }
                continue;
            }
            if self.live && committed.get() - self.after.get() > FOLLOW_BEHIND_EVENTS {
                self.live = false;
                return Some(Ok(Followed::Behind(self.after)));
            }
            let room = Room::of(FOLLOW_EVENTS_MAX).of_bytes(FOLLOW_BYTES_MAX);
            match self.source.page(self.after, &self.filter, room).await {
                Ok(page) if page.read_to > self.after => self.take(page),
                // Trying again would keep this thread busy for ever.
                Ok(_) => {
                    return Some(Err(self.end(ReadError::Damaged {
                        position: Position::new(self.after.get() + 1),
                        reason: "reading makes no progress".into(),
                    })));
                }
                Err(error) => return Some(Err(self.end(error))),
            }
        }
    }

    fn end(&mut self, error: ReadError) -> ReadError {
        self.ended = true;
        error
    }

    fn take(&mut self, page: EventPage) {
        let last = page.events.last().map(|event| event.position);
        self.ready.extend(page.events.into_iter().map(Followed::Event));
        if last != Some(page.read_to) {
            self.ready.push_back(Followed::Checkpoint(page.read_to));
        }
        self.after = page.read_to;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use contracts::{Actor, Audience, Meta};
    use futures_util::FutureExt as _;
    use types::{Category, CommitId, EventId, ManualClock, StreamId, Timestamp};
    use uuid::Uuid;

    use super::*;
    use crate::{COMMIT_BYTES_MAX, Commit, EventLog as _, Expected, MemoryLog, NewEvent};

    /// A log of which only the number of positions matters.
    struct Numbers;

    impl Source for Numbers {
        fn page<'a>(&'a self, after: Position, _: &'a Filter, _: Room) -> BoxFuture<'a, Result<EventPage, ReadError>> {
            let read_to = Position::new((after.get() / 1_000 + 1) * 1_000);
            async move { Ok(EventPage { events: Vec::new(), read_to, at_head: false }) }.boxed()
        }
    }

    #[tokio::test]
    async fn a_follower_that_is_far_behind_says_so_and_catches_up() {
        let committed = watch::Sender::new(Position::new(1_000));
        let mut follower = follow(Numbers, committed.subscribe(), Position::START, Filter::all());
        let mut heard = Vec::new();
        for head in [1_000, 2_000, 2_000 + FOLLOW_BEHIND_EVENTS, 12_000] {
            committed.send_replace(Position::new(head.next_multiple_of(1_000)));
            while let Some(Some(followed)) = follower.next().now_or_never() {
                heard.push(match followed.unwrap() {
                    Followed::Checkpoint(position) => format!("{position}"),
                    Followed::CaughtUp(position) => format!("caught up at {position}"),
                    Followed::Behind(position) => format!("behind at {position}"),
                    Followed::Event(event) => panic!("{event:?}"),
                });
            }
        }
        let catching_up: Vec<_> = (3..=11).map(|thousand: u64| (thousand * 1_000).to_string()).collect();
        let mut expected = vec!["1000", "caught up at 1000", "2000", "behind at 2000"];
        expected.extend(catching_up.iter().map(String::as_str));
        expected.extend(["caught up at 11000", "12000"]);
        assert_eq!(heard, expected);
        drop(committed);
        assert!(follower.next().await.is_none(), "it ends with the log");
    }

    #[tokio::test]
    async fn a_follower_that_stops_reading_holds_little() {
        let log = MemoryLog::new(Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH)));
        for (number, events, bytes) in
            [(1, 1_000, 10), (2, 1_000, 900), (3, 1, 900_000), (4, 1, 900_000), (5, 1, 900_000)]
        {
            let id = CommitId::from_uuid(Uuid::from_u128(number));
            let event = |ordinal: usize| NewEvent {
                id: EventId::derived(id.uuid(), &ordinal.to_string()),
                kind: "test.v1".into(),
                data: format!("\"{}\"", "x".repeat(bytes)).into(),
            };
            let meta = Meta::new(Actor::System { part: "test".into() }, Audience::System, Timestamp::UNIX_EPOCH);
            let stream = StreamId::new(Category::declared("apple"), Uuid::nil());
            let events = (0..events).map(event).collect();
            log.append(Commit { id, stream, expected: Expected::Any, meta, events }).await.unwrap();
        }
        let committed = watch::Sender::new(log.head().await.unwrap());
        let mut follower = Follower::new(log, committed.subscribe(), Position::START, Filter::all());
        let (mut events_most, mut bytes_most) = (0, 0);
        assert!(follower.ready.is_empty(), "one that never reads holds nothing");
        while !matches!(follower.next().await, Some(Ok(Followed::CaughtUp(_)))) {
            let held = follower.ready.iter().map(|followed| match followed {
                Followed::Event(event) => event.data.len(),
                _ => 0,
            });
            (events_most, bytes_most) = (events_most.max(held.len()), bytes_most.max(held.sum()));
        }
        // The one that was just handed over is held no more.
        assert_eq!(events_most, FOLLOW_EVENTS_MAX - 1);
        assert!((900_000..FOLLOW_BYTES_MAX + COMMIT_BYTES_MAX).contains(&bytes_most), "{bytes_most}");
    }
}
