//! What a session did to its files, call by call, in the order in which it happened; and what it said in between.

use std::{io, path::Path};

/// One thing that happened. Paths are relative to the directory that is watched, whose own path is empty. Files are known
/// by the number of their inode, as it was then.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "path, inode, offset and length say what they are")]
pub enum Record {
    /// A file was made.
    Create { path: String, inode: u64 },
    /// A directory was made.
    Directory { path: String, inode: u64 },
    /// Bytes were written.
    Write { inode: u64, offset: u64, bytes: Vec<u8> },
    /// So many zeros were written.
    Zeros { inode: u64, offset: u64, length: u64 },
    /// A file was given this length.
    Resize { inode: u64, length: u64 },
    /// A file or a directory was synced: with `fdatasync`, if only its data.
    Sync { inode: u64, only_data: bool },
    /// A file got another name; a file that had it is gone.
    Rename { from: String, to: String },
    /// A file or an empty directory was removed.
    Remove { path: String },
    /// The session said something: a line of [`Said`](crate::Said).
    Said { line: String },
}

/// What is wrong with a trace.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// It could not be read.
    #[error("the trace can't be read: {0}")]
    Io(#[from] io::Error),
    /// It is not one.
    #[error("the trace is not well formed after record {0}")]
    Malformed(usize),
}

/// Everything that happened in a session.
pub type Trace = Vec<Record>;

/// How a record is written: what it is, three numbers, and two strings of bytes, each behind its length.
struct Shape<'a>(u8, [u64; 3], [&'a [u8]; 2]);

impl Record {
    fn shape(&self) -> Shape<'_> {
        match self {
            Self::Create { path, inode } => Shape(1, [*inode, 0, 0], [path.as_bytes(), b""]),
            Self::Directory { path, inode } => Shape(2, [*inode, 0, 0], [path.as_bytes(), b""]),
            Self::Write { inode, offset, bytes } => Shape(3, [*inode, *offset, 0], [bytes, b""]),
            Self::Zeros { inode, offset, length } => Shape(4, [*inode, *offset, *length], [b"", b""]),
            Self::Resize { inode, length } => Shape(5, [*inode, 0, *length], [b"", b""]),
            Self::Sync { inode, only_data } => Shape(6, [*inode, u64::from(*only_data), 0], [b"", b""]),
            Self::Rename { from, to } => Shape(7, [0; 3], [from.as_bytes(), to.as_bytes()]),
            Self::Remove { path } => Shape(8, [0; 3], [path.as_bytes(), b""]),
            Self::Said { line } => Shape(9, [0; 3], [line.as_bytes(), b""]),
        }
    }

    /// Appends the record as a trace holds it.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let Shape(tag, numbers, strings) = self.shape();
        out.push(tag);
        numbers.iter().for_each(|number| out.extend_from_slice(&number.to_le_bytes()));
        for string in strings {
            out.extend_from_slice(&(string.len() as u64).to_le_bytes());
            out.extend_from_slice(string);
        }
    }

    /// Takes the first record of what a trace holds.
    fn decode(input: &mut &[u8]) -> Option<Self> {
        let (tag, rest) = input.split_first()?;
        *input = rest;
        let [inode, second, third] = [number(input)?, number(input)?, number(input)?];
        let [bytes, other] = [string(input)?, string(input)?];
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
        Some(match tag {
            1 => Self::Create { path: text(bytes)?, inode },
            2 => Self::Directory { path: text(bytes)?, inode },
            3 => Self::Write { inode, offset: second, bytes: bytes.to_vec() },
            4 => Self::Zeros { inode, offset: second, length: third },
            5 => Self::Resize { inode, length: third },
            6 => Self::Sync { inode, only_data: second != 0 },
            7 => Self::Rename { from: text(bytes)?, to: text(other)? },
            8 => Self::Remove { path: text(bytes)? },
            9 => Self::Said { line: text(bytes)? },
            _ => return None,
        })
    }

    /// Reads a whole trace.
    pub(crate) fn read(path: &Path) -> Result<Trace, TraceError> {
        let bytes = std::fs::read(path)?;
        let (mut input, mut trace) = (&*bytes, Trace::new());
        while !input.is_empty() {
            trace.push(Self::decode(&mut input).ok_or(TraceError::Malformed(trace.len()))?);
        }
        Ok(trace)
    }
}

fn number(input: &mut &[u8]) -> Option<u64> {
    let (bytes, rest) = input.split_first_chunk()?;
    *input = rest;
    Some(u64::from_le_bytes(*bytes))
}

fn string<'a>(input: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(number(input)?).ok()?;
    let (bytes, rest) = input.split_at_checked(length)?;
    *input = rest;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_as_they_were_written() {
        let trace = vec![
            Record::Create { path: "a/b".into(), inode: 1 },
            Record::Directory { path: "a".into(), inode: 2 },
            Record::Write { inode: 3, offset: 4, bytes: vec![5; 600] },
            Record::Zeros { inode: 6, offset: 7, length: 8 },
            Record::Resize { inode: 9, length: 10 },
            Record::Sync { inode: 11, only_data: true },
            Record::Sync { inode: 11, only_data: false },
            Record::Rename { from: "å".into(), to: "ö".into() },
            Record::Remove { path: "a".into() },
            Record::Said { line: "it is open".into() },
        ];
        let mut bytes = Vec::new();
        trace.iter().for_each(|record| record.encode(&mut bytes));
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &bytes).unwrap();
        assert_eq!(Record::read(file.path()).unwrap(), trace);
        std::fs::write(file.path(), &bytes[..bytes.len() - 1]).unwrap();
        assert!(matches!(Record::read(file.path()), Err(TraceError::Malformed(9))));
    }
}
