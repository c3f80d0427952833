//! What the tests of the engine have in common: commits, and logs to spoil.

use std::{path::Path, sync::Arc};

use contracts::{Actor, Audience, Meta};
use types::{Category, CommitId, EventId, ManualClock, StreamId, Timestamp};
use uuid::Uuid;

use super::{SledOptions, store::Store};
use crate::{Commit, Expected, NewEvent};

pub(super) fn options() -> SledOptions {
    SledOptions::new(Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH)))
}

pub(super) fn stream(number: u128) -> StreamId {
    StreamId::new(Category::declared("apple"), Uuid::from_u128(number))
}

pub(super) fn id(number: u128) -> CommitId {
    CommitId::from_uuid(Uuid::from_u128(number << 64))
}

pub(super) fn commit(number: u128, stream: StreamId, events: u64) -> Commit {
    let event = |ordinal: u64| NewEvent {
        id: EventId::derived(id(number).uuid(), &ordinal.to_string()),
        kind: "tested.v1".into(),
        data: format!(r#"{{"number":{number},"ordinal":{ordinal}}}"#).into(),
    };
    let meta = Meta::new(Actor::System { part: "test".into() }, Audience::System, Timestamp::UNIX_EPOCH);
    let events = (0..events).map(event).collect();
    Commit { id: id(number), stream, expected: Expected::Any, meta, events }
}

/// Changes what is stored in a closed log.
pub(super) fn spoil(dir: &Path, change: impl FnOnce(&Store)) {
    let store = loop {
        match Store::open(&dir.join("db"), 1 << 20, Arc::new(std::fs::File::sync_data)) {
            Ok(store) => break store,
            Err(error) => assert!(error.to_string().contains("lock"), "{error}"),
        }
    };
    change(&store);
    store.make_durable().unwrap();
}
