//! What there is in a log, for its administrator.

use std::{fs, io, path::Path};

use serde::{Deserialize, Serialize};
use types::{LogEpoch, Position};

use super::{ChainValue, shared::Shared};

/// What there is in a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stats {
    /// How many events.
    pub events: u64,
    /// In how many streams.
    pub streams: u64,
    /// The position of the last event.
    pub head: Position,
    /// Which life of the log this is.
    pub epoch: LogEpoch,
    /// The epoch of its first life, which all its lives and their backups have in common.
    pub origin: LogEpoch,
    /// The value of the chain at the head; `None` for a log that is empty, closed, or can't be read there.
    pub chain: Option<ChainValue>,
    /// How much room its files take, in bytes.
    pub disk_bytes: u64,
    /// Why it takes no more commits, if it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_only: Option<String>,
}

pub(super) fn stats(shared: &Shared) -> io::Result<Stats> {
    let streams = shared.late().streams();
    let head = shared.committed();
    Ok(Stats {
        // Positions of this engine have no gaps.
        events: head,
        streams,
        head: Position::new(head),
        epoch: shared.epoch,
        origin: shared.origin,
        chain: chain_at(shared, head),
        disk_bytes: disk_bytes(&shared.dir)?,
        read_only: shared.read_only().map(|reason| reason.to_string()),
    })
}

fn chain_at(shared: &Shared, head: u64) -> Option<ChainValue> {
    let store = shared.store();
    let block = store.as_ref()?.block_at(head).ok()??;
    (block.header.last() == head).then_some(ChainValue(block.header.after))
}

fn disk_bytes(dir: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        bytes += match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => disk_bytes(&entry.path())?,
            Ok(metadata) => metadata.len(),
            // The mark and sled's snapshots are replaced at any time.
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(error),
        };
    }
    Ok(bytes)
}
