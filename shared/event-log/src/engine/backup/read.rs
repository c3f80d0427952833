//! Reading a backup from its first block to its last, holding each against the chain.

use std::{
    collections::VecDeque,
    fs::{self, File},
    io::{self, BufReader, Read as _},
    path::{Path, PathBuf},
};

use types::LogEpoch;

use super::{
    BackupError,
    format::{self, BadHeader, HEADER_BYTES, Header},
};
use crate::engine::{
    layout::block::{self, Chain},
    store::Block,
};

/// A backup that is being read.
pub(in crate::engine) struct Reading {
    dir: PathBuf,
    /// The files that were not begun, by their first position.
    left: VecDeque<u64>,
    file: Option<Open>,
    pub(in crate::engine) origin: LogEpoch,
    /// The epoch of the newest file.
    pub(super) epoch: LogEpoch,
    /// The last position that was read, and the chain after it.
    pub(in crate::engine) position: u64,
    pub(in crate::engine) chain: Chain,
    /// How many bytes were read of how many.
    bytes: (u64, u64),
}

/// The file that is being read.
struct Open {
    path: PathBuf,
    file: BufReader<File>,
    /// How much of it was read and is right.
    whole: u64,
    length: u64,
}

/// A block of a backup: as it is stored, and unpacked.
pub(in crate::engine) struct Found {
    pub(in crate::engine) value: Vec<u8>,
    pub(in crate::engine) block: Block,
}

/// The end of a backup.
pub(super) struct End {
    /// The newest file, by its first position, and how much of it is whole.
    pub(super) first: u64,
    pub(super) whole: u64,
    /// What lies after it: the beginning of a block that was being written when the program or the machine stopped.
    pub(super) torn: u64,
}

/// The positions at which the files of a backup begin, in order; `None` if there is no directory.
pub(super) fn files(dir: &Path) -> Result<Option<VecDeque<u64>>, BackupError> {
    let failed = BackupError::io("reading the directory", dir);
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return Err(BackupError::NotDirectory { dir: dir.to_owned() });
        }
        Err(error) => return Err(failed(error)),
    };
    let (mut files, mut foreign) = (Vec::new(), false);
    for entry in entries {
        let name = entry.map_err(BackupError::io("reading the directory", dir))?.file_name();
        match name.to_str().and_then(format::first) {
            Some(first) => files.push(first),
            None => foreign |= name != super::LOCK_FILE && name != super::NEW_FILE,
        }
    }
    if files.is_empty() && foreign {
        return Err(BackupError::Foreign { dir: dir.to_owned() });
    }
    files.sort_unstable();
    Ok(Some(files.into()))
}

impl Reading {
    /// Begins with the first file; `None` if there is none. What lies after the newest whole block is left out by
    /// [`next`](Self::next), and told by [`end`](Self::end).
    pub(in crate::engine) fn open(dir: &Path) -> Result<Option<Self>, BackupError> {
        let Some(left) = files(dir)?.filter(|files| !files.is_empty()) else { return Ok(None) };
        let mut length = 0;
        for first in &left {
            let path = dir.join(format::name(*first));
            length += fs::metadata(&path).map_err(BackupError::io("reading", &path))?.len();
        }
        let (position, nobody) = (0, LogEpoch::from_uuid(uuid::Uuid::nil()));
        let mut reading = Self {
            dir: dir.to_owned(),
            left,
            file: None,
            origin: nobody,
            epoch: nobody,
            position,
            chain: Chain::default(),
            bytes: (0, length),
        };
        Ok(reading.begin_file()?.then_some(reading))
    }

    /// The next block; `None` at the end.
    pub(in crate::engine) fn next(&mut self) -> Result<Option<Found>, BackupError> {
        while self.file.is_some() {
            if let Some(found) = self.frame()? {
                return Ok(Some(found));
            }
            if self.left.is_empty() {
                return Ok(None);
            }
            self.begin_file()?;
        }
        Ok(None)
    }

    /// How many bytes were read, and how many there are.
    pub(in crate::engine) fn bytes(&self) -> (u64, u64) {
        self.bytes
    }

    /// How many bytes at the end were left out, once [`next`](Self::next) has come there.
    pub(in crate::engine) fn torn_bytes(&self) -> u64 {
        self.end().map_or(0, |end| end.torn)
    }

    /// How the backup ends, once [`next`](Self::next) has come there.
    pub(super) fn end(&self) -> Option<End> {
        let open = self.file.as_ref()?;
        let first = open.path.file_name()?.to_str().and_then(format::first)?;
        Some(End { first, whole: open.whole, torn: open.length - open.whole })
    }

