//! Walking through the index, and holding it against what the blocks hold.

use types::{CommitId, StreamId};
use uuid::Uuid;

use super::{Blocks, STEP_BLOCKS, Starts, Sum, wrong};
use crate::{
    ReadError,
    engine::{read::damaged, store::Store, stored::Records},
};

/// So many entries are looked at before the store is let go of.
const STEP_ENTRIES: usize = 256;

/// How far the index was walked, and what it names.
#[derive(Default)]
pub(super) struct Index {
    pub(super) events: Sum,
    pub(super) commits: Sum,
    /// The last key of kind 2 that was looked at.
    key: Option<Vec<u8>>,
    /// The last stream, and how many of its events were named.
    stream: Option<(StreamId, u64)>,
    has_all_streams: bool,
    /// The last page of kind 4 that was looked at, and the last commit id.
    page: Option<Uuid>,
    commit: Option<CommitId>,
}

impl Index {
    /// Goes a little further. What lies beyond `indexed` is still being written, and is not looked at. True when
    /// everything was.
    pub(super) fn step(
        &mut self,
        store: &Store,
        indexed: u64,
        blocks: &Blocks,
        starts: &Starts,
    ) -> Result<bool, ReadError> {
        if self.has_all_streams {
            self.commits(store, indexed)
        } else {
            self.has_all_streams = self.streams(store, indexed, blocks, starts)?;
            Ok(false)
        }
    }

    fn streams(&mut self, store: &Store, indexed: u64, blocks: &Blocks, starts: &Starts) -> Result<bool, ReadError> {
        let mut looked_at = 0;
        for entry in store.places_after(self.key.as_deref()).take(STEP_ENTRIES) {
            let entry = entry.map_err(|error| damaged(indexed, error))?;
            looked_at += 1;
            for place in entry.places.iter().filter(|place| place.block <= indexed) {
                let next = self.stream.as_ref().filter(|(stream, _)| *stream == entry.stream).map_or(0, |it| it.1);
                let end = place.first.checked_add(place.count).filter(|end| *end <= blocks.length(&entry.stream));
                let (Some(end), true) = (end, place.first == next) else {
                    return Err(wrong(
                        place.block,
                        "the index names events of a stream that are not there, or not all",
                    ));
                };
                let start = starts.before(place.block).unwrap_or(0);
                self.events.add_events(&entry.stream, place.first, place.count, start);
                self.stream = Some((entry.stream.clone(), end));
            }
            self.key = Some(entry.key);
        }
        Ok(looked_at < STEP_ENTRIES)
    }

    fn commits(&mut self, store: &Store, indexed: u64) -> Result<bool, ReadError> {
        let mut looked_at = 0;
        for page in store.pages_after(self.page).take(STEP_ENTRIES) {
            let (lowest, page) = page.map_err(|error| damaged(indexed, error))?;
            looked_at += 1;
            for (id, position) in page.into_iter().filter(|(_, position)| *position <= indexed) {
                if self.commit.is_some_and(|last| id <= last) || id.uuid() < lowest {
                    // The writer may have split a page behind our back, and then this one is named as it was before.
                    let named = store.names_commit(id, position).map_err(|error| damaged(position, error))?;
                    if !named || self.commit.is_none_or(|last| id > last) {
                        return Err(wrong(position, "the index names a commit twice, or in the wrong place"));
                    }
                    continue;
                }
                self.commits.add_commit(id, position);
                self.commit = Some(id);
            }
            self.page = Some(lowest);
        }
        Ok(looked_at < STEP_ENTRIES)
    }
}

/// Looks up in the index what the blocks from `next` on hold, a few at a time. Gives where to go on; an error names the
/// first event that the index does not name as it is.
pub(super) fn held_against(store: &Store, next: u64, indexed: u64, starts: &Starts) -> Result<u64, ReadError> {
    let mut next = next;
    for block in store.blocks(next).take(STEP_BLOCKS) {
        let block = block.map_err(|error| damaged(next, error))?;
        let first = block.header.first;
        let records = Records::of(&block).map_err(|bad| damaged(first, bad))?;
        let mut position = first;
        for run in records.runs() {
            let failed = |error| damaged(position, error);
            for revision in run.revision..run.revision + run.count.min((indexed + 1).saturating_sub(position)) {
                let at = position + revision - run.revision;
                let start = |block| starts.before(block);
                if !store.names_event(run.stream, revision, first, start).map_err(failed)? {
                    return Err(wrong(at, "the index does not name this event, or elsewhere"));
                }
            }
            if run.offset == 0 && position <= indexed && !store.names_commit(run.commit, position).map_err(failed)? {
                return Err(wrong(position, "the index does not name the commit of this event, or names another"));
            }
            position += run.count;
        }
        next = block.header.last() + 1;
    }
    Ok(next)
}
