//! Walking through the index, from where a walk stopped before.

use std::ops::Bound;

use types::{CommitId, StreamId};
use uuid::Uuid;

use super::{Store, StoreError, TOUCHES};
use crate::engine::layout::{
    block::{self, Header, Packer},
    commits, part,
    places::{self, Place},
    root,
};

/// The entry of the index that says where some events of a stream lie.
pub(in crate::engine) struct Entry {
    pub(in crate::engine) key: Vec<u8>,
    pub(in crate::engine) stream: StreamId,
    pub(in crate::engine) places: Vec<Place>,
}

impl Store {
    /// What the index says of streams, from the entry on that follows this key, or from the first.
    pub(in crate::engine) fn places_after(
        &self,
        key: Option<&[u8]>,
    ) -> impl Iterator<Item = Result<Entry, StoreError>> + use<> {
        let (first, end) = places::all();
        let from = key.map_or(Bound::Included(&first[..]), Bound::Excluded);
        self.db.range::<&[u8], _>((from, Bound::Excluded(&end[..]))).map(|entry| {
            let (key, value) = entry?;
            let (stream, places) = (places::stream(&key)?, places::decode(&key, &value)?);
            Ok(Entry { key: key.to_vec(), stream, places })
        })
    }

    /// The pages of commit ids from the one on that follows this id, or from the first; each with the lowest id that
    /// belongs on it.
    pub(in crate::engine) fn pages_after(
        &self,
        lowest: Option<Uuid>,
    ) -> impl Iterator<Item = Result<(Uuid, Vec<commits::Entry>), StoreError>> {
        let from = lowest.map_or(Bound::Included(Uuid::nil()), Bound::Excluded).map(commits::key);
        let range = (from, Bound::Included(commits::key(Uuid::max())));
        self.db.range(range).map(|entry| {
            let (key, value) = entry?;
            Ok((commits::lowest(&key)?, commits::decode(&value)?))
        })
    }

    /// The blocks from the one on that holds the position `first`, in order, each as it is stored, its parts joined. None
    /// holds what one before it held.
    pub(in crate::engine) fn stored_blocks(
        &self,
        first: u64,
    ) -> impl Iterator<Item = Result<(Header, Vec<u8>), StoreError>> {
        let mut next = first;
        self.stored(first).map(move |entry| {
            let (key, own) = entry?;
            let (mut header, _) = block::header(&own)?;
            let mut value = own.to_vec();
            for number in 0..header.parts {
                let part = self.db.get(part::key(header.first, number))?;
                value.extend_from_slice(&part.ok_or(StoreError::PartMissing(header.first))?);
            }
            if header.first < next {
                // It was merged with blocks that were given before.
                let mut block = self.block(&key, &own)?;
                block.begin_at(next);
                value = Packer::default().merge(&block.sections);
                header = block.header;
            }
            next = header.last() + 1;
            for _ in 0..TOUCHES {
                self.db.contains_key(&key)?;
            }
            Ok((header, value))
        })
    }

    /// Forgets the index of a copy, which is made again then. What was forgotten half is of no use.
    pub(in crate::engine) fn forget_index(&self) -> Result<(), StoreError> {
        self.db.remove(root::INDEXED)?;
        let ((first, end), pages) = (places::all(), commits::key(Uuid::nil())..=commits::key(Uuid::max()));
        let places = self.db.range(&first[..]..&end[..]);
        for entry in places.chain(self.db.range(pages)) {
            self.remove(&entry?.0)?;
        }
        self.make_durable()
    }

    /// Whether the index says that this revision of the stream lies in the block that begins at `block`, and nowhere
    /// else; `start` gives where the block of a position begins.
    pub(in crate::engine) fn names_event(
        &self,
        stream: &StreamId,
        revision: u64,
        block: u64,
        start: impl Fn(u64) -> Option<u64>,
    ) -> Result<bool, StoreError> {
        let places = self.places(stream, revision..=revision)?;
        Ok(matches!(&places[..], [place] if start(place.block) == Some(block)))
    }

    /// Whether the index says that this commit stands at this position.
    pub(in crate::engine) fn names_commit(&self, id: CommitId, position: u64) -> Result<bool, StoreError> {
        Ok(self.commit(id)? == Some(position))
    }
}

#[cfg(test)]
impl Store {
    /// What lies below everything here, to spoil it.
    pub(in crate::engine) fn raw(&self) -> &sled::Db {
        &self.db
    }
}
