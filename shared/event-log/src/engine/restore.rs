//! Making a log from a backup.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use types::{LogEpoch, Position};

use super::{
    BackupError, ChainValue, SledLog, SledOptions,
    backup::read::Reading,
    build::{BuildError, Building},
};

/// A log that was made from a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Restored {
    /// The position of its last event.
    pub position: Position,
    /// The value of the chain there, which is that of the log that was backed up.
    pub chain: ChainValue,
    /// Its epoch, which is new: what readers of the former life hold is of no use here.
    pub epoch: LogEpoch,
    /// The epoch of the log's first life.
    pub origin: LogEpoch,
    /// How many bytes at the end of the backup were left out, because what was being written there was torn.
    pub torn_bytes: u64,
}

/// Why a log can't be made from a backup. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// There is a log already, or something else.
    #[error(
        "`{dir}` is not empty, and restoring never writes over a log: stop Erfa and move that directory aside, or name \
         another data directory with --data"
    )]
    Occupied {
        /// The log's directory.
        dir: PathBuf,
    },
    /// The backup can't be read.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// The log can't be made.
    #[error(transparent)]
    Build(#[from] BuildError),
}

impl SledLog {
    /// Makes a log in `log`, which is empty or not there, from the backup in `backup`: of everything in it, or of what
    /// stands in blocks that end at `to` or before. Blocks until it is done. `progress` hears how many bytes of the
    /// backup were read, and how many there are.
    pub fn restore(
        backup: &Path,
        log: &Path,
        to: Option<Position>,
        options: SledOptions,
        progress: impl Fn(u64, u64),
    ) -> Result<Restored, RestoreError> {
        if !is_vacant(log).map_err(|source| super::build::refused(log, source))? {
            return Err(RestoreError::Occupied { dir: log.to_owned() });
        }
        let mut reading = match Reading::open(backup)? {
            Some(reading) => reading,
            None if backup.is_dir() => return Err(BackupError::Nothing { dir: backup.to_owned() }.into()),
            None => return Err(BackupError::NotDirectory { dir: backup.to_owned() }.into()),
        };
        let origin = reading.origin;
        let mut building = Building::begin(log, Some(origin), options)?;
        let mut ended = false;
        while !ended && let Some(found) = reading.next()? {
            ended = to.is_some_and(|to| found.block.header.last() > to.get());
            if !ended {
                building.add(&found.block, found.value)?;
                let (done, of) = reading.bytes();
                progress(done, of);
            }
        }
        let torn_bytes = if ended { 0 } else { reading.torn_bytes() };
        let (position, chain) = building.tip();
        let built = building.finish()?;
        let epoch = built.epoch;
        built.put_in_place(log)?;
        Ok(Restored { position: Position::new(position), chain: ChainValue(chain), epoch, origin, torn_bytes })
    }
}

/// Whether there is nothing at this path, or an empty directory.
fn is_vacant(dir: &Path) -> io::Result<bool> {
    match fs::read_dir(dir) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(false),
        Err(error) => Err(error),
    }
}
