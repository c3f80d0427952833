//! Commits to check with.

use contracts::{Actor, Audience, Meta};
use types::{Category, CommitId, EventId, StreamId, Timestamp};
use uuid::Uuid;

use crate::{Commit, Expected, NewEvent};

pub(super) const APPLE: Category = Category::declared("apple");
pub(super) const PEAR: Category = Category::declared("pear");

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

/// A commit of so many events, of which each says which it is.
pub(super) fn commit(id: u64, stream: &StreamId, expected: Expected, events: usize) -> Commit {
    let event = |ordinal: usize| NewEvent {
        id: EventId::derived(commit_id(id).uuid(), &ordinal.to_string()),
        kind: if ordinal.is_multiple_of(2) { "sample.even.v1".into() } else { "sample.odd.v1".into() },
        data: format!(r#"{{"commit":{id},"ordinal":{ordinal},"text":"åäö"}}"#).into(),
    };
    Commit {
        id: commit_id(id),
        stream: stream.clone(),
        expected,
        meta: Meta::new(Actor::System { part: format!("sample {id}") }, Audience::Participants, moment(id)),
        events: (0..events).map(event).collect(),
    }
}

fn moment(number: u64) -> Timestamp {
    Timestamp::from_millisecond(1_700_000_000_000 + i64::try_from(number).unwrap_or(0)).unwrap_or(Timestamp::UNIX_EPOCH)
}
