//! Commits to check with, and ways to write and to follow.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use contracts::{Actor, Audience, Meta};
use futures_util::{StreamExt as _, stream::BoxStream};
use tokio::time::timeout;
use types::{Category, CommitId, EventId, Position, StreamId, Timestamp};
use uuid::Uuid;

use super::read;
use crate::{Appended, Commit, Expected, Followed, Log, NewEvent, ReadError, Recorded};

pub(super) const APPLE: Category = Category::declared("apple");
pub(super) const PEAR: Category = Category::declared("pear");

/// So many commits of a writer that does not wait for one before it sends the next are under way at once.
const UNDER_WAY_MAX: usize = 512;
/// Far longer than anything here takes: a follower that says nothing for so long has missed its wake-up.
const SILENCE_SECONDS_MAX: u64 = 60;

pub(super) fn stream(category: Category, number: u128) -> StreamId {
    StreamId::new(category, Uuid::from_u128(number))
}

/// An id with the form of a UUID version 7, so that engines which look at it see what they will meet.
pub(super) fn commit_id(number: u64) -> CommitId {
    let milliseconds = 1_700_000_000_000 + number / 4;
    let mut random = [0; 10];
    random[2..].copy_from_slice(&number.to_be_bytes());
    CommitId::from_uuid(uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid())
}

/// Ids of every kind that callers make: growing with time, derived from something, and of version 7 at no certain time,
/// as from a clock that jumps.
pub(super) fn any_id(number: u64) -> CommitId {
    let derived = CommitId::derived(Uuid::nil(), &number.to_string());
    match number % 3 {
        0 => commit_id(number),
        1 => derived,
        _ => CommitId::from_uuid(
            uuid::Builder::from_bytes(derived.uuid().into_bytes()).with_version(uuid::Version::SortRand).into_uuid(),
        ),
    }
}

/// A commit of so many events, of which each says which it is.
pub(super) fn commit(id: u64, stream: &StreamId, expected: Expected, events: usize) -> Commit {
    named(commit_id(id), id, stream, expected, events)
}

/// A commit with this id.
pub(super) fn named(id: CommitId, number: u64, stream: &StreamId, expected: Expected, events: usize) -> Commit {
    let event = |ordinal: usize| NewEvent {
        id: EventId::derived(id.uuid(), &ordinal.to_string()),
        kind: if ordinal.is_multiple_of(2) { "sample.even.v1".into() } else { "sample.odd.v1".into() },
        data: format!(r#"{{"commit":{number},"ordinal":{ordinal},"text":"åäö"}}"#).into(),
    };
    Commit {
        id,
        stream: stream.clone(),
        expected,
        meta: Meta::new(Actor::System { part: format!("sample {number}") }, Audience::Participants, moment(number)),
        events: (0..events).map(event).collect(),
    }
}

fn moment(number: u64) -> Timestamp {
    Timestamp::from_millisecond(1_700_000_000_000 + i64::try_from(number).unwrap_or(0)).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Writes one commit after the other, to two streams in turn.
pub(super) async fn write(log: &Log, ids: std::ops::Range<u64>, size: usize) {
    for id in ids {
        let stream = if id % 2 == 0 { stream(APPLE, 1) } else { stream(PEAR, 1) };
        log.append(commit(id, &stream, Expected::Any, size)).await.expect("it is taken");
    }
}

/// Writes many commits without waiting for each, and gives what they were answered.
pub(super) async fn write_many(log: &Log, commits: impl IntoIterator<Item = Commit>) -> Vec<Appended> {
    let (mut under_way, mut answers) = (VecDeque::new(), Vec::new());
    for commit in commits {
        under_way.push_back(log.submit(commit).await.expect("the queue takes it"));
        if under_way.len() == UNDER_WAY_MAX
            && let Some(oldest) = under_way.pop_front()
        {
            answers.push(oldest.await.expect("it is taken"));
        }
    }
    for pending in under_way {
        answers.push(pending.await.expect("it is taken"));
    }
    answers
}

pub(super) type Follower = BoxStream<'static, Result<Followed, ReadError>>;

/// What a follower hears next, which must come.
pub(super) async fn next(follower: &mut Follower) -> Followed {
    let item = timeout(Duration::from_secs(SILENCE_SECONDS_MAX), follower.next()).await;
    read(item.expect("a follower speaks when there is something to say").expect("a follower does not end"))
}

/// Reads until `to` was reached, and checks that progress never goes back.
pub(super) async fn until(follower: &mut Follower, from: Position, to: Position) -> Vec<Arc<Recorded>> {
    let (mut events, mut reached) = (Vec::new(), from);
    while reached < to {
        let now = match next(follower).await {
            Followed::Event(event) => {
                assert!(event.position > reached, "once, and in order");
                reached = event.position;
                events.push(event);
                continue;
            }
            Followed::Checkpoint(position) | Followed::CaughtUp(position) | Followed::Behind(position) => position,
        };
        assert!(now >= reached, "progress never goes back");
        reached = now;
    }
    events
}

/// Waits until a follower that has no more events before it says so.
pub(super) async fn caught_up(follower: &mut Follower) -> Position {
    loop {
        match next(follower).await {
            Followed::CaughtUp(position) => return position,
            Followed::Checkpoint(_) => {}
            other => unreachable!("expected to be caught up, heard {other:?}"),
        }
    }
}
