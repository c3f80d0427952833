//! Making a log of blocks that come from elsewhere: beside the place where it is to lie, and moved there when it is
//! whole, so that nothing half made ever lies there.

use std::{
    fs::{self, File},
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rustix::{
    fs::{CWD, RenameFlags, renameat_with},
    io::Errno,
};
use types::LogEpoch;

use super::{
    OpenError, SledOptions,
    layout::block::Chain,
    mark::{self, Mark},
    open::{self, make_directory},
    store::{Block, Store, StoreError},
    verify::Blocks,
};

/// The name, beside that of the log, of a log that is being made.
const NEW: &str = "new";
/// A directory with this file in it is not whole, and may be deleted.
const UNFINISHED: &str = "unfinished";
/// So many bytes are made durable at once.
const SYNC_BYTES: usize = 4 * 1024 * 1024;
/// How often, and after which pause, is looked whether sled has let go of what it was told to close.
const TRIES: usize = 400;
const PAUSE: Duration = Duration::from_millis(25);

/// Why a log can't be made.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Something lies where it would be made.
    #[error("`{dir}` is in the way, and was not made by a command that was interrupted: move it aside")]
    InTheWay {
        /// The directory.
        dir: PathBuf,
    },
    /// The disk is full.
    #[error("there is no room left for a log in `{dir}`; nothing was changed: make room on that disk and run it again")]
    DiskFull {
        /// The directory.
        dir: PathBuf,
    },
    /// The blocks make no log.
    #[error("what is there makes no log: at position {position}: {reason}")]
    Wrong {
        /// The first position that is not right.
        position: u64,
        /// What is wrong.
        reason: String,
    },
    /// What was made can't be opened.
    #[error("the log that was made can't be opened, and was deleted again")]
    Open(#[from] OpenError),
    /// The system refused something else.
    #[error("making a log in `{dir}` failed: {source}")]
    Io {
        /// The directory.
        dir: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// A log that is being made. Dropped before it is [finished](Self::finish), it is deleted.
pub(super) struct Building {
    /// Where it is made.
    pub(super) dir: PathBuf,
    options: SledOptions,
    store: Option<Store>,
    epoch: LogEpoch,
    blocks: Blocks,
    unsynced_bytes: usize,
    _lock: File,
    unfinished: bool,
}

impl Building {
    /// Begins a log beside `log`, which will have a new epoch.
    pub(super) fn begin(log: &Path, origin: Option<LogEpoch>, options: SledOptions) -> Result<Self, BuildError> {
        let dir = beside(log, NEW);
        let failed = |source| refused(&dir, source);
        if dir.exists() && !dir.join(UNFINISHED).exists() && fs::read_dir(&dir).map_err(failed)?.next().is_some() {
            return Err(BuildError::InTheWay { dir });
        }
        make_directory(&dir).map_err(failed)?;
        let lock = File::create(dir.join(UNFINISHED)).map_err(failed)?;
        if lock.try_lock().is_err() {
            return Err(BuildError::InTheWay { dir });
        }
        for leftover in [open::DATABASE, "snapshots-aside"] {
            remove(&dir.join(leftover)).map_err(failed)?;
        }
        let epoch = LogEpoch::new(&*options.ids);
        let origin = origin.unwrap_or(epoch);
        let mut building = Self {
            dir,
            options,
            store: None,
            epoch,
            blocks: Blocks::new(origin),
            unsynced_bytes: 0,
            _lock: lock,
            unfinished: true,
        };
        building.store = Some(building.store(|building| {
            let (dir, sync) = (building.dir.join(open::DATABASE), Arc::clone(&building.options.sync));
            let store = Store::open(&dir, building.options.cache_bytes, sync)?;
            store.put_epoch(epoch)?;
            store.put_origin(origin)?;
            Ok(store)
        })?);
        Ok(building)
    }

    /// The last position so far, and the chain after it.
    pub(super) fn tip(&self) -> (u64, Chain) {
        (self.blocks.position, self.blocks.chain)
    }

    /// Adds the next block, as it is stored and unpacked, after it was held against those before it.
    pub(super) fn add(&mut self, block: &Block, value: Vec<u8>) -> Result<(), BuildError> {
        let walked = self.blocks.take(block, |_, _| ());
        walked.map_err(|(position, bad)| BuildError::Wrong { position, reason: bad.to_string() })?;
        self.unsynced_bytes += value.len();
        let sync = self.unsynced_bytes >= SYNC_BYTES;
        let blocks = [(block.header.first, value)];
        self.store(|building| {
            let Some(store) = &building.store else { return Ok(()) };
            store.put_blocks(&blocks)?;
            if sync { store.make_durable() } else { Ok(()) }
        })?;
        if sync {
            self.unsynced_bytes = 0;
        }
        Ok(())
    }

    /// Makes it durable, opens it as it will be opened, which makes its index, and gives where it lies. It is only to be
    /// moved to its place.
    pub(super) fn finish(mut self) -> Result<Built, BuildError> {
        self.store(|building| building.store.as_ref().map_or(Ok(()), Store::make_durable))?;
        self.store = None;
        let failed = |source| refused(&self.dir, source);
        released(&self.dir.join(open::DATABASE)).map_err(failed)?;
        let (position, chain) = self.tip();
        mark::replace(&self.dir, open::FORMAT_FILE, format!("{}\n", open::FORMAT).as_bytes()).map_err(failed)?;
        Mark { epoch: self.epoch, position, chain }.write(&self.dir).map_err(failed)?;
        let options = &self.options;
        let opened = open::open(&self.dir, options.cache_bytes, Arc::clone(&options.sync), &*options.ids)?;
        if (opened.tip.position, opened.tip.chain) != (position, chain) {
            return Err(BuildError::Wrong { position, reason: "it ends elsewhere than it should".into() });
        }
        let synced = catch_unwind(AssertUnwindSafe(|| opened.store.make_durable()));
        synced.ok().and_then(Result::ok).ok_or_else(|| failed(io::Error::other("its index can't be made durable")))?;
        drop(opened.store);
        released(&self.dir.join(open::DATABASE)).map_err(failed)?;
        self.unfinished = false;
        Ok(Built { dir: self.dir.clone(), epoch: self.epoch, is_moved: false })
    }

    /// Does something with the store, which may panic when the disk is full.
    fn store<T>(&mut self, what: impl FnOnce(&Self) -> Result<T, StoreError>) -> Result<T, BuildError> {
        let outcome = catch_unwind(AssertUnwindSafe(|| what(self)));
        match outcome {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(StoreError::Sled(sled::Error::Io(source)) | StoreError::Sync(source))) => {
                Err(refused(&self.dir, source))
            }
            Ok(Err(error)) => Err(refused(&self.dir, io::Error::other(error))),
            Err(_) => Err(refused(&self.dir, io::Error::other("the database has panicked, perhaps for want of room"))),
        }
    }
}

impl Drop for Building {
    fn drop(&mut self) {
        if self.unfinished {
            // sled writes when it is dropped, and after a failure it may panic then.
            let store = self.store.take();
            let _ = catch_unwind(AssertUnwindSafe(|| drop(store)));
            let _ = released(&self.dir.join(open::DATABASE));
            let _ = fs::remove_dir_all(&self.dir);
        }
    }
}

/// A log that was made, and lies beside its place. Dropped before it is moved there, it is deleted.
pub(super) struct Built {
    pub(super) dir: PathBuf,
    pub(super) epoch: LogEpoch,
    is_moved: bool,
}

impl Built {
    /// Moves it to a place where nothing is, or an empty directory.
    pub(super) fn put_in_place(mut self, log: &Path) -> Result<(), BuildError> {
        self.is_whole().and_then(|()| fs::rename(&self.dir, log)).map_err(|source| refused(&self.dir, source))?;
        self.is_moved = true;
        sync_above(log).map_err(|source| refused(log, source))
    }

    /// Puts it in the place of another log, and that one aside, to where nothing is. Nothing of either is ever deleted.
    pub(super) fn replace(mut self, log: &Path, aside: &Path) -> Result<(), BuildError> {
        self.is_whole().map_err(|source| refused(&self.dir, source))?;
        self.is_moved = true;
        let moved = match renameat_with(CWD, &self.dir, CWD, log, RenameFlags::EXCHANGE) {
            Ok(()) => fs::rename(&self.dir, aside),
            // Some file systems can't do this at once.
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
                fs::rename(log, aside).and_then(|()| fs::rename(&self.dir, log))
            }
            Err(error) => {
                self.is_moved = false;
                Err(error.into())
            }
        };
        moved.and_then(|()| sync_above(log)).map_err(|source| refused(&self.dir, source))
    }

    /// From here on nobody takes it for something half made.
    fn is_whole(&self) -> io::Result<()> {
        fs::remove_file(self.dir.join(UNFINISHED))?;
        File::open(&self.dir)?.sync_all()
    }
}

impl Drop for Built {
    fn drop(&mut self) {
        if !self.is_moved {
            let _ = released(&self.dir.join(open::DATABASE));
            let _ = fs::remove_dir_all(&self.dir);
        }
    }
}

/// The path of something beside the log: `log.new`.
pub(super) fn beside(log: &Path, what: &str) -> PathBuf {
    let mut name = log.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(what);
    log.with_file_name(name)
}

pub(super) fn sync_above(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(above) if above != Path::new("") => File::open(above)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

pub(super) fn refused(dir: &Path, source: io::Error) -> BuildError {
    let dir = dir.to_owned();
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => BuildError::DiskFull { dir },
        _ => BuildError::Io { dir, source },
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Waits until sled's threads have let go of a database that was closed: they would write to where it lay.
pub(super) fn released(database: &Path) -> io::Result<()> {
    let file = match File::options().read(true).write(true).open(database.join("db")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        opened => opened?,
    };
    for _ in 0..TRIES {
        if file.try_lock().is_ok() {
            return Ok(());
        }
        std::thread::sleep(PAUSE);
    }
    Err(io::ErrorKind::ResourceBusy.into())
}
