//! The log's side of a backup: its blocks as they are stored, as far as they are committed.

use std::path::Path;

use bytes::Bytes;
use types::Position;

use super::{BackupEnd, BackupError, LogIdentity};
use crate::{
    ReadError, SledLog,
    engine::{
        ChainValue,
        layout::{BadValue, block},
        read::damaged,
        shared::Shared,
        store::Store,
    },
};

/// So many bytes of blocks are handed out at once, or one block more.
const BLOCKS_BYTES: usize = 1024 * 1024;

/// A block of a log, as it is stored.
#[derive(Clone, Debug)]
pub struct StoredBlock {
    /// The position of its last event.
    pub last: Position,
    /// What a backup keeps of it.
    pub value: Bytes,
}

impl SledLog {
    /// Which log this is.
    pub fn identity(&self) -> LogIdentity {
        LogIdentity { epoch: self.reader.0.epoch, origin: self.reader.0.origin }
    }

    /// Whether a backup that ends there is one of this log, so that it can go on. `dir` is only for the words.
    pub async fn continues(&self, dir: &Path, end: BackupEnd) -> Result<Result<(), BackupError>, ReadError> {
        let (log, position) = (self.identity(), end.position.get());
        let Some(found) = end.origin else { return Ok(Ok(())) };
        if found != log.origin {
            return Ok(Err(BackupError::OtherLog { dir: dir.to_owned(), found, log: log.origin }));
        }
        let read = move |shared: &Shared, store: &Store| chain_at(shared, store, position);
        if self.reader.blocking(read).await? == Some(end.chain) {
            return Ok(Ok(()));
        }
        Ok(Err(BackupError::Parted { dir: dir.to_owned(), position }))
    }

    /// The next blocks after this position, which is the last of a section, in order; none at the head.
    pub async fn blocks_after(&self, position: Position) -> Result<Vec<StoredBlock>, ReadError> {
        let read = move |shared: &Shared, store: &Store| {
            let (mut blocks, mut bytes, mut next) = (Vec::new(), 0, position.get() + 1);
            let committed = shared.committed();
            for stored in store.stored_blocks(next) {
                if next > committed || bytes >= BLOCKS_BYTES {
                    return Ok(blocks);
                }
                let (header, value) = stored.map_err(|error| damaged(next, error))?;
                if header.first != next {
                    return Err(damaged(next, BadValue::Wrong("a block is missing")));
                }
                next = header.last() + 1;
                bytes += value.len();
                blocks.push(StoredBlock { last: Position::new(header.last()), value: value.into() });
            }
            match next > committed {
                true => Ok(blocks),
                false => Err(damaged(next, BadValue::Wrong("the last blocks are missing"))),
            }
        };
        self.reader.blocking(read).await
    }

    /// Waits until there is more than this, and gives the new head; `None` if the log is closed.
    pub async fn beyond(&self, position: Position) -> Option<Position> {
        let mut committed = self.reader.0.committed.clone();
        let head = committed.wait_for(|head| *head > position).await.ok()?;
        Some(*head)
    }
}

/// The value of the chain after this position, if a section of a block ends there.
fn chain_at(shared: &Shared, store: &Store, position: u64) -> Result<Option<ChainValue>, ReadError> {
    if position == 0 {
        return Ok(Some(ChainValue(block::genesis(shared.origin))));
    }
    if position > shared.committed() {
        return Ok(None);
    }
    let block = store.block_at(position).map_err(|error| damaged(position, error))?;
    let mut sections = block.into_iter().flat_map(|block| block.sections);
    Ok(sections.find(|section| section.last() == position).map(|section| ChainValue(section.after)))
}
