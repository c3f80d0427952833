//! The messages that a segment of sled's file consists of.

use crate::engine::store::SEGMENT_BYTES;

/// sled begins no message with less room than this before the end of the segment.
const MESSAGE_HEADER_BYTES_MAX: usize = 32;
/// Kinds of messages: one that ends a segment, one that begins a batch, and the greatest.
const CAP: u8 = 2;
const BATCH: u8 = 3;
const KIND_MAX: u8 = 11;

/// The messages of a segment, up to the first that is not sound.
pub(super) struct Messages<'a> {
    segment: &'a [u8],
    number: u64,
    at: usize,
    capped: bool,
}

pub(super) struct Message<'a> {
    kind: u8,
    pub(super) payload: &'a [u8],
}

impl Message<'_> {
    pub(super) fn begins_batch(&self) -> bool {
        self.kind == BATCH
    }

    /// Whether it begins a batch whose last message lies beyond this end.
    pub(super) fn begins_torn_batch(&self, end: u64) -> bool {
        self.begins_batch() && u64_at(self.payload, 0).is_none_or(|last| last >= end)
    }
}

impl<'a> Messages<'a> {
    /// Those of the segment with this number, behind its header.
    pub(super) fn after(header_bytes: usize, segment: &'a [u8], number: u64) -> Self {
        Self { segment, number, at: header_bytes, capped: false }
    }

    /// Where the next would begin.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn walk(&mut self) -> Vec<Message<'a>> {
        let mut all = Vec::new();
        while let Some(message) = self.next() {
            all.push(message);
        }
        all
    }

    /// Whether no further message can follow in the segment.
    pub(super) fn is_full(&self) -> bool {
        self.capped || self.at + MESSAGE_HEADER_BYTES_MAX > SEGMENT_BYTES
    }

    pub(super) fn next(&mut self) -> Option<Message<'a>> {
        if self.is_full() {
            return None;
        }
        let message = self.segment.get(self.at..)?;
        let (crc, kind) = (u32_at(message, 0)?, *message.get(4)?);
        let mut header_bytes = 5;
        let mut number = || {
            let (number, bytes) = number(message.get(header_bytes..)?)?;
            header_bytes += bytes;
            Some(number)
        };
        let (length, segment, _page) = (number()?, number()?, number()?);
        let payload = message.get(header_bytes..)?.get(..usize::try_from(length).ok()?)?;
        let mut hash = crc32fast::Hasher::new();
        hash.update(payload);
        hash.update(&message[4..header_bytes]);
        if kind == 0 || kind > KIND_MAX || segment != self.number || !hash.finalize() != crc {
            return None;
        }
        self.capped = kind == CAP;
        self.at += header_bytes + payload.len();
        Some(Message { kind, payload })
    }
}

/// A number as sled writes it, and how many bytes it takes.
fn number(bytes: &[u8]) -> Option<(u64, usize)> {
    let rest = |count: usize| {
        let mut number = [0; 8];
        number[..count].copy_from_slice(bytes.get(1..=count)?);
        Some(u64::from_le_bytes(number))
    };
    Some(match *bytes.first()? {
        first @ 0..=240 => (first.into(), 1),
        first @ 241..=248 => (240 + 256 * (u64::from(first) - 241) + rest(1)?, 2),
        249 => (2_288 + 256 * u64::from(*bytes.get(1)?) + u64::from(*bytes.get(2)?), 3),
        first => (rest(usize::from(first) - 247)?, usize::from(first) - 246),
    })
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_are_read_as_sled_writes_them(value in prop_oneof![0..3_000_u64, any::<u64>(), 0..1_u64 << 40]) {
            // Written down from sled's `serialization.rs`.
            let bytes = value.to_le_bytes();
            let written = match value {
                0..=240 => vec![value as u8],
                241..=2_287 => vec![((value - 240) / 256 + 241) as u8, ((value - 240) % 256) as u8],
                2_288..=67_823 => vec![249, ((value - 2_288) / 256) as u8, ((value - 2_288) % 256) as u8],
                _ => {
                    let count = (8 - value.leading_zeros() as usize / 8).max(3);
                    [&[247 + count as u8], &bytes[..count]].concat()
                }
            };
            prop_assert_eq!(number(&written), Some((value, written.len())));
            prop_assert_eq!(number(&written[..written.len() - 1]), None);
        }

        #[test]
        fn odd_bytes_never_panic(segment: Vec<u8>, number: u64) {
            Messages::after(0, &segment, number).walk();
        }
    }
}
