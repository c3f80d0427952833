//! Kind 2: which blocks hold a stream's events.

use types::StreamId;
use uuid::Uuid;

use super::{BadValue, Input, put_varint};

const KIND: u8 = 2;
/// The most blocks that one value names.
pub(in crate::engine) const PLACES_MAX: usize = 1_024;

/// So many events of a stream, one after the other, in the block that begins at a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) struct Place {
    pub(in crate::engine) block: u64,
    /// The revision of the first.
    pub(in crate::engine) first: u64,
    pub(in crate::engine) count: u64,
}

/// What all keys of a stream begin with. No category contains a zero byte, so no stream's prefix is another's.
pub(in crate::engine) fn prefix(stream: &StreamId) -> Vec<u8> {
    let category = stream.category().as_bytes();
    let mut key = Vec::with_capacity(category.len() + 26);
    key.push(KIND);
    key.extend_from_slice(category);
    key.push(0);
    key.extend_from_slice(stream.id().as_bytes());
    key
}

pub(in crate::engine) fn key(stream: &StreamId, first: u64) -> Vec<u8> {
    let mut key = prefix(stream);
    key.extend_from_slice(&first.to_be_bytes());
    key
}

/// The first key that a stream may have, and the first that none has any more.
pub(in crate::engine) fn all() -> ([u8; 1], [u8; 1]) {
    ([KIND], [KIND + 1])
}

/// The stream that the key is of.
pub(in crate::engine) fn stream(key: &[u8]) -> Result<StreamId, BadValue> {
    let wrong = || BadValue::Wrong("a key of places names no stream");
    let category = key.get(1..).and_then(|rest| rest.split(|byte| *byte == 0).next()).ok_or_else(wrong)?;
    let mut input = Input::new("the key of places", &key[category.len() + 1..]);
    input.byte()?;
    let id = Uuid::from_bytes(input.array()?);
    input.u64()?;
    input.end()?;
    let category = std::str::from_utf8(category).map_err(|_| wrong())?;
    format!("{category}-{id}").parse().map_err(|_| wrong())
}

/// The first revision that the key names.
fn first(key: &[u8]) -> Result<u64, BadValue> {
    key.last_chunk().map(|bytes| u64::from_be_bytes(*bytes)).ok_or(BadValue::Short("the key of places"))
}

/// The value of places that follow each other without a gap.
pub(in crate::engine) fn encode(places: &[Place]) -> Vec<u8> {
    let mut value = Vec::with_capacity(places.len() * 4 + 8);
    let mut last = 0;
    for place in places {
        put_varint(&mut value, place.block - last);
        put_varint(&mut value, place.count);
        last = place.block;
    }
    value
}

pub(in crate::engine) fn decode(key: &[u8], value: &[u8]) -> Result<Vec<Place>, BadValue> {
    let mut input = Input::new("places", value);
    let (mut places, mut first, mut last) = (Vec::new(), first(key)?, 0_u64);
    let overflow = || BadValue::Wrong("places go beyond every position");
    while input.left() > 0 {
        let block = last.checked_add(input.varint()?).ok_or_else(overflow)?;
        let count = input.varint()?;
        if count == 0 {
            return Err(BadValue::Wrong("a place holds no events"));
        }
        places.push(Place { block, first, count });
        first = first.checked_add(count).ok_or_else(overflow)?;
        last = block;
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    prop_compose! {
        fn streams()(category in "[a-z]([a-z-]{0,6}[a-z])?", id in 0..5_u128) -> StreamId {
            format!("{category}-{}", Uuid::from_u128(id)).parse().unwrap()
        }
    }

    proptest! {
        #[test]
        fn places_are_read_as_they_were_written(
            stream in streams(), first in 0..u64::MAX / 2, steps in prop::collection::vec((1..10_000_u64, 1..256_u64), 1..40)
        ) {
            let (mut places, mut next, mut block) = (Vec::new(), first, 0);
            for (step, count) in steps {
                block += step;
                places.push(Place { block, first: next, count });
                next += count;
            }
            prop_assert_eq!(decode(&key(&stream, first), &encode(&places)).unwrap(), places);
        }

        #[test]
        fn no_stream_lies_among_anothers_keys(a in streams(), b in streams(), r: u64, s: u64) {
            prop_assert_eq!(key(&a, r).starts_with(&prefix(&b)), a == b);
            if a == b {
                prop_assert_eq!(r.cmp(&s), key(&a, r).cmp(&key(&b, s)));
            }
            prop_assert_eq!(stream(&key(&a, r)), Ok(a.clone()));
            let (first, end) = all();
            prop_assert!(first[..] < key(&a, r)[..] && key(&a, r)[..] < end[..]);
        }

        #[test]
        fn odd_bytes_never_panic(key: Vec<u8>, value: Vec<u8>) {
            let _ = (decode(&key, &value), stream(&key));
        }
    }
}
