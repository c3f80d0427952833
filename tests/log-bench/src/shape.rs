//! The shape of a log of any size, so that any process knows what stands in it without reading it.
//!
//! Four hundred threads are active at a time, and each gets about 25 events until, after ten thousand events, others take
//! their place. So any thread reads alike in a small and in a large log, and what differs is the size alone.

use types::CommitId;
use uuid::{Builder, Uuid};

use crate::{text::scramble, writers::Known};

/// How many threads are active at a time, and for how many events.
const ACTIVE: u64 = 400;
const ACTIVE_EVENTS: u64 = 10_000;
/// The moment from which ids are counted, in milliseconds since 1970; long ago, so that ids made now come after them.
const BEGAN: u64 = 1_700_000_000_000;
/// How many commits there are in a millisecond.
const IN_A_MILLISECOND: u64 = 100;

/// A UUID version 7: the `number`th of those that `kind` tells apart.
fn id(number: u64, kind: u8) -> Uuid {
    let mut bytes = [0; 10];
    bytes[1] = (number % IN_A_MILLISECOND) as u8;
    bytes[2..].copy_from_slice(&scramble(number).to_be_bytes());
    bytes[9] = kind;
    Builder::from_unix_timestamp_millis(BEGAN + number / IN_A_MILLISECOND, &bytes).into_uuid()
}

/// The id of the commit that holds the event of this number, counted from 0.
pub(crate) fn commit(number: u64) -> CommitId {
    CommitId::from_uuid(id(number, 1))
}

/// Which stream the event of this number is in.
pub(crate) fn stream_of(number: u64) -> u64 {
    number / ACTIVE_EVENTS * ACTIVE + scramble(number) % ACTIVE
}

/// The id of a stream.
pub(crate) fn stream(number: u64) -> Uuid {
    id(number, 2)
}

/// How many streams there may be in a log of so many events.
pub(crate) fn streams(events: u64) -> u64 {
    events.div_ceil(ACTIVE_EVENTS) * ACTIVE
}

/// The streams of a log of so many events, and how many events each has.
pub(crate) fn known(events: u64) -> Vec<Known> {
    let mut known: Vec<Known> = (0..streams(events)).map(|number| (stream(number), 0)).collect();
    (0..events).for_each(|number| known[stream_of(number) as usize].1 += 1);
    known.retain(|(_, events)| *events > 0);
    known
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const EVENTS: u64 = 25_000;

    #[test]
    fn no_id_comes_twice_and_later_ones_are_greater() {
        let ids: Vec<_> = (0..EVENTS).map(|number| commit(number).uuid()).collect();
        let streams: Vec<_> = (0..streams(EVENTS)).map(stream).collect();
        assert!(ids.is_sorted() && streams.is_sorted());
        assert_eq!(ids.iter().chain(&streams).collect::<HashSet<_>>().len(), ids.len() + streams.len());
    }

    #[test]
    fn every_event_has_its_place_in_a_stream() {
        let known = known(EVENTS);
        assert_eq!(known.iter().map(|(_, events)| events).sum::<u64>(), EVENTS);
        assert!(known.len() as u64 > streams(EVENTS) - ACTIVE);
    }
}
