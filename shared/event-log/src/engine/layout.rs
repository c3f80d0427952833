//! What is stored, and what may never change. A log's directory holds
//!
//! | file | what it is |
//! |---|---|
//! | `format` | the number of the directory's format; a program that does not know it leaves everything as it is |
//! | `lock` | held by the one process that has the log |
//! | `db/` | sled's database: everything that was written |
//! | `mark`, `tip` | how far the log surely went ([`mark`](super::mark), [`tip`](super::tip)): text, with a check |
//! | `snapshots-aside/` | snapshots of sled's that could not be read, kept |
//!
//! In the database everything lies in one tree; keys are big-endian, and their first byte says what they are.
//!
//! | key | value |
//! |---|---|
//! | `0 · name` | [`root`]: epoch and origin, and how far the index goes |
//! | `1 · first position` | [`block`]: the records of one group of commits, packed |
//! | `2 · stream · first revision` | [`places`]: the blocks that hold the stream's events from there on |
//! | `4 · lowest commit id` | [`commits`]: where the commits with the ids from there on stand |
//! | `5 · first position · number` | [`part`]: what did not fit into a block's own value |
//!
//! Kind 3 was planned for numbers of streams and is not used: a stream's name is short enough to be its key.
//!
//! **Architecture Invariant:** the blocks alone are the truth. Kinds 2 and 4 can be made again from them.
//! **Architecture Invariant:** these numbers never change their meaning, nor do those in [`block`] and [`meta`], the
//! names that the chain begins its sums with, the texts of mark and tip, and the files of a [backup](super::backup). A new
//! format gets a new number, and the old one stays readable. `golden.rs` holds their bytes, and changes only by addition.

pub(super) mod block;
pub(super) mod commits;
pub(crate) mod meta;
pub(super) mod part;
pub(super) mod places;
pub(super) mod root;

/// Every stored value is at most this long, so that no message of sled's gets near a quarter of its segment.
pub(super) const VALUE_BYTES_MAX: usize = 240_000;

/// A stored value that is not what is stored under such a key.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(super) enum BadValue {
    #[error("a value of {0} ends too early")]
    Short(&'static str),
    #[error("a value of {0} is longer than what it holds")]
    Long(&'static str),
    #[error("a value of {what} has the format {found}, and this program knows up to {known}")]
    Format { what: &'static str, found: u8, known: u8 },
    #[error("{0}")]
    Wrong(&'static str),
    #[error("a block can't be unpacked: {0}")]
    Packed(String),
}

/// Appends a number in as few bytes as it needs: seven bits a byte, the lowest first.
pub(super) fn put_varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Bytes that are being read.
#[derive(Clone, Copy)]
pub(super) struct Input<'a> {
    what: &'static str,
    bytes: &'a [u8],
}

impl<'a> Input<'a> {
    pub(super) fn new(what: &'static str, bytes: &'a [u8]) -> Self {
        Self { what, bytes }
    }

    pub(super) fn left(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8], BadValue> {
        let (taken, left) = self.bytes.split_at_checked(length).ok_or(BadValue::Short(self.what))?;
        self.bytes = left;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], BadValue> {
        let (taken, left) = self.bytes.split_first_chunk().ok_or(BadValue::Short(self.what))?;
        self.bytes = left;
        Ok(*taken)
    }

    pub(super) fn byte(&mut self) -> Result<u8, BadValue> {
        self.array().map(|[byte]| byte)
    }

    pub(super) fn u32(&mut self) -> Result<u32, BadValue> {
        self.array().map(u32::from_be_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64, BadValue> {
        self.array().map(u64::from_be_bytes)
    }

    pub(super) fn varint(&mut self) -> Result<u64, BadValue> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(BadValue::Wrong("a number is longer than any number"))
    }

    /// A length or a count: of things of at least one byte, so never more than there are bytes left.
    pub(super) fn length(&mut self) -> Result<usize, BadValue> {
        let length = usize::try_from(self.varint()?).unwrap_or(usize::MAX);
        if length > self.left() { Err(BadValue::Short(self.what)) } else { Ok(length) }
    }

    /// The number of one of so many things.
    pub(super) fn below(&mut self, count: usize) -> Result<usize, BadValue> {
        let number = usize::try_from(self.varint()?).unwrap_or(usize::MAX);
        if number < count { Ok(number) } else { Err(BadValue::Wrong("a number stands for nothing")) }
    }

    pub(super) fn end(self) -> Result<(), BadValue> {
        if self.bytes.is_empty() { Ok(()) } else { Err(BadValue::Long(self.what)) }
    }
}

#[cfg(test)]
mod golden;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_number_is_read_as_it_was_written(number: u64, shift in 0..64) {
            let (number, mut out) = (number >> shift, Vec::new());
            put_varint(&mut out, number);
            let mut input = Input::new("a number", &out);
            prop_assert_eq!(input.varint().unwrap(), number);
            prop_assert!(input.end().is_ok());
        }

        #[test]
        fn odd_bytes_never_panic(bytes: Vec<u8>) {
            let mut input = Input::new("odd bytes", &bytes);
            while input.varint().is_ok() {}
            while input.length().is_ok() {}
        }
    }
}
