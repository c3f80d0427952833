//! Walking through all of a log: every block's chain from the first on, the mark, the revisions of every stream, and
//! whether the index names every stream's events and every commit, and nothing else.
//!
//! It works on an open log while others write. It looks at what was committed when it began, in small steps, and lets
//! go of the store between them. Its memory is that of [`Blocks`] and [`Starts`], and the commits that the writer
//! itself holds unindexed.

mod blocks;
mod error;
mod index;
mod starts;
mod sums;

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use types::{CommitId, LogEpoch, Position};

pub(super) use self::blocks::Blocks;
pub use self::error::VerifyError;
use self::{index::Index, starts::Starts, sums::Sum};
use super::{
    ChainValue,
    layout::BadValue,
    mark::{self, BadMark, Mark},
    read::{damaged, unavailable},
    shared::Shared,
    store::Store,
};
use crate::ReadError;

/// So many blocks are looked at before the store is let go of.
const STEP_BLOCKS: usize = 16;

/// What there is in a log that was walked through and found whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Verified {
    /// The position of the last event.
    pub head: Position,
    /// The value of the chain there.
    pub chain: ChainValue,
    /// Which life of the log this is.
    pub epoch: LogEpoch,
    /// The epoch of its first life.
    pub origin: LogEpoch,
    /// How many events.
    pub events: u64,
    /// In how many streams.
    pub streams: u64,
    /// In how many commits.
    pub commits: u64,
    /// In how many blocks.
    pub blocks: u64,
}

/// A walk that is under way.
pub(super) struct Verifying {
    /// What is looked at ends here.
    head: u64,
    /// How far the store's index went when the walk began.
    indexed: u64,
    mark: Mark,
    blocks: Blocks,
    starts: Starts,
    /// What the blocks hold of what the index must name.
    events: Sum,
    commits: Sum,
    /// The commits that are not indexed yet.
    late: HashSet<CommitId>,
    stage: Stage,
}

enum Stage {
    Blocks,
    Index(Index),
    /// The index is not what the blocks say: where?
    Differs {
        next: u64,
    },
}

fn wrong(position: u64, what: &'static str) -> ReadError {
    damaged(position, BadValue::Wrong(what))
}

impl Verifying {
    /// Before the walk through the log as it is committed now.
    pub(super) fn begin(shared: &Shared, store: &Store) -> Result<Self, ReadError> {
        let mark = Mark::read(&shared.dir).map_err(|bad| match bad {
            BadMark::Io(error) => unavailable(&format!("its file `{}` can't be read: {error}", mark::FILE)),
            BadMark::Wrong(_) => wrong(0, "its mark can't be trusted: the check does not fit what it says"),
        })?;
        let mark = mark.ok_or_else(|| wrong(0, "its mark is missing"))?;
        if mark.epoch != shared.epoch {
            return Err(wrong(0, "its mark is that of another log"));
        }
        let indexed = store.indexed().map_err(|error| damaged(0, error))?.to;
        let head = shared.committed();
        if mark.position > head || indexed > head {
            return Err(wrong(head + 1, "it ends before its mark or its index"));
        }
        Ok(Self {
            head,
            indexed,
            mark,
            blocks: Blocks::new(shared.origin),
            starts: Starts::default(),
            events: Sum::default(),
            commits: Sum::default(),
            late: HashSet::new(),
            stage: Stage::Blocks,
        })
    }

    /// How far the walk is, and where it ends: the blocks make a third of the way, and each half of the index another.
    pub(super) fn progress(&self) -> (u64, u64) {
        let done = match &self.stage {
            Stage::Blocks => self.blocks.position,
            Stage::Index(index) => {
                let share = |done: Sum, of: Sum| done.count * self.head / of.count.max(1);
                self.head + share(index.events, self.events) + share(index.commits, self.commits)
            }
            Stage::Differs { next } => self.head * 2 + next,
        };
        (done, self.head * 3)
    }

    /// Goes a little further. True when everything was looked at.
    pub(super) fn step(&mut self, store: &Store) -> Result<bool, VerifyError> {
        match self.stage {
            Stage::Blocks => self.further(store).map_err(VerifyError::of_blocks),
            Stage::Index(_) | Stage::Differs { .. } => self.further(store).map_err(VerifyError::of_index),
        }
    }

    fn further(&mut self, store: &Store) -> Result<bool, ReadError> {
        match &mut self.stage {
            Stage::Blocks if self.blocks.position < self.head => self.walk(store)?,
            Stage::Blocks => self.stage = Stage::Index(Index::default()),
            Stage::Index(index) => {
                let ended = index.step(store, self.indexed, &self.blocks, &self.starts)?;
                if ended && (index.events, index.commits) == (self.events, self.commits) {
                    return Ok(true);
                }
                if ended {
                    self.stage = Stage::Differs { next: 1 };
                }
            }
            Stage::Differs { next } if *next <= self.indexed => {
                *next = index::held_against(store, *next, self.indexed, &self.starts)?;
            }
            Stage::Differs { .. } => {
                return Err(wrong(self.indexed, "the index names events or commits that are not there"));
            }
        }
        Ok(false)
    }

    /// What was found, after the last step.
    pub(super) fn verified(&self, shared: &Shared) -> Verified {
        Verified {
            head: Position::new(self.blocks.position),
            chain: ChainValue(self.blocks.chain),
            epoch: shared.epoch,
            origin: shared.origin,
            events: self.blocks.position,
            streams: self.blocks.streams(),
            commits: self.blocks.commits,
            blocks: self.blocks.blocks,
        }
    }

    fn walk(&mut self, store: &Store) -> Result<(), ReadError> {
        let (next, head) = (self.blocks.position + 1, self.head);
        let found = store.blocks(next).take(STEP_BLOCKS);
        for block in found {
            let next = self.blocks.position + 1;
            if next > head {
                return Ok(());
            }
            let block = block.map_err(|error| damaged(next, error))?;
            let (first, indexed) = (block.header.first, self.indexed);
            let mut known = Ok(());
            let walked = self.blocks.take(&block, |run, position| {
                let indexed_here = run.count.min((indexed + 1).saturating_sub(position));
                self.events.add_events(run.stream, run.revision, indexed_here, first);
                if run.offset > 0 {
                    return;
                }
                if indexed_here > 0 {
                    self.commits.add_commit(run.commit, position);
                } else if known.is_ok() {
                    known = new_commit(store, &mut self.late, run.commit, position);
                }
            });
            walked.map_err(|(position, bad)| damaged(position, bad))?;
            known?;
            self.starts.add(first);
            let mark = &self.mark;
            let fits = || block.sections.iter().any(|it| (it.last(), it.after) == (mark.position, mark.chain));
            if block.header.holds(mark.position) && !fits() {
                return Err(wrong(mark.position, "the log goes on otherwise than the mark says"));
            }
        }
        if self.blocks.position < next {
            return Err(wrong(next, "the last blocks are missing"));
        }
        Ok(())
    }
}

/// Whether a commit that is not indexed yet is the first with its id.
fn new_commit(store: &Store, late: &mut HashSet<CommitId>, id: CommitId, position: u64) -> Result<(), ReadError> {
    let indexed = store.commit(id).map_err(|error| damaged(position, error))?;
    if !late.insert(id) || indexed.is_some_and(|indexed| indexed != position) {
        return Err(wrong(position, "a commit has the id of another"));
    }
    Ok(())
}
