//! What lies in a backup: a directory of files named by the first position that is in them (20 digits, `.erfa-log`).
//! Numbers are big-endian.
//!
//! A file begins with a header:
//!
//! magic (16) · format (4) · origin (16) · epoch (16) · first position (8) · chain before it (32) · SHA-256 of all that (32)
//!
//! and goes on with frames, one for each block:
//!
//! length (4) · the same with every bit turned (4) · the block as the log stores it, its parts joined
//!
//! A block says where it stands and carries the chain before and after it, so the blocks verify themselves and each
//! other across files. What was written last may be torn; everything before it must be right.
//!
//! **Architecture Invariant:** a backup that was ever written stays readable. A new format gets a new number.

use sha2::{Digest as _, Sha256};
use types::LogEpoch;
use uuid::Uuid;

use crate::engine::layout::{BadValue, Input, block::Chain};

const MAGIC: &[u8; 16] = b"erfa log backup\n";
/// The newest format of a file.
pub(super) const FORMAT: u32 = 1;
pub(super) const HEADER_BYTES: usize = 124;
const HEAD_BYTES: usize = 8;
/// No frame is longer: the largest block, hardly packed.
pub(super) const FRAME_BYTES_MAX: usize = 4 * 1024 * 1024;
const EXTENSION: &str = "erfa-log";
const DIGITS: usize = 20;

/// The name of the file that begins at this position.
pub(super) fn name(first: u64) -> String {
    format!("{first:0DIGITS$}.{EXTENSION}")
}

/// The position at which the file with this name begins, if it is one of a backup's.
pub(super) fn first(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(EXTENSION)?.strip_suffix('.')?;
    let plain = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

/// What a file says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) origin: LogEpoch,
    pub(super) epoch: LogEpoch,
    pub(super) first: u64,
    pub(super) before: Chain,
}

/// Why bytes are no header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadHeader {
    /// They end too early.
    Short,
    Newer(u32),
    Wrong,
}

impl Header {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER_BYTES);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&FORMAT.to_be_bytes());
        bytes.extend_from_slice(self.origin.uuid().as_bytes());
        bytes.extend_from_slice(self.epoch.uuid().as_bytes());
        bytes.extend_from_slice(&self.first.to_be_bytes());
        bytes.extend_from_slice(&self.before);
        let check = Sha256::digest(&bytes);
        bytes.extend_from_slice(&check);
        bytes
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, BadHeader> {
        let mut input = Input::new("a backup's header", bytes);
        if !bytes.starts_with(MAGIC) {
            return Err(if MAGIC.starts_with(bytes) { BadHeader::Short } else { BadHeader::Wrong });
        }
        let mut read = || -> Result<_, BadValue> {
            input.take(MAGIC.len())?;
            let format = input.u32()?;
            if format > FORMAT {
                return Ok(Err(BadHeader::Newer(format)));
            }
            let mut epoch = || input.array().map(|bytes| LogEpoch::from_uuid(Uuid::from_bytes(bytes)));
            let (origin, epoch) = (epoch()?, epoch()?);
            let header = Self { origin, epoch, first: input.u64()?, before: input.array()? };
            input.take(32).map(|_| if header.encode() == bytes { Ok(header) } else { Err(BadHeader::Wrong) })
        };
        read().unwrap_or(Err(BadHeader::Short))
    }
}

/// What stands before a block.
pub(super) fn head(length: usize) -> [u8; HEAD_BYTES] {
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    let mut head = [0; HEAD_BYTES];
    head[..4].copy_from_slice(&length.to_be_bytes());
    head[4..].copy_from_slice(&(!length).to_be_bytes());
    head
}

/// The length of the block that follows this head; `None` if it is none.
pub(super) fn length(head: [u8; HEAD_BYTES]) -> Option<usize> {
    let [a, b, c, d, ..] = head;
    let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).ok()?;
    (self::head(length) == head && (1..=FRAME_BYTES_MAX).contains(&length)).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    prop_compose! {
        fn headers()(origin: u128, epoch: u128, first: u64, before: [u8; 32]) -> Header {
            let epoch_of = |number| LogEpoch::from_uuid(Uuid::from_u128(number));
            Header { origin: epoch_of(origin), epoch: epoch_of(epoch), first, before }
        }
    }

    proptest! {
        #[test]
        fn a_header_is_read_as_it_was_written(header in headers()) {
            let bytes = header.encode();
            prop_assert_eq!(bytes.len(), HEADER_BYTES);
            prop_assert_eq!(Header::decode(&bytes), Ok(header));
        }

        #[test]
        fn a_changed_byte_is_found(header in headers(), at in 0..HEADER_BYTES, change in 1..=255_u8) {
            let mut bytes = header.encode();
            bytes[at] ^= change;
            prop_assert!(Header::decode(&bytes).is_err());
        }

        #[test]
        fn a_header_that_ends_early_is_found(header in headers(), length in 0..HEADER_BYTES) {
            prop_assert_eq!(Header::decode(&header.encode()[..length]), Err(BadHeader::Short));
        }

        #[test]
        fn a_newer_format_is_known_as_one(header in headers(), format in FORMAT + 1..) {
            let mut bytes = header.encode();
            bytes[16..20].copy_from_slice(&format.to_be_bytes());
            bytes.push(0);
            prop_assert_eq!(Header::decode(&bytes), Err(BadHeader::Newer(format)));
        }

        #[test]
        fn a_name_is_read_as_it_was_written(position: u64, odd in "\\PC*") {
            prop_assert_eq!(first(&name(position)), Some(position));
            prop_assert!(first(&odd).is_none() || odd.ends_with(EXTENSION));
        }

        #[test]
        fn a_length_is_read_as_it_was_written(length in 1..=FRAME_BYTES_MAX, bit in 0..64_usize) {
            let mut head = head(length);
            prop_assert_eq!(super::length(head), Some(length));
            head[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(super::length(head), None);
        }

        #[test]
        fn odd_bytes_never_panic(bytes: Vec<u8>, head: [u8; 8]) {
            let _ = (Header::decode(&bytes), length(head));
        }
    }

    #[test]
    fn names_are_in_the_order_of_positions() {
        assert_eq!(name(1), "00000000000000000001.erfa-log");
        assert!(name(9) < name(10) && name(u64::MAX).len() == name(0).len());
        assert_eq!(length([0; 8]), None, "what was never written is no head");
    }
}
