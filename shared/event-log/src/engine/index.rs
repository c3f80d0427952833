//! What is not in the store's index yet. Writing an index entry is the dearest part of writing an event, so entries are
//! kept here and written many at once; after a crash they are made again from the blocks.

use std::{collections::HashMap, ops::RangeInclusive, sync::Arc};

use foldhash::fast::RandomState;
use types::{CommitId, StreamId};
use uuid::Uuid;

use super::{
    layout::{commits, places::Place, root::Indexed},
    merge::{Merging, Span},
    records::RunOf,
    store::{Store, StoreError},
};

/// So many events are kept unindexed before they begin to be written.
pub(super) const UNINDEXED_EVENTS: u64 = 16_384;
/// No more are ever kept: while some are written, not many more than [`UNINDEXED_EVENTS`] new ones come.
pub(super) const UNINDEXED_EVENTS_MAX: u64 = 3 * UNINDEXED_EVENTS;
/// Merging blocks takes as long as writing so many entries: it is made durable by itself.
const MERGE_WRITES: usize = 32;

/// Entries of blocks that follow each other.
#[derive(Default)]
pub(super) struct Entries {
    places: HashMap<StreamId, Vec<Place>, RandomState>,
    commits: HashMap<CommitId, u64, RandomState>,
    /// The blocks that are covered, in order.
    blocks: Vec<Span>,
    /// How many streams begin here.
    streams: u64,
    events: u64,
    /// The last position that is covered.
    to: u64,
}

impl Entries {
    pub(super) fn events(&self) -> u64 {
        self.events
    }

    /// Adds a block, whose events these are.
    pub(super) fn add<'a>(&mut self, block: Span, runs: impl Iterator<Item = RunOf<'a>>) {
        let mut position = block.first;
        for run in runs {
            self.add_run(block.first, run.stream, run.revision, run.count);
            if run.offset == 0 {
                self.commits.insert(run.commit, position);
            }
            position += run.count;
        }
        self.to = position - 1;
        self.blocks.push(block);
    }

    /// Adds so many events of a stream, the first of which has the revision `first`, in the block.
    fn add_run(&mut self, block: u64, stream: &StreamId, first: u64, count: u64) {
        self.events += count;
        self.streams += u64::from(first == 0);
        let places = match self.places.get_mut(stream) {
            Some(places) => places,
            None => self.places.entry(stream.clone()).or_default(),
        };
        match places.last_mut().filter(|place| place.block == block) {
            Some(place) => place.count += count,
            None => places.push(Place { block, first, count }),
        }
    }
}

/// The index's newest part: entries that are still collected, and older ones that are being written.
pub(super) struct Late {
    fresh: Entries,
    frozen: Option<Arc<Entries>>,
    /// How far the store's index goes.
    indexed: Indexed,
}

impl Late {
    pub(super) fn new(indexed: Indexed) -> Self {
        Self { fresh: Entries { to: indexed.to, ..Entries::default() }, frozen: None, indexed }
    }

    pub(super) fn fresh(&mut self) -> &mut Entries {
        &mut self.fresh
    }

    fn parts(&self) -> impl Iterator<Item = &Entries> {
        self.frozen.iter().map(|frozen| &**frozen).chain([&self.fresh])
    }

    /// How many events are kept unindexed.
    pub(super) fn unindexed(&self) -> u64 {
        self.parts().map(|part| part.events).sum()
    }

    /// How many entries are kept for them.
    #[cfg(test)]
    pub(super) fn entries(&self) -> usize {
        self.parts().map(|part| part.commits.len() + part.places.values().map(Vec::len).sum::<usize>()).sum()
    }

    /// How many streams there are.
    pub(super) fn streams(&self) -> u64 {
        self.indexed.streams + self.parts().map(|part| part.streams).sum::<u64>()
    }

    /// The last place of a stream that lies here and not beyond this position.
    pub(super) fn last_place(&self, stream: &StreamId, committed: u64) -> Option<Place> {
        let last = |part: &Entries| {
            let places = part.places.get(stream)?;
            places[..places.partition_point(|place| place.block <= committed)].last().copied()
        };
        last(&self.fresh).or_else(|| self.frozen.as_deref().and_then(last))
    }

    /// The places of a stream that lie here and hold some of these revisions, oldest first; and the first revision of the
    /// stream that lies here at all.
    pub(super) fn places(&self, stream: &StreamId, revisions: RangeInclusive<u64>) -> (Vec<Place>, Option<u64>) {
        let (mut found, mut first) = (Vec::new(), None);
        for places in self.parts().filter_map(|part| part.places.get(stream)) {
            first = first.or(places.first().map(|place| place.first));
            let low = places.partition_point(|place| place.first + place.count <= *revisions.start());
            let high = places.partition_point(|place| place.first <= *revisions.end());
            found.extend_from_slice(places.get(low..high).unwrap_or_default());
        }
        (found, first)
    }

    /// The revision after the last of a stream that lies here.
    pub(super) fn next_revision(&self, stream: &StreamId) -> Option<u64> {
        let last = |part: &Entries| part.places.get(stream)?.last().map(|place| place.first + place.count);
        last(&self.fresh).or_else(|| self.frozen.as_deref().and_then(last))
    }

    /// Where a commit stands: here, or nowhere, or only the store knows.
    pub(super) fn commit(&self, id: CommitId) -> Known {
        match self.parts().find_map(|part| part.commits.get(&id)) {
            Some(position) => Known::At(*position),
            None if self.is_beyond_the_store(id.uuid()) => Known::Nowhere,
            None => Known::PerhapsStored,
        }
    }

    fn is_beyond_the_store(&self, id: Uuid) -> bool {
        self.indexed.to == 0 || (id.get_version_num() == 7 && id > self.indexed.greatest)
    }

