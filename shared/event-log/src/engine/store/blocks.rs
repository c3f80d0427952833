//! Walking through blocks while others merge them.

use super::{Store, StoreError};
use crate::engine::layout::block;

/// The key and the value of a block.
pub(in crate::engine) type Entry = (sled::IVec, sled::IVec);

struct Walk<'a> {
    store: &'a Store,
    entries: sled::Iter,
    /// The position after the last block that was given.
    next: u64,
}

impl Store {
    /// The blocks as they are stored, from the one on that holds the position `first`, in order.
    ///
    /// What lies ahead may be merged with what was given already. Then a block comes that begins before the one that was
    /// given last ends. No position is left out but one that is not there.
    pub(in crate::engine) fn stored(&self, first: u64) -> impl Iterator<Item = Result<Entry, StoreError>> {
        Walk { store: self, entries: self.from(first), next: first }
    }

    fn from(&self, first: u64) -> sled::Iter {
        self.db.range(block::key(first)..=block::key(u64::MAX))
    }
}

impl Walk<'_> {
    fn step(&mut self) -> Result<Option<Entry>, StoreError> {
        let mut found = self.entries.next().transpose()?;
        let begins = |entry: &Entry| block::header(&entry.1).map(|(header, _)| header);
        if found.as_ref().map(begins).transpose()?.is_none_or(|header| header.first > self.next) {
            // Where it should begin is no block, so it was merged with the one before.
            let before = self.store.db.range(block::key(0)..=block::key(self.next)).next_back().transpose()?;
            if let Some(entry) = before
                && begins(&entry)?.holds(self.next)
            {
                self.entries = self.store.from(begins(&entry)?.last() + 1);
                found = Some(entry);
            }
        }
        if let Some(entry) = &found {
            self.next = begins(entry)?.last() + 1;
        }
        Ok(found)
    }
}

impl Iterator for Walk<'_> {
    type Item = Result<Entry, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}
