//! Kind 1: a block of records. Its value begins with a header that is readable without unpacking the rest:
//!
//! format (1) · codec (1) · further parts (1) · events (4) · first position (8) · unpacked length (4) · chain before (32)
//! · chain after (32) · packed records
//!
//! A block is written with one section of records (format 1). Small ones are merged later (format 2); then the number of
//! events and the length of each section stand before its records.
//!
//! The chain's next value is the SHA-256 of a name, the value before, the first position, the number of events and the
//! unpacked records of a section: neither how they are packed nor what they are merged with is part of it.

use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use types::LogEpoch;

use super::{BadValue, Input, part, put_varint};

const KIND: u8 = 1;
/// One section, as it was written.
const FORMAT: u8 = 1;
/// Several sections, merged.
const MERGED_FORMAT: u8 = 2;
const HEADER_BYTES: usize = 83;
/// The most events in a block.
pub(in crate::engine) const BLOCK_EVENTS_MAX: usize = 256;
/// A block is closed when its unpacked records reach this; JSON is then packed to about a quarter.
pub(in crate::engine) const BLOCK_BYTES: usize = 128 * 1024;
/// No block unpacks to more than this: the largest commit, as one event, with its names.
const UNPACKED_BYTES_MAX: usize = 2 * 1024 * 1024;
const LEVEL: i32 = 1;

/// A value of the chain that runs through all blocks.
pub(in crate::engine) type Chain = [u8; 32];

/// How the records of a block are packed. The numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Codec {
    Plain = 0,
    Zstd = 1,
}

/// What a block says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::engine) struct Header {
    merged: bool,
    codec: Codec,
    pub(in crate::engine) parts: u8,
    pub(in crate::engine) count: u32,
    pub(in crate::engine) first: u64,
    unpacked_bytes: u32,
    pub(in crate::engine) before: Chain,
    pub(in crate::engine) after: Chain,
}

impl Header {
    /// The position of the block's last event.
    pub(in crate::engine) fn last(&self) -> u64 {
        self.first + u64::from(self.count) - 1
    }

    /// Whether the event at this position is in the block.
    pub(in crate::engine) fn holds(&self, position: u64) -> bool {
        self.first <= position && position <= self.last()
    }
}

/// Records that were written together, and the link of the chain that they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::engine) struct Section {
    pub(in crate::engine) first: u64,
    pub(in crate::engine) count: u32,
    pub(in crate::engine) before: Chain,
    pub(in crate::engine) after: Chain,
    /// They are shared with those of the block's other sections.
    pub(in crate::engine) records: Bytes,
}

impl Section {
    /// The position of the section's last event.
    pub(in crate::engine) fn last(&self) -> u64 {
        self.first + u64::from(self.count) - 1
    }
}

/// What the chain begins with: the epoch of the log's first life, so that it stays the same in a log that was restored.
pub(in crate::engine) fn genesis(origin: LogEpoch) -> Chain {
    Sha256::new().chain_update("erfa log 1").chain_update(origin.uuid().as_bytes()).finalize().into()
}

fn next(before: &Chain, first: u64, count: u32, records: &[u8]) -> Chain {
    Sha256::new()
        .chain_update("erfa block 1")
        .chain_update(before)
        .chain_update(first.to_be_bytes())
        .chain_update(count.to_be_bytes())
        .chain_update(records)
        .finalize()
        .into()
}

pub(in crate::engine) fn key(first: u64) -> [u8; 9] {
    let mut key = [KIND; 9];
    key[1..].copy_from_slice(&first.to_be_bytes());
    key
}

/// Packs blocks, one after the other. It keeps what packing needs, since making that anew costs as much as packing.
#[derive(Default)]
pub(in crate::engine) struct Packer {
    compressor: Option<zstd::bulk::Compressor<'static>>,
    packed: Vec<u8>,
}

impl Packer {
    /// The block of these records, as it is stored: its own value and its parts, as one. Also the chain after it.
    pub(in crate::engine) fn pack(
        &mut self,
        first: u64,
        count: u32,
        records: &[u8],
        before: Chain,
    ) -> (Vec<u8>, Chain) {
        let after = next(&before, first, count, records);
        (self.value(FORMAT, first, count, records, [before, after]), after)
    }