    /// Takes the fresh entries to be written, if they are so many, or if there are any and `all` are wanted.
    pub(super) fn freeze(&mut self, all: bool) -> Option<Writing> {
        let enough = if all { self.fresh.events > 0 } else { self.fresh.events >= UNINDEXED_EVENTS };
        if !enough || self.frozen.is_some() {
            return None;
        }
        let next = Entries { to: self.fresh.to, ..Entries::default() };
        let entries = Arc::new(std::mem::replace(&mut self.fresh, next));
        self.frozen = Some(Arc::clone(&entries));
        let mut commits: Vec<_> = entries.commits.iter().map(|(id, position)| (*id, *position)).collect();
        commits.sort_unstable();
        let ids = commits.iter().map(|(id, _)| id.uuid()).filter(|id| id.get_version_num() == 7);
        let indexed = Indexed {
            to: entries.to,
            streams: self.indexed.streams + entries.streams,
            greatest: ids.max().unwrap_or_default().max(self.indexed.greatest),
        };
        let merging = Merging::of(&entries.blocks);
        Some(Writing {
            merging,
            streams: entries.places.keys().cloned().collect(),
            entries,
            commits,
            written: 0,
            indexed,
        })
    }

    /// The frozen entries are in the store.
    pub(super) fn written(&mut self, writing: &Writing) {
        self.indexed = writing.indexed;
        self.frozen = None;
    }
}

/// What is known of a commit id without asking the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    At(u64),
    Nowhere,
    PerhapsStored,
}

/// Entries on their way into the store, a few at a time, so that writers do not wait long. First, small blocks are merged.
pub(super) struct Writing {
    merging: Merging,
    entries: Arc<Entries>,
    streams: Vec<StreamId>,
    commits: Vec<commits::Entry>,
    /// How many of `commits` are written.
    written: usize,
    indexed: Indexed,
}

impl Writing {
    /// So much must be written when so many events have come, for all to be written before too many have come again.
    pub(super) fn share(&self, events: u64) -> usize {
        let all = self.merging.merges() * MERGE_WRITES + self.commits.len() + self.entries.places.len() + 1;
        (all * events as usize).div_ceil(UNINDEXED_EVENTS as usize)
    }

    /// Writes some more. True when all is written.
    pub(super) fn step(&mut self, store: &Store, writes: usize) -> Result<bool, StoreError> {
        let mut left = writes;
        while left > 0 {
            if self.merging.step(store)? {
                left = left.saturating_sub(MERGE_WRITES);
                continue;
            }
            left -= 1;
            if self.written < self.commits.len() {
                self.written += store.put_commits(&self.commits[self.written..])?;
            } else if let Some(stream) = self.streams.pop() {
                store.put_places(&stream, &self.merging.places(&self.entries.places[&stream]))?;
            } else {
                store.put_indexed(&self.indexed)?;
                return Ok(true);
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use types::{Category, LogEpoch};

    fn stream(number: u128) -> StreamId {
        StreamId::new(Category::declared("apple"), Uuid::from_u128(number))
    }

    fn late(indexed: Indexed, blocks: u64) -> Late {
        let mut late = Late::new(indexed);
        for block in 0..blocks {
            let first = indexed.to + 1 + block * 2;
            late.fresh().add_run(first, &stream(1), block * 2, 2);
            late.fresh().commits.insert(CommitId::from_uuid(Uuid::from_u128(u128::from(first))), first);
            late.fresh().to = first + 1;
        }
        late
    }

    #[test]
    fn entries_are_found_before_while_and_after_they_are_written() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("db"), 1 << 20, Arc::new(std::fs::File::sync_data)).unwrap();
        store.put_epoch(LogEpoch::from_uuid(Uuid::nil())).unwrap();
        let mut late = late(Indexed::default(), 2_000);
        let id = CommitId::from_uuid(Uuid::from_u128(2_001));
        assert_eq!((late.places(&stream(1), 0..=9_999).0.len(), late.commit(id)), (2_000, Known::At(2_001)));
        assert_eq!(late.places(&stream(1), 3_000..=3_002).0.len(), 2);
        assert_eq!(late.places(&stream(1), 9_000..=9_002), (vec![], Some(0)));
        assert_eq!(late.last_place(&stream(1), 2_002), Some(Place { block: 2_001, first: 2_000, count: 2 }));
        assert_eq!(late.last_place(&stream(1), 0), None);
        assert_eq!((late.next_revision(&stream(1)), late.next_revision(&stream(2))), (Some(4_000), None));
        assert!(late.freeze(false).is_none(), "they are too few to be written");
        let mut writing = late.freeze(true).unwrap();
        assert!(late.freeze(true).is_none(), "others are being written");
        while !writing.step(&store, 1).unwrap() {
            assert_eq!((late.places(&stream(1), 0..=9_999).0.len(), late.commit(id)), (2_000, Known::At(2_001)));
        }
        late.written(&writing);
        assert_eq!((late.places(&stream(1), 0..=9_999).0.len(), late.commit(id)), (0, Known::PerhapsStored));
        assert_eq!((store.commit(id).unwrap(), late.streams()), (Some(2_001), 1));
        assert_eq!(store.places(&stream(1), 0..=u64::MAX).unwrap().len(), 2_000);
        assert_eq!(store.places(&stream(1), 3_000..=3_002).unwrap().len(), 2);
        assert_eq!(store.last_place(&stream(1)).unwrap(), Some(Place { block: 3_999, first: 3_998, count: 2 }));
        assert_eq!((store.last_place(&stream(2)).unwrap(), store.indexed().unwrap().to), (None, 4_000));
    }
}
