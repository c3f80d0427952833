//! Kind 0: what is said once about the whole log.

use types::LogEpoch;
use uuid::Uuid;

use super::{BadValue, Input, put_varint};

/// The key of the log's epoch.
pub(in crate::engine) const EPOCH: &[u8] = b"\x00epoch";
/// The key of the epoch of the log's first life, if that was another.
pub(in crate::engine) const ORIGIN: &[u8] = b"\x00origin";
/// The key of how far the index goes.
pub(in crate::engine) const INDEXED: &[u8] = b"\x00indexed";

/// The number of the index's format. Another one on disk means that the index is made again.
const INDEX_FORMAT: u8 = 1;

/// How far the index goes: everything up to `to` is found through kinds 2 and 4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::engine) struct Indexed {
    pub(in crate::engine) to: u64,
    /// How many streams begin up to there.
    pub(in crate::engine) streams: u64,
    /// The greatest commit id of version 7 up to there: greater ones need not be looked for.
    pub(in crate::engine) greatest: Uuid,
}

/// Reads an epoch or an origin.
pub(in crate::engine) fn epoch(value: &[u8]) -> Result<LogEpoch, BadValue> {
    let mut input = Input::new("the epoch", value);
    let uuid = Uuid::from_bytes(input.array()?);
    input.end().map(|()| LogEpoch::from_uuid(uuid))
}

impl Indexed {
    pub(in crate::engine) fn encode(&self) -> Vec<u8> {
        let mut value = vec![INDEX_FORMAT];
        put_varint(&mut value, self.to);
        put_varint(&mut value, self.streams);
        value.extend_from_slice(self.greatest.as_bytes());
        value
    }

    /// `None` if the index has another format.
    pub(in crate::engine) fn decode(value: &[u8]) -> Result<Option<Self>, BadValue> {
        let mut input = Input::new("the index's extent", value);
        if input.byte()? != INDEX_FORMAT {
            return Ok(None);
        }
        let indexed =
            Self { to: input.varint()?, streams: input.varint()?, greatest: Uuid::from_bytes(input.array()?) };
        input.end().map(|()| Some(indexed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_read_as_it_was_written(to: u64, streams: u64, greatest: u128) {
            let indexed = Indexed { to, streams, greatest: Uuid::from_u128(greatest) };
            prop_assert_eq!(Indexed::decode(&indexed.encode()).unwrap(), Some(indexed));
            let uuid = Uuid::from_u128(greatest);
            prop_assert_eq!(epoch(uuid.as_bytes()).unwrap(), LogEpoch::from_uuid(uuid));
        }

        #[test]
        fn odd_bytes_never_panic(value: Vec<u8>) {
            let _ = (Indexed::decode(&value), epoch(&value));
        }
    }

    #[test]
    fn an_index_of_another_format_is_made_again() {
        assert_eq!(Indexed::decode(&[99, 1, 2, 3]), Ok(None));
    }
}
