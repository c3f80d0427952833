//! Writing a backup, from where it ended.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use types::{LogEpoch, Position};

use super::{
    BackupError, LOCK_FILE, LogIdentity, NEW_FILE,
    format::{self, HEADER_BYTES, Header},
    read::{self, Reading},
};
use crate::engine::{ChainValue, layout::block, open::make_directory};

/// A file takes no more blocks when it is so long.
pub(super) const FILE_BYTES: u64 = 64 * 1024 * 1024;

/// A backup that blocks are added to. What was added is durable after [`make_durable`](Self::make_durable). Blocks the
/// thread that calls it.
pub struct Backup {
    dir: PathBuf,
    _lock: Option<File>,
    end: BackupEnd,
    file: Option<Open>,
    /// How many bytes at its end were left out, because what was being written there was torn.
    torn_bytes: u64,
    /// In tests, a file takes no more blocks when it is so long.
    pub(super) file_bytes: u64,
}

/// Where a backup ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupEnd {
    /// The origin of its log; `None` if nothing was written yet.
    pub origin: Option<LogEpoch>,
    /// The last position in it.
    pub position: Position,
    /// The value of the chain there; that of an empty log does not count.
    pub chain: ChainValue,
}

/// The file that is being written.
struct Open {
    path: PathBuf,
    file: File,
    bytes: u64,
    epoch: LogEpoch,
}

impl Backup {
    /// Opens the backup in this directory, verifies what is there, and cuts off what was torn; there may be no directory
    /// yet, or an empty one. `progress` hears how many bytes were verified, and how many there are.
    pub fn open(dir: &Path, progress: impl Fn(u64, u64)) -> Result<Self, BackupError> {
        let lock = match read::files(dir)? {
            Some(_) => Some(lock(dir)?),
            None => None,
        };
        let end = BackupEnd { origin: None, position: Position::START, chain: ChainValue(block::Chain::default()) };
        let mut backup =
            Self { dir: dir.to_owned(), _lock: lock, end, file: None, torn_bytes: 0, file_bytes: FILE_BYTES };
        let Some(mut reading) = Reading::open(dir)? else { return Ok(backup) };
        while reading.next()?.is_some() {
            let (done, of) = reading.bytes();
            progress(done, of);
        }
        backup.end = BackupEnd {
            origin: Some(reading.origin),
            position: Position::new(reading.position),
            chain: ChainValue(reading.chain),
        };
        if let Some(end) = reading.end() {
            backup.go_on(&end, reading.epoch)?;
        }
        Ok(backup)
    }

    /// Goes on in the newest file, or before it if nothing of that is whole.
    fn go_on(&mut self, end: &read::End, epoch: LogEpoch) -> Result<(), BackupError> {
        self.torn_bytes = end.torn;
        let path = self.dir.join(format::name(end.first));
        if end.whole == 0 {
            return fs::remove_file(&path).map_err(BackupError::io("removing", &path));
        }
        let opened = File::options().append(true).open(&path).and_then(|file| {
            if end.torn > 0 {
                file.set_len(end.whole)?;
                file.sync_all()?;
            }
            Ok(file)
        });
        let file = opened.map_err(BackupError::io("writing", &path))?;
        self.file = Some(Open { path, file, bytes: end.whole, epoch });
        Ok(())
    }

    /// Where it ends.
    pub fn end(&self) -> BackupEnd {
        self.end
    }

    /// How many bytes were cut off its end, because what was being written there was torn.
    pub fn torn_bytes(&self) -> u64 {
        self.torn_bytes
    }

    /// Says which log the next blocks are of. Makes the directory, and the first file, if there is nothing yet.
    pub fn go_on_with(&mut self, log: LogIdentity) -> Result<(), BackupError> {
        match self.end.origin {
            Some(found) if found != log.origin => {
                return Err(BackupError::OtherLog { dir: self.dir.clone(), found, log: log.origin });
            }
            Some(_) => {}
            None => {
                make_directory(&self.dir).map_err(BackupError::io("making the directory", &self.dir))?;
                if self._lock.is_none() {
                    self._lock = Some(lock(&self.dir)?);
                }
                self.end.origin = Some(log.origin);
                self.end.chain = ChainValue(block::genesis(log.origin));
            }
        }
        if self.file.as_ref().is_none_or(|file| file.epoch != log.epoch) {
            self.begin_file(log)?;
        }
        Ok(())
    }

    /// Adds the next block, after it was verified.
    pub fn add(&mut self, value: &[u8]) -> Result<(), BackupError> {
        let (position, chain) = (self.end.position.get(), self.end.chain.0);
        let Some(open) = &mut self.file else {
            return Err(BackupError::Foreign { dir: self.dir.clone() });
        };
        let block = read::checked(value, position, &chain).map_err(|reason| BackupError::Sent { position, reason })?;
        let bytes = [&format::head(value.len())[..], value].concat();
        open.file.write_all(&bytes).map_err(BackupError::io("writing", &open.path))?;
        open.bytes += bytes.len() as u64;
        self.end.position = Position::new(block.header.last());
        self.end.chain = ChainValue(block.header.after);
        if open.bytes >= self.file_bytes {
            let log = LogIdentity { epoch: open.epoch, origin: self.end.origin.unwrap_or(open.epoch) };
            self.begin_file(log)?;
        }
        Ok(())
    }

    /// Everything that was added survives a power cut when this returns.
    pub fn make_durable(&mut self) -> Result<BackupEnd, BackupError> {
        if let Some(open) = &self.file {
            open.file.sync_data().map_err(BackupError::io("writing", &open.path))?;
        }
        Ok(self.end)
    }

    /// Begins the next file, whole with its header or not at all.
    fn begin_file(&mut self, log: LogIdentity) -> Result<(), BackupError> {
        self.make_durable()?;
        let first = self.end.position.get() + 1;
        let header = Header { origin: log.origin, epoch: log.epoch, first, before: self.end.chain.0 };
        let (new, path) = (self.dir.join(NEW_FILE), self.dir.join(format::name(first)));
        let made = File::create(&new).and_then(|mut file| {
            file.write_all(&header.encode())?;
            file.sync_all()?;
            fs::rename(&new, &path)?;
            File::open(&self.dir)?.sync_all()?;
            Ok(file)
        });
        let file = made.map_err(BackupError::io("writing", &path))?;
        self.file = Some(Open { path, file, bytes: HEADER_BYTES as u64, epoch: log.epoch });
        Ok(())
    }
}

fn lock(dir: &Path) -> Result<File, BackupError> {
    let path = dir.join(LOCK_FILE);
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(BackupError::io("writing", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(BackupError::InUse { dir: dir.to_owned() }),
        Err(TryLockError::Error(error)) => Err(BackupError::io("locking", &path)(io::Error::other(error))),
    }
}