    /// The block of these sections, which follow each other, as it is stored. There is at least one, and together they
    /// are within the limits of a block.
    pub(in crate::engine) fn merge(&mut self, sections: &[Section]) -> Vec<u8> {
        let (begin, end) = (&sections[0], &sections[sections.len() - 1]);
        let mut records = Vec::with_capacity(sections.iter().map(|section| section.records.len() + 8).sum());
        for section in sections {
            put_varint(&mut records, u64::from(section.count));
            put_varint(&mut records, section.records.len() as u64);
            records.extend_from_slice(&section.records);
        }
        let count = sections.iter().map(|section| section.count).sum();
        self.value(MERGED_FORMAT, begin.first, count, &records, [begin.before, end.after])
    }

    fn value(&mut self, format: u8, first: u64, count: u32, records: &[u8], chain: [Chain; 2]) -> Vec<u8> {
        let (codec, packed) = match self.compress(records) {
            Some(packed) if packed.len() < records.len() => (Codec::Zstd, packed),
            _ => (Codec::Plain, records),
        };
        let mut value = Vec::with_capacity(HEADER_BYTES + packed.len());
        value.extend_from_slice(&[format, codec as u8, 0]);
        value.extend_from_slice(&count.to_be_bytes());
        value.extend_from_slice(&first.to_be_bytes());
        value.extend_from_slice(&(records.len() as u32).to_be_bytes());
        chain.iter().for_each(|chain| value.extend_from_slice(chain));
        value.extend_from_slice(packed);
        let parts = part::split(&value).1.len();
        value[2] = u8::try_from(parts).expect("the largest commit makes a handful of parts");
        value
    }

    /// The records, packed; `None` if zstd can't.
    fn compress(&mut self, records: &[u8]) -> Option<&[u8]> {
        if self.compressor.is_none() {
            self.compressor = zstd::bulk::Compressor::new(LEVEL).ok();
        }
        self.packed.clear();
        self.packed.reserve(zstd::zstd_safe::compress_bound(records.len()));
        self.compressor.as_mut()?.compress_to_buffer(records, &mut self.packed).ok()?;
        Some(&self.packed)
    }
}

/// Reads the header, and gives what follows it.
pub(in crate::engine) fn header(value: &[u8]) -> Result<(Header, &[u8]), BadValue> {
    let mut input = Input::new("a block", value);
    let format = input.byte()?;
    if !(FORMAT..=MERGED_FORMAT).contains(&format) {
        return Err(BadValue::Format { what: "a block", found: format, known: MERGED_FORMAT });
    }
    let codec = match input.byte()? {
        0 => Codec::Plain,
        1 => Codec::Zstd,
        _ => return Err(BadValue::Wrong("a block is packed in an unknown way")),
    };
    let (parts, count, first) = (input.byte()?, input.u32()?, input.u64()?);
    let header = Header {
        merged: format == MERGED_FORMAT,
        codec,
        parts,
        count,
        first,
        unpacked_bytes: input.u32()?,
        before: input.array()?,
        after: input.array()?,
    };
    if count == 0 || count as usize > BLOCK_EVENTS_MAX || first == 0 || first > u64::MAX / 2 {
        return Err(BadValue::Wrong("a block claims events that no block holds"));
    }
    if header.unpacked_bytes as usize > UNPACKED_BYTES_MAX {
        return Err(BadValue::Wrong("a block claims to unpack to more than any block does"));
    }
    Ok((header, &value[HEADER_BYTES..]))
}

/// The sections of a block, unpacked into no more memory than the header claims, and held against the chain.
pub(in crate::engine) fn unpack(header: &Header, packed: &[u8]) -> Result<Vec<Section>, BadValue> {
    let length = header.unpacked_bytes as usize;
    let records = match header.codec {
        Codec::Plain => packed.to_vec(),
        Codec::Zstd => zstd::bulk::decompress(packed, length).map_err(|error| BadValue::Packed(error.to_string()))?,
    };
    if records.len() != length {
        return Err(BadValue::Wrong("a block unpacks to another length than it claims"));
    }
    let sections = if header.merged {
        divide(header, &Bytes::from(records))?
    } else {
        let after = next(&header.before, header.first, header.count, &records);
        vec![Section {
            first: header.first,
            count: header.count,
            before: header.before,
            after,
            records: records.into(),
        }]
    };
    let end = sections.last().map(|section| (section.last(), section.after));
    if end == Some((header.last(), header.after)) {
        Ok(sections)
    } else {
        Err(BadValue::Wrong("a block does not hold what the chain says"))
    }
}

