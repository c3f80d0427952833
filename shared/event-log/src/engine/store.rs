//! The only file that speaks to sled. Everything here blocks.

mod blocks;
mod walk;

use std::{
    fs::File,
    io,
    ops::{Bound, RangeInclusive},
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use types::{CommitId, LogEpoch, StreamId};
use uuid::Uuid;

use super::{
    layout::{
        BadValue,
        block::{self, Header, Section},
        commits, part,
        places::{self, PLACES_MAX, Place},
        root::{self, Indexed},
    },
    merge::Span,
};

/// How the file of sled's is made durable: as `File::sync_data` does.
pub(super) type Sync = Arc<dyn Fn(&File) -> io::Result<()> + Send + std::marker::Sync>;

/// One sync must never cover more than one segment, so this is far above what a group can be.
///
/// sled takes for durable what it has handed to the system. It gives up a segment when what that held is written again
/// elsewhere, and overwrites it when it comes to need another one: if both happen between two syncs, a power cut may leave
/// neither the old nor the new.
pub(super) const SEGMENT_BYTES: usize = 16 * 1024 * 1024;
/// So much may sled write of the index between two syncs: a segment has room for that, for a merge, and for a group.
pub(super) const UNSYNCED_BYTES_MAX: usize = 4 * 1024 * 1024;
/// At most so often is what was put written on the whole, with its neighbours.
const REWRITTEN: usize = 8;
/// What an entry costs beside its key and value.
const ENTRY_BYTES: usize = 64;
/// What sled may write when an entry of the index is taken away: some of its neighbours.
const REMOVED_BYTES: usize = 16 * 1024;
/// sled evicts only after so many accesses, so a large value is touched a few times after it was read.
const TOUCHES: usize = 8;

/// The most commit ids that are added to the index in one step.
const COMMITS_AT_ONCE: usize = 1_024;

/// What sled, the disk or the stored bytes refused.
#[derive(Debug, thiserror::Error)]
pub(super) enum StoreError {
    #[error("the store can't be read or written: {0}")]
    Sled(#[from] sled::Error),
    #[error("the store can't be made durable: {0}")]
    Sync(#[source] io::Error),
    #[error(transparent)]
    Bad(#[from] BadValue),
    #[error("the block at position {0} lacks a part")]
    PartMissing(u64),
}

/// A block, unpacked and held against the chain.
pub(super) struct Block {
    pub(super) header: Header,
    pub(super) sections: Vec<Section>,
}

impl Block {
    /// What the index must know of where it lies.
    pub(super) fn span(&self) -> Span {
        let bytes = self.sections.iter().map(|section| section.records.len()).sum();
        Span { first: self.header.first, count: self.header.count, bytes }
    }

    /// Leaves out the sections before this position, if a section begins there.
    fn begin_at(&mut self, position: u64) {
        if let Some(before) = self.sections.iter().position(|section| section.first == position) {
            self.sections.drain(..before);
            self.header.count = (self.header.last() + 1 - position) as u32;
            (self.header.first, self.header.before) = (position, self.sections[0].before);
        }
    }
}

/// The database of a log.
pub(super) struct Store {
    db: sled::Db,
    file: File,
    sync: Sync,
    /// How many bytes sled may have written since the last sync, for what was put.
    unsynced: AtomicUsize,
}

impl Store {
    /// Opens the database in this directory, and makes it if there is none.
    pub(super) fn open(dir: &Path, cache_bytes: u64, sync: Sync) -> Result<Self, StoreError> {
        let db = sled::Config::new()
            .path(dir)
            .cache_capacity(cache_bytes)
            .segment_size(SEGMENT_BYTES)
            .flush_every_ms(None)
            .open()?;
        // sled's own flush leaves the drive's cache and the file's size to chance.
        let file = File::options().read(true).write(true).open(dir.join("db")).map_err(StoreError::Sync)?;
        // Who had it open before may have left much that is not durable.
        Ok(Self { db, file, sync, unsynced: AtomicUsize::new(UNSYNCED_BYTES_MAX) })
    }

    /// Closes a database that has failed. sled may panic then.
    pub(super) fn discard(self) {
        if catch_unwind(AssertUnwindSafe(|| drop(self))).is_err() {
            tracing::warn!("the store has panicked while it was closed");
        }
    }

    /// Whether nothing was ever stored.
    pub(super) fn is_empty(&self) -> Result<bool, StoreError> {
        Ok(self.db.iter().next().transpose()?.is_none())
    }

    /// What was put so far survives a power cut when this returns.
    pub(super) fn make_durable(&self) -> Result<(), StoreError> {
        self.db.flush()?;
        (self.sync)(&self.file).map_err(StoreError::Sync)?;
        self.unsynced.store(0, Ordering::Relaxed);
        Ok(())
    }

    /// Puts one entry of the index, and before that makes durable what one sync could not cover together with it. Says
    /// whether there was one with this key.
    fn put(&self, key: impl AsRef<[u8]>, value: Vec<u8>) -> Result<bool, StoreError> {
        self.make_room((key.as_ref().len() + value.len() + ENTRY_BYTES) * REWRITTEN)?;
        Ok(self.db.insert(key, value)?.is_some())
    }

    /// Takes one entry of the index away, as [`put`](Self::put) puts one.
    fn remove(&self, key: &[u8]) -> Result<(), StoreError> {
        self.make_room(REMOVED_BYTES)?;
        self.db.remove(key)?;
        Ok(())
    }

    /// Counts so many bytes that sled is about to write. One thread changes the database.
    fn make_room(&self, bytes: usize) -> Result<(), StoreError> {
        let unsynced = self.unsynced.load(Ordering::Relaxed);
        if unsynced > 0 && unsynced + bytes > UNSYNCED_BYTES_MAX {
            self.make_durable()?;
        }
        self.unsynced.fetch_add(bytes, Ordering::Relaxed);
        Ok(())
    }

    /// Puts blocks, each the value of [`block::Packer::pack`], all of them or none.
    pub(super) fn put_blocks(&self, blocks: &[(u64, Vec<u8>)]) -> Result<(), StoreError> {
        let mut batch = sled::Batch::default();
        for (first, value) in blocks {
            let (own, parts) = part::split(value);
            if blocks.len() == 1 && parts.is_empty() {
                self.db.insert(block::key(*first), own)?;
                return Ok(());
            }
            for (part, number) in parts.into_iter().zip(0..) {
                batch.insert(&part::key(*first, number), part);
            }
            batch.insert(&block::key(*first), own);
        }
        Ok(self.db.apply_batch(batch)?)
    }

    fn block(&self, key: &[u8], own: &[u8]) -> Result<Block, StoreError> {
        let (header, packed) = block::header(own)?;
        if block::key(header.first) != key {
            return Err(BadValue::Wrong("a block lies at another position than it says").into());
        }
        let sections = if header.parts == 0 {
            block::unpack(&header, packed)?
        } else {
            let mut packed = packed.to_vec();
            for number in 0..header.parts {
                let part = self.db.get(part::key(header.first, number))?;
                packed.extend_from_slice(&part.ok_or(StoreError::PartMissing(header.first))?);
            }
            block::unpack(&header, &packed)?
        };
        for _ in 0..TOUCHES {
            self.db.contains_key(key)?;
        }
        Ok(Block { header, sections })
    }

    /// Where the block begins that holds this position, or the last one before it.
    pub(super) fn block_start(&self, position: u64) -> Result<Option<u64>, StoreError> {
        let found = self.db.range(block::key(0)..=block::key(position)).next_back().transpose()?;
        Ok(found.map(|(_, value)| block::header(&value).map(|(header, _)| header.first)).transpose()?)
    }

    /// The block that holds this position, or the last one before it.
    pub(super) fn block_at(&self, position: u64) -> Result<Option<Block>, StoreError> {
        let found = self.db.range(block::key(0)..=block::key(position)).next_back().transpose()?;
        found.map(|(key, value)| self.block(&key, &value)).transpose()
    }

    /// The blocks from the one on that holds the position `first`, in order. None holds what one before it held.
    pub(super) fn blocks(&self, first: u64) -> impl Iterator<Item = Result<Block, StoreError>> {
        let mut next = first;
        self.stored(first).map(move |entry| {
            let (key, value) = entry?;
            let mut block = self.block(&key, &value)?;
            block.begin_at(next);
            next = block.header.last() + 1;
            Ok(block)
        })
    }

    /// Puts one block in the place of several, all of it or nothing: of those that begin at these positions.
    pub(super) fn merge_blocks(&self, merged: &[u64], value: &[u8]) -> Result<(), StoreError> {
        let mut batch = sled::Batch::default();
        for first in &merged[1..] {
            batch.remove(&block::key(*first));
        }
        batch.insert(&block::key(merged[0]), value);
        // Each block that is taken away may have sled write its neighbours again.
        self.make_room(UNSYNCED_BYTES_MAX)?;
        Ok(self.db.apply_batch(batch)?)
    }

    /// Where a commit stands, if the index has it.
    pub(super) fn commit(&self, id: CommitId) -> Result<Option<u64>, StoreError> {
        let (_, page) = self.commit_page(id.uuid())?;
        Ok(page.binary_search_by_key(&id, |(id, _)| *id).ok().map(|at| page[at].1))
    }

    fn commit_page(&self, id: Uuid) -> Result<(Uuid, Vec<commits::Entry>), StoreError> {
        let range = commits::key(Uuid::nil())..=commits::key(id);
        match self.db.range(range).next_back().transpose()? {
            Some((key, value)) => Ok((commits::lowest(&key)?, commits::decode(&value)?)),
            None => Ok((Uuid::nil(), Vec::new())),
        }
    }

    /// Adds the first of these entries, which are in order, to the page where it belongs, and all others that belong
    /// there too. Says how many those were.
    pub(super) fn put_commits(&self, entries: &[commits::Entry]) -> Result<usize, StoreError> {
        let Some((first, _)) = entries.first() else { return Ok(0) };
        let (lowest, page) = self.commit_page(first.uuid())?;
        let above = (Bound::Excluded(commits::key(lowest)), Bound::Included(commits::key(Uuid::max())));
        let next = self.db.range(above).next().transpose()?.map(|(key, _)| commits::lowest(&key)).transpose()?;
        let here = entries.iter().take(COMMITS_AT_ONCE).take_while(|(id, _)| next.is_none_or(|next| id.uuid() < next));
        let count = here.count();
        // The higher pages first: if the program is stopped in between, the lower one still holds everything.
        for (lowest, page) in commits::merge(lowest, page, &entries[..count]).into_iter().rev() {
            self.put(commits::key(lowest), commits::encode(&page))?;
        }
        Ok(count)
    }

    /// Adds places of a stream, which follow each other and are the last that it has.
    ///
    /// A program that was stopped before it put [`Indexed`] may have left entries for the same events, which lie in other
    /// blocks by now. The first of those has the key that is put here first, and it stays until the others are gone: so
    /// only where that key was taken is there something to remove, however often that is interrupted.
    pub(super) fn put_places(&self, stream: &StreamId, places: &[Place]) -> Result<(), StoreError> {
        for (number, places) in places.chunks(PLACES_MAX).enumerate() {
            let key = places::key(stream, places[0].first);
            if self.put(&key, places::encode(places))? && number == 0 {
                self.remove_places_after(stream, key)?;
            }
        }
        Ok(())
    }

    /// Removes the entries of a stream's places that follow this key.
    fn remove_places_after(&self, stream: &StreamId, key: Vec<u8>) -> Result<(), StoreError> {
        let after = (Bound::Excluded(key), Bound::Included(places::key(stream, u64::MAX)));
        for entry in self.db.range::<Vec<u8>, _>(after) {
            self.remove(&entry?.0)?;
        }
        Ok(())
    }

    /// The last place of a stream that the index has.
    pub(super) fn last_place(&self, stream: &StreamId) -> Result<Option<Place>, StoreError> {
        let range = places::key(stream, 0)..=places::key(stream, u64::MAX);
        let Some((key, value)) = self.db.range(range).next_back().transpose()? else { return Ok(None) };
        Ok(places::decode(&key, &value)?.last().copied())
    }

    /// The places of a stream that the index has for these revisions.
    pub(super) fn places(&self, stream: &StreamId, revisions: RangeInclusive<u64>) -> Result<Vec<Place>, StoreError> {
        let from = places::key(stream, 0)..=places::key(stream, *revisions.start());
        let Some((from, _)) = self.db.range(from).next_back().transpose()? else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for entry in self.db.range(from..=places::key(stream, *revisions.end()).into()) {
            let (key, value) = entry?;
            let places = places::decode(&key, &value)?;
            found.extend(
                places
                    .into_iter()
                    .filter(|place| place.first <= *revisions.end() && place.first + place.count > *revisions.start()),
            );
        }
        Ok(found)
    }

    pub(super) fn epoch(&self) -> Result<Option<LogEpoch>, StoreError> {
        Ok(self.db.get(root::EPOCH)?.map(|value| root::epoch(&value)).transpose()?)
    }

    pub(super) fn put_epoch(&self, epoch: LogEpoch) -> Result<(), StoreError> {
        self.db.insert(root::EPOCH, epoch.uuid().as_bytes())?;
        Ok(())
    }

    /// The epoch of the log's first life, if that was another.
    pub(super) fn origin(&self) -> Result<Option<LogEpoch>, StoreError> {
        Ok(self.db.get(root::ORIGIN)?.map(|value| root::epoch(&value)).transpose()?)
    }

    pub(super) fn put_origin(&self, origin: LogEpoch) -> Result<(), StoreError> {
        self.db.insert(root::ORIGIN, origin.uuid().as_bytes())?;
        Ok(())
    }

    /// How far the index goes; nothing is indexed if it has another format.
    pub(super) fn indexed(&self) -> Result<Indexed, StoreError> {
        let value = self.db.get(root::INDEXED)?;
        Ok(value.map(|value| Indexed::decode(&value)).transpose()?.flatten().unwrap_or_default())
    }

    pub(super) fn put_indexed(&self, indexed: &Indexed) -> Result<(), StoreError> {
        self.put(root::INDEXED, indexed.encode())?;
        Ok(())
    }
}
