//! The streams that a log was filled with, and how long they are by now: noted beside the log from one child to the next.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use uuid::Uuid;

use crate::{shape, writers::Known};

/// An id and a length.
const ENTRY_BYTES: usize = 24;

fn file(dir: &Path) -> PathBuf {
    dir.with_extension("streams")
}

/// The streams of the log in this directory, which was filled with so many events.
pub(super) fn read(dir: &Path, events: u64) -> anyhow::Result<Vec<Known>> {
    let noted = match fs::read(file(dir)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(shape::known(events)),
        noted => noted?,
    };
    let known = |entry: &[u8]| {
        let (id, length) = entry.split_first_chunk()?;
        Some((Uuid::from_bytes(*id), u64::from_be_bytes(length.try_into().ok()?)))
    };
    noted.chunks(ENTRY_BYTES).map(|entry| known(entry).context("the note of the streams was cut off")).collect()
}

pub(super) fn note(dir: &Path, known: impl Iterator<Item = Known>) -> io::Result<()> {
    let entry = |(id, length): Known| [&id.as_bytes()[..], &length.to_be_bytes()].concat();
    fs::write(file(dir), known.flat_map(entry).collect::<Vec<u8>>())
}

pub(super) fn forget(dir: &Path) -> io::Result<()> {
    match fs::remove_file(file(dir)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
