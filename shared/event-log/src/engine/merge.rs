//! Merging small blocks. Whoever writes alone makes a block of every commit, which packs badly and costs an entry of the
//! store; so before blocks are indexed, as many of them as fit are put into one. The chain runs over the sections that
//! they were written as, and does not change.

use super::{
    layout::{
        block::{BLOCK_BYTES, BLOCK_EVENTS_MAX, Packer, Section},
        places::Place,
    },
    store::{Store, StoreError},
};

/// Fewer blocks than this are left as they are: packing them again costs more than it saves.
const MERGED_BLOCKS_MIN: usize = 8;
/// What a section costs in a merged block beside its records.
const SECTION_BYTES: usize = 8;

/// Where a block lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// The position of its first event.
    pub(super) first: u64,
    /// How many events it holds.
    pub(super) count: u32,
    /// How long its records are, unpacked.
    pub(super) bytes: usize,
}

/// Blocks that are being merged, one merged block after the other.
pub(super) struct Merging {
    /// Where the blocks begin that each merged block is made of.
    merges: Vec<Vec<u64>>,
    /// How many of them are made.
    made: usize,
    packer: Packer,
}

impl Merging {
    /// Of these blocks, which follow each other.
    pub(super) fn of(blocks: &[Span]) -> Self {
        let (mut merges, mut merge) = (Vec::new(), Vec::new());
        let (mut events, mut bytes) = (0, 0);
        for block in blocks {
            (events, bytes) = (events + block.count as usize, bytes + block.bytes + SECTION_BYTES);
            if events > BLOCK_EVENTS_MAX || bytes > BLOCK_BYTES {
                merges.push(std::mem::take(&mut merge));
                (events, bytes) = (block.count as usize, block.bytes + SECTION_BYTES);
            }
            merge.push(block.first);
        }
        merges.push(merge);
        merges.retain(|blocks: &Vec<u64>| blocks.len() >= MERGED_BLOCKS_MIN);
        Self { merges, made: 0, packer: Packer::default() }
    }

    /// How many merged blocks there will be.
    pub(super) fn merges(&self) -> usize {
        self.merges.len()
    }

    /// Makes one merged block. False if there is none to make.
    pub(super) fn step(&mut self, store: &Store) -> Result<bool, StoreError> {
        let Some(merge) = self.merges.get(self.made) else { return Ok(false) };
        let mut sections: Vec<Section> = Vec::new();
        for block in store.blocks(merge[0]).take(merge.len()) {
            sections.append(&mut block?.sections);
        }
        store.merge_blocks(merge, &self.packer.merge(&sections))?;
        self.made += 1;
        Ok(true)
    }

    /// These places of a stream, after all is merged.
    pub(super) fn places(&self, places: &[Place]) -> Vec<Place> {
        let mut merged = Vec::<Place>::with_capacity(places.len());
        for place in places {
            let block = self.block(place.block);
            match merged.last_mut().filter(|last| last.block == block) {
                Some(last) => last.count += place.count,
                None => merged.push(Place { block, ..*place }),
            }
        }
        merged
    }

    /// Where the block begins into which the block at this position is merged.
    fn block(&self, block: u64) -> u64 {
        let before = self.merges.partition_point(|merge| merge[0] <= block);
        let merge = before.checked_sub(1).map(|before| &self.merges[before]);
        merge.filter(|merge| merge.last().is_some_and(|last| block <= *last)).map_or(block, |merge| merge[0])
    }
}

#[cfg(test)]
mod tests;