/// Divides the records of merged sections.
fn divide(header: &Header, records: &Bytes) -> Result<Vec<Section>, BadValue> {
    let (mut input, mut sections) = (Input::new("merged sections", records), Vec::new());
    let (mut first, mut before) = (header.first, header.before);
    while input.left() > 0 {
        let left = header.last() + 1 - first;
        let count = Some(input.varint()?).filter(|count| (1..=left).contains(count));
        let count = count.and_then(|count| u32::try_from(count).ok());
        let count = count.ok_or(BadValue::Wrong("a section claims events that its block does not hold"))?;
        let length = input.length()?;
        let records = records.slice_ref(input.take(length)?);
        let after = next(&before, first, count, &records);
        sections.push(Section { first, count, before, after, records });
        (first, before) = (first + u64::from(count), after);
    }
    Ok(sections)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_block_is_read_as_it_was_packed(
            first in 1..u64::MAX / 2, count in 1..=256_u32, records: Vec<u8>, before: [u8; 32]
        ) {
            let (value, after) = Packer::default().pack(first, count, &records, before);
            let (header, packed) = header(&value).unwrap();
            prop_assert_eq!((header.first, header.count, header.before, header.after), (first, count, before, after));
            let sections = unpack(&header, packed).unwrap();
            prop_assert_eq!(sections, [Section { first, count, before, after, records: records.into() }]);
        }

        #[test]
        fn merged_sections_are_read_as_they_were_written(
            first in 1..u64::MAX / 2, written in prop::collection::vec((1..=16_u32, any::<Vec<u8>>()), 1..16), begin: [u8; 32]
        ) {
            let (mut packer, mut next, mut before, mut sections) = (Packer::default(), first, begin, Vec::new());
            for (count, records) in written {
                let (value, after) = packer.pack(next, count, &records, before);
                let (header, packed) = header(&value).unwrap();
                sections.extend(unpack(&header, packed).unwrap());
                (next, before) = (next + u64::from(count), after);
            }
            let value = packer.merge(&sections);
            let (header, packed) = header(&value).unwrap();
            prop_assert_eq!((header.first, header.last() + 1, header.before, header.after), (first, next, begin, before));
            prop_assert_eq!(unpack(&header, packed).unwrap(), sections);
        }

        #[test]
        fn keys_are_in_order(a: u64, b: u64) {
            prop_assert_eq!(a.cmp(&b), key(a).cmp(&key(b)));
        }

        #[test]
        fn a_changed_byte_is_found_or_changes_nothing(merged: bool, at: prop::sample::Index, change in 1..=255_u8) {
            let records: Vec<u8> = (0..2_000_u32).map(|n| (n % 7) as u8).collect();
            let (mut value, after) = Packer::default().pack(5, 9, &records, [3; 32]);
            let (whole, packed) = header(&value).unwrap();
            let sections = unpack(&whole, packed).unwrap();
            if merged {
                value = Packer::default().merge(&sections);
            }
            let at = at.index(value.len());
            value[at] ^= change;
            if let Ok((header, packed)) = header(&value)
                && let Ok(unpacked) = unpack(&header, packed)
            {
                // A chain value that was changed shows at the block's neighbours.
                prop_assert!(unpacked == sections || header.after != after || header.before != [3; 32]);
                prop_assert_eq!((header.first, header.count), (5, 9));
            }
        }

        #[test]
        fn odd_bytes_never_panic(mut value: Vec<u8>, format in FORMAT..=MERGED_FORMAT, codec in 0..=1_u8, claimed: u32) {
            if value.len() > HEADER_BYTES {
                value[..2].copy_from_slice(&[format, codec]);
                value[15..19].copy_from_slice(&claimed.to_be_bytes());
            }
            let _ = header(&value).and_then(|(header, packed)| unpack(&header, packed));
        }
    }

    #[test]
    fn a_newer_format_is_named() {
        let (mut value, _) = Packer::default().pack(1, 1, b"records", [0; 32]);
        value[0] = MERGED_FORMAT + 1;
        let newer = BadValue::Format { what: "a block", found: MERGED_FORMAT + 1, known: MERGED_FORMAT };
        assert_eq!(header(&value), Err(newer));
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let (mut value, _) = Packer::default().pack(1, 1, &vec![0; 1_000_000], [0; 32]);
        assert!(value.len() < 1_000, "it is packed well");
        value[15..19].copy_from_slice(&1_000_u32.to_be_bytes());
        let (small, packed) = header(&value).unwrap();
        assert!(matches!(unpack(&small, packed), Err(BadValue::Packed(_))));
        value[15..19].copy_from_slice(&u32::MAX.to_be_bytes());
        assert!(matches!(header(&value), Err(BadValue::Wrong(_))));
    }
}