    /// Goes on with the next file. False if that is the only one, and nothing of it was written.
    fn begin_file(&mut self) -> Result<bool, BackupError> {
        let Some(first) = self.left.pop_front() else { return Ok(false) };
        if first != self.position + 1 {
            let (dir, file) = (self.dir.clone(), format::name(self.position + 1));
            return Err(BackupError::Missing { dir, file, position: self.position });
        }
        let path = self.dir.join(format::name(first));
        let file = File::open(&path).map_err(BackupError::io("reading", &path))?;
        let length = file.metadata().map_err(BackupError::io("reading", &path))?.len();
        let (mut file, mut bytes) = (BufReader::new(file), Vec::with_capacity(HEADER_BYTES));
        let read = file.by_ref().take(HEADER_BYTES as u64).read_to_end(&mut bytes);
        read.map_err(BackupError::io("reading", &path))?;
        let damaged = |reason: &str| BackupError::Damaged {
            file: path.clone(),
            offset: 0,
            position: first - 1,
            reason: reason.to_owned(),
        };
        let header = match Header::decode(&bytes) {
            Ok(header) => header,
            Err(BadHeader::Newer(found)) => {
                return Err(BackupError::Newer { file: path, found, known: format::FORMAT });
            }
            Err(BadHeader::Short) if self.left.is_empty() && first > 1 => {
                self.bytes.0 += length;
                self.file = Some(Open { path, file, whole: 0, length });
                return Ok(true);
            }
            Err(BadHeader::Short) if self.left.is_empty() => return Ok(false),
            Err(BadHeader::Short | BadHeader::Wrong) => return Err(damaged("it does not begin as such a file does")),
        };
        if first == 1 {
            (self.origin, self.chain) = (header.origin, block::genesis(header.origin));
        }
        if header.origin != self.origin {
            return Err(damaged("it belongs to the backup of another log"));
        }
        if header.first != first || header.before != self.chain {
            return Err(damaged("it does not follow the file before it"));
        }
        self.epoch = header.epoch;
        self.bytes.0 += HEADER_BYTES as u64;
        self.file = Some(Open { path, file, whole: HEADER_BYTES as u64, length });
        Ok(true)
    }

    fn frame(&mut self) -> Result<Option<Found>, BackupError> {
        let (last, position) = (self.left.is_empty(), self.position);
        let Some(open) = &mut self.file else { return Ok(None) };
        let left = open.length - open.whole;
        let damaged = |open: &Open, reason: String| BackupError::Damaged {
            file: open.path.clone(),
            offset: open.whole,
            position,
            reason,
        };
        if left == 0 || (last && open.whole == 0) {
            return Ok(None);
        }
        let torn = |open: &Open| match last {
            true => Ok(None),
            false => Err(damaged(open, "it ends within a block, though others follow".to_owned())),
        };
        let mut head = [0; 8];
        if left < head.len() as u64 {
            return torn(open);
        }
        open.file.read_exact(&mut head).map_err(BackupError::io("reading", &open.path))?;
        let Some(length) = format::length(head) else {
            return match last && head == [0; 8] && is_zero(&mut open.file).unwrap_or(false) {
                true => Ok(None),
                false => Err(damaged(open, "no block begins here".to_owned())),
            };
        };
        if left - (head.len() as u64) < length as u64 {
            return torn(open);
        }
        let mut value = vec![0; length];
        open.file.read_exact(&mut value).map_err(BackupError::io("reading", &open.path))?;
        let block = checked(&value, position, &self.chain).map_err(|reason| damaged(open, reason))?;
        let read = (head.len() + length) as u64;
        open.whole += read;
        self.bytes.0 += read;
        (self.position, self.chain) = (block.header.last(), block.header.after);
        Ok(Some(Found { value, block }))
    }
}

/// Whether nothing but zeros follows: room that was made for what was never written.
fn is_zero(file: &mut impl io::Read) -> io::Result<bool> {
    let mut bytes = [0; 4_096];
    loop {
        match file.read(&mut bytes)? {
            0 => return Ok(true),
            read if bytes[..read].iter().any(|byte| *byte != 0) => return Ok(false),
            _ => {}
        }
    }
}

/// The block with this value, if it is whole and follows on this position and chain.
pub(in crate::engine) fn checked(value: &[u8], position: u64, chain: &Chain) -> Result<Block, String> {
    let (header, packed) = block::header(value).map_err(|bad| bad.to_string())?;
    let sections = block::unpack(&header, packed).map_err(|bad| bad.to_string())?;
    if header.first != position + 1 {
        return Err(format!("the block begins at position {}", header.first));
    }
    if header.before != *chain {
        return Err("the block does not follow the one before it: the chain is broken".to_owned());
    }
    Ok(Block { header, sections })
}
