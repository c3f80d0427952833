//! Holds the end of a log against its mark and its chain, and makes again the part of the index that was not written.

use std::path::Path;

use types::LogEpoch;

use super::{
    OpenError,
    index::{Late, UNINDEXED_EVENTS},
    layout::{
        BadValue,
        block::{self, Chain},
    },
    mark::Mark,
    store::{Store, StoreError},
    stored::Records,
};

/// At least so many of the newest events are held against the chain at each opening.
const VERIFIED_EVENTS: u64 = 4_096;

/// The end of a log.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub(super) position: u64,
    pub(super) chain: Chain,
}

/// What is wrong with a log.
pub(super) enum Trouble {
    Behind { tip: u64, mark: u64 },
    At { position: u64, error: StoreError },
}

impl Trouble {
    pub(super) fn open_error(self, dir: &Path, disk: impl Fn(StoreError) -> OpenError) -> OpenError {
        match self {
            Self::Behind { tip, mark } => OpenError::BehindMark { dir: dir.to_owned(), tip, mark },
            Self::At { error: error @ (StoreError::Sled(sled::Error::Io(_)) | StoreError::Sync(_)), .. } => disk(error),
            Self::At { position, error } => {
                OpenError::Damaged { dir: dir.to_owned(), reason: format!("at position {position}: {error}") }
            }
        }
    }
}

fn wrong(position: u64, what: &'static str) -> Trouble {
    Trouble::At { position, error: BadValue::Wrong(what).into() }
}

/// Verifies the end of the log from the mark, from what is not indexed, and at least the newest events.
pub(super) fn examine(store: &Store, origin: LogEpoch, mark: Option<Mark>) -> Result<(End, Late), Trouble> {
    let at = |position| move |error| Trouble::At { position, error };
    let indexed = store.indexed().map_err(at(0))?;
    let marked = mark.map_or(0, |mark| mark.position);
    let last = store.block_at(u64::MAX).map_err(at(marked))?;
    let end = last.map_or(0, |block| block.header.last());
    if end < marked {
        return Err(Trouble::Behind { tip: end, mark: marked });
    }
    if end < indexed.to {
        return Err(Trouble::Behind { tip: end, mark: indexed.to });
    }
    let mut late = Late::new(indexed);
    let mut tip = End { position: 0, chain: block::genesis(origin) };
    if let Some(mark) = mark.filter(|mark| mark.position == 0)
        && mark.chain != tip.chain
    {
        return Err(wrong(0, "the mark does not fit the log"));
    }
    let from = marked.min(indexed.to + 1).min(end.saturating_sub(VERIFIED_EVENTS)).max(1);
    let start = store.block_start(from).map_err(at(from))?.unwrap_or(1);
    for block in store.blocks(start) {
        let next = tip.position + 1;
        let block = block.map_err(at(next.max(start)))?;
        let header = &block.header;
        if tip.position == 0 && start > 1 {
            // The first that is looked at: what lies before it was verified when it was written.
            tip = End { position: header.first - 1, chain: header.before };
        }
        if header.first != tip.position + 1 || header.before != tip.chain {
            return Err(wrong(tip.position + 1, "a block does not follow the one before it"));
        }
        tip = End { position: header.last(), chain: header.after };
        if let Some(mark) = mark.filter(|mark| header.first <= mark.position && mark.position <= header.last())
            && !block.sections.iter().any(|section| (section.last(), section.after) == (mark.position, mark.chain))
        {
            return Err(wrong(mark.position, "the log goes on otherwise than the mark says"));
        }
        let records = Records::of(&block);
        let records = records.map_err(|bad| Trouble::At { position: header.first, error: bad.into() })?;
        if header.first > indexed.to {
            late.fresh().add(block.span(), records.runs());
            while late.fresh().events() >= UNINDEXED_EVENTS
                && let Some(mut writing) = late.freeze(true)
            {
                while !writing.step(store, usize::MAX).map_err(at(header.first))? {}
                store.make_durable().map_err(at(header.first))?;
                late.written(&writing);
            }
        }
    }
    Ok((tip, late))
}
