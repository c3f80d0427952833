//! Commits that say what they hold, so that whoever reads one can tell whether it is whole.

use contracts::{Actor, Audience, Meta};
use event_log::{Commit, Expected, NewEvent};
use power_cuts::Random;
use serde::{Deserialize, Serialize};
use types::{Category, CommitId, EventId, StreamId, Timestamp};
use uuid::Uuid;

/// The stream that everybody appends to. Each writer has one of its own besides.
pub(crate) const SHARED: u64 = 1_000;
const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// What an event says.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Data {
    /// Which event of the commit it is.
    pub(crate) ordinal: u64,
    /// How many there are.
    pub(crate) events: u64,
    /// How long the text is.
    pub(crate) letters: u64,
    text: String,
}

impl Data {
    /// What this event of the commit says. The text can't be packed well.
    pub(crate) fn of(commit: CommitId, ordinal: u64, events: u64, letters: u64) -> Self {
        let (high, low) = commit.uuid().as_u64_pair();
        let mut random = Random::new(high ^ low.rotate_left(7) ^ ordinal);
        let mut text = String::with_capacity(letters as usize);
        while text.len() < letters as usize {
            let number = random.next_number();
            let more = (letters as usize - text.len()).min(10);
            text.extend((0..more).map(|at| char::from(LETTERS[(number >> (at * 6)) as usize % 64])));
        }
        Self { ordinal, events, letters, text }
    }
}

pub(crate) fn stream(number: u64) -> StreamId {
    let category = if number == SHARED { Category::declared("shared") } else { Category::declared("own") };
    StreamId::new(category, Uuid::from_u128(number.into()))
}

/// The commit with this id, which says the same whenever it is made.
pub(crate) fn commit(id: CommitId, stream: &StreamId, expected: Expected, events: u64, letters: u64) -> Commit {
    let event = |ordinal: u64| NewEvent {
        id: EventId::derived(id.uuid(), &ordinal.to_string()),
        kind: "cut.v1".into(),
        data: serde_json::to_vec(&Data::of(id, ordinal, events, letters)).expect("it is plain data").into(),
    };
    let meta = Meta::new(Actor::System { part: "power cuts".into() }, Audience::System, Timestamp::UNIX_EPOCH);
    Commit { id, stream: stream.clone(), expected, meta, events: (0..events).map(event).collect() }
}
