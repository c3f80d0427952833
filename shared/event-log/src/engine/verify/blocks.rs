//! Walking the blocks from the first: the chain, the positions, the revisions of every stream.

use std::collections::HashMap;

use types::{CommitId, LogEpoch, StreamId};

use super::super::{
    layout::{
        BadValue,
        block::{self, Chain},
    },
    records::RunOf,
    store::Block,
    stored::Records,
};

/// A stream in few bytes: its id, and the number of its category in the order in which categories were met.
type Stream = ([u8; 16], u16);

/// How far the blocks were walked, and what was met.
///
/// It holds the next revision of every stream: 33 bytes each in a table that is half to seven eighths full, so about 70
/// MB for a million streams, and half as much again for a moment while the table grows. Nothing else grows with the log.
pub(in crate::engine) struct Blocks {
    /// The last position that was walked over.
    pub(in crate::engine) position: u64,
    /// The chain after it.
    pub(in crate::engine) chain: Chain,
    pub(in crate::engine) blocks: u64,
    pub(in crate::engine) commits: u64,
    revisions: HashMap<Stream, u64>,
    categories: Vec<Box<str>>,
    /// The commit of the last event, and how many of its events were met.
    last: Option<(CommitId, u64)>,
}

fn wrong(what: &'static str) -> BadValue {
    BadValue::Wrong(what)
}

impl Blocks {
    /// Before the first block of the log with this origin.
    pub(in crate::engine) fn new(origin: LogEpoch) -> Self {
        Self {
            position: 0,
            chain: block::genesis(origin),
            blocks: 0,
            commits: 0,
            revisions: HashMap::new(),
            categories: Vec::new(),
            last: None,
        }
    }

    pub(in crate::engine) fn streams(&self) -> u64 {
        self.revisions.len() as u64
    }

    /// How many events of a stream were met.
    pub(super) fn length(&self, stream: &StreamId) -> u64 {
        let category = self.categories.iter().position(|known| **known == *stream.category());
        let length = category.and_then(|number| self.revisions.get(&(stream.id().into_bytes(), number as u16)));
        length.copied().unwrap_or(0)
    }

    /// Walks over the next block. `each` hears of the events in it: of each run of events of a commit, and of the
    /// position of the first. What is wrong stands at the position after [`position`](Self::position) or later in the
    /// block, and after an error nothing here is of use any more.
    pub(in crate::engine) fn take(
        &mut self,
        block: &Block,
        mut each: impl FnMut(&RunOf<'_>, u64),
    ) -> Result<(), (u64, BadValue)> {
        let header = &block.header;
        if header.first != self.position + 1 {
            return Err((self.position + 1, wrong("a block is missing, or begins where another has not ended")));
        }
        if header.before != self.chain {
            return Err((header.first, wrong("a block does not follow the one before it: the chain is broken")));
        }
        let records = Records::of(block).map_err(|bad| (header.first, bad))?;
        let mut position = header.first;
        for run in records.runs() {
            self.run(&run).map_err(|bad| (position, bad))?;
            each(&run, position);
            position += run.count;
        }
        (self.position, self.chain) = (header.last(), header.after);
        self.blocks += 1;
        Ok(())
    }

    fn run(&mut self, run: &RunOf<'_>) -> Result<(), BadValue> {
        let goes_on = self.last.is_some_and(|(commit, met)| commit == run.commit && met == run.offset);
        if run.offset > 0 && !goes_on {
            return Err(wrong("a commit lacks its beginning"));
        }
        self.commits += u64::from(run.offset == 0);
        self.last = Some((run.commit, run.offset + run.count));
        let stream = self.stream(run.stream)?;
        let next = self.revisions.entry(stream).or_insert(0);
        if *next != run.revision {
            return Err(wrong("the revisions of a stream have a gap, or one of them comes twice"));
        }
        *next += run.count;
        Ok(())
    }

    fn stream(&mut self, stream: &StreamId) -> Result<Stream, BadValue> {
        let known = self.categories.iter().position(|known| **known == *stream.category());
        let number = known.unwrap_or_else(|| {
            self.categories.push(stream.category().into());
            self.categories.len() - 1
        });
        let number = u16::try_from(number).map_err(|_| wrong("there are more categories than any log has"))?;
        Ok((stream.id().into_bytes(), number))
    }
}
