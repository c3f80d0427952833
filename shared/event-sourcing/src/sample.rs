//! A small kind of stream, for the tests of this crate.

use bytes::Bytes;
use contracts::{Actor, Audience, DecodeError, EventDescriptor, EventSet, Meta, RequestDigest};
use serde::{Deserialize, Serialize};
use types::{Category, Timestamp};

use crate::Decider;

/// No stream may come to more.
pub(crate) const LIMIT: u64 = 1_000;

/// Adds numbers up to a limit. Every event says what the sum is with it, so that a decision on a wrong state shows.
pub(crate) struct Sum;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Added {
    pub(crate) number: u64,
    pub(crate) sum: u64,
}

/// To add this number.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Add(pub(crate) u64);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{sum} and {number} are too much")]
pub(crate) struct TooMuch {
    pub(crate) sum: u64,
    pub(crate) number: u64,
}

impl Decider for Sum {
    type State = u64;
    type Command = Add;
    type Event = Added;
    type Error = TooMuch;

    fn decide(sum: &u64, Add(number): &Add) -> Result<Vec<Added>, TooMuch> {
        match (*number, sum + number) {
            (0, _) => Ok(vec![]),
            (number, after) if after <= LIMIT => Ok(vec![Added { number, sum: after }]),
            (number, _) => Err(TooMuch { sum: *sum, number }),
        }
    }

    fn evolve(sum: u64, event: &Added) -> u64 {
        sum + event.number
    }
}

impl EventSet for Added {
    const CATEGORY: Category = Category::declared("sum");
    const DESCRIPTORS: &'static [EventDescriptor] = &[];

    fn event_type(&self) -> &'static str {
        "test.added.v1"
    }

    fn encode(&self) -> Bytes {
        serde_json::to_vec(self).unwrap().into()
    }

    fn decode(event_type: &str, data: &[u8]) -> Result<Option<Self>, DecodeError> {
        match event_type {
            "test.added.v1" => serde_json::from_slice(data)
                .map(Some)
                .map_err(|source| DecodeError { event_type: event_type.to_owned(), source }),
            _ => Ok(None),
        }
    }
}

/// Of a request with this command.
pub(crate) fn meta(command: Add) -> Meta {
    let actor = Actor::System { part: "test".into() };
    let meta = Meta::new(actor, Audience::System, Timestamp::UNIX_EPOCH);
    Meta { request: Some(RequestDigest::of("add", &command)), ..meta }
}
