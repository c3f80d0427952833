//! Opening a log safely: take the lock, look before sled touches anything, open, hold the end against the mark, bring the
//! index up to date, and only then serve.

use std::{
    fs::{self, File, TryLockError},
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    time::Duration,
};

use types::{Ids, LogEpoch, SystemIds};

use super::{
    OpenError,
    examine::{End, examine},
    index::Late,
    layout::block::Chain,
    mark::{self, BadMark, Mark},
    rehearse::REHEARSAL,
    scan::{self, Doubt},
    store::{Store, StoreError, Sync},
    tip::Tip,
};

/// The newest format of a log's directory. An older program refuses a newer format.
pub(super) const FORMAT: u32 = 1;
pub(super) const FORMAT_FILE: &str = "format";
pub(super) const LOCK_FILE: &str = "lock";
pub(super) const DATABASE: &str = "db";
/// What sled says about its database to itself. It never syncs this file.
const CONFIGURATION: &str = "conf";
/// What is wrong with a database without an epoch.
pub(super) const NO_EPOCH: &str = "its database does not say which log it is";
/// How often, and after which pause, opening is tried again while sled's threads of a log that this process just closed
/// still hold its file.
const TRIES: usize = 200;
const PAUSE: Duration = Duration::from_millis(25);

/// A log that was opened and found whole.
pub(super) struct Opened {
    pub(super) lock: File,
    pub(super) store: Store,
    pub(super) epoch: LogEpoch,
    pub(super) origin: LogEpoch,
    pub(super) tip: End,
    pub(super) late: Late,
}

/// What is known of a log when its database was opened: its epoch and that of its first life, its end, and what is not
/// indexed.
pub(super) type Begun = (LogEpoch, LogEpoch, End, Late);

/// A log that is being opened.
pub(super) struct Opening<'a> {
    pub(super) dir: &'a Path,
    pub(super) cache_bytes: u64,
    pub(super) sync: Sync,
    /// Whether a copy is opened first, and this is it.
    pub(super) rehearsal: bool,
}

/// Opens the log in this directory; makes one if there is nothing.
pub(super) fn open(dir: &Path, cache_bytes: u64, sync: Sync, ids: &dyn Ids) -> Result<Opened, OpenError> {
    let opening = Opening { dir, cache_bytes, sync, rehearsal: false };
    make_directory(dir).map_err(|source| opening.io("making the directory", source))?;
    let lock = opening.lock()?;
    opening.probe()?;
    opening.format()?;
    let mark = opening.mark()?;
    opening.look(mark.as_ref())?;
    let (newest, last) = known(dir, mark);
    let store = opening.carefully(newest, last)?;
    let (epoch, origin, tip, late) = opening.begin_safely(&store, newest, ids)?;
    let now = Mark { epoch, position: tip.position, chain: tip.chain };
    if mark != Some(now) {
        now.write(dir).map_err(|source| opening.io("writing the mark", source))?;
    }
    Ok(Opened { lock, store, epoch, origin, tip, late })
}

/// The mark, or the log's tip if that says more: what the log must hold.
pub(super) fn newest(dir: &Path, mark: Option<Mark>) -> Option<Mark> {
    known(dir, mark).0
}

/// What the log must hold, and the chain's value after the last group, if one was written since the log was opened.
fn known(dir: &Path, mark: Option<Mark>) -> (Option<Mark>, Option<Chain>) {
    let Some(mark) = mark else { return (None, None) };
    let Some(tip) = Tip::read(dir).filter(|tip| tip.end.epoch == mark.epoch) else { return (Some(mark), None) };
    let newest = if tip.end.position > mark.position { tip.end } else { mark };
    (Some(newest), (tip.end.position > tip.opened_at).then_some(tip.end.chain))
}

/// Makes a directory, and those above it, so that a power cut does not take it away again.
pub(super) fn make_directory(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    let above = match dir.parent() {
        Some(above) if above != Path::new("") => above,
        _ => Path::new("."),
    };
    make_directory(above)?;
    match fs::create_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && dir.is_dir() => Ok(()),
        made => made.and_then(|()| File::open(above)?.sync_all()),
    }
}

fn is_snapshot(name: &str) -> bool {
    name.starts_with("snap.")
}

impl Opening<'_> {
    /// Opens the database of a log that this process holds, and that ended here.
    pub(super) fn again(&self, known: Mark) -> Result<(Store, End, Late), OpenError> {
        let store = self.try_database()?;
        let (_, _, end, late) = self.begin_safely(&store, Some(known), &SystemIds)?;
        Ok((store, end, late))
    }

    /// Does what makes sled panic where the database is not what it wrote.
    pub(super) fn guarded<T>(&self, act: impl FnOnce() -> Result<T, OpenError>) -> Result<T, OpenError> {
        let unreadable = |_| Err(self.damaged("its database can't be read".into()));
        catch_unwind(AssertUnwindSafe(act)).unwrap_or_else(unreadable)
    }

    pub(super) fn begin_safely(&self, store: &Store, mark: Option<Mark>, ids: &dyn Ids) -> Result<Begun, OpenError> {
        self.guarded(|| self.begin(store, mark, ids))
    }

    pub(super) fn io(&self, doing: &'static str, source: io::Error) -> OpenError {
        let dir = self.dir.to_owned();
        match source.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                OpenError::NotWritable { dir, source }
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => OpenError::DiskFull { dir },
            _ => OpenError::Io { dir, doing, source },
        }
    }

    pub(super) fn damaged(&self, reason: String) -> OpenError {
        OpenError::Damaged { dir: self.dir.to_owned(), reason }
    }

    pub(super) fn store(&self, error: StoreError) -> OpenError {
        match error {
            StoreError::Sled(sled::Error::Io(source)) | StoreError::Sync(source) => {
                self.io("reading or writing the database", source)
            }
            other => self.damaged(other.to_string()),
        }
    }

    pub(super) fn lock(&self) -> Result<File, OpenError> {
        let file = File::options().create(true).truncate(false).write(true).open(self.dir.join(LOCK_FILE));
        let file = file.map_err(|source| self.io("taking the lock", source))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(OpenError::InUse { dir: self.dir.to_owned() }),
            Err(TryLockError::Error(source)) => Err(self.io("taking the lock", source)),
        }
    }

    /// Whether files can be made here, before anything is changed.
    fn probe(&self) -> Result<(), OpenError> {
        let path = self.dir.join("probe");
        let probed = fs::write(&path, [0]).and_then(|()| fs::remove_file(&path));
        probed.map_err(|source| self.io("writing to the directory", source))
    }

    pub(super) fn mark(&self) -> Result<Option<Mark>, OpenError> {
        Mark::read(self.dir).map_err(|bad| match bad {
            BadMark::Io(source) => self.io("reading the mark", source),
            BadMark::Wrong(reason) => self.damaged(format!("its file `{}` can't be trusted: {reason}", mark::FILE)),
        })
    }

    pub(super) fn format(&self) -> Result<(), OpenError> {
        match fs::read_to_string(self.dir.join(FORMAT_FILE)) {
            Ok(text) => match text.trim_end().parse() {
                Ok(FORMAT) => Ok(()),
                Ok(found) if found > FORMAT => Err(OpenError::Newer { dir: self.dir.to_owned(), found, known: FORMAT }),
                _ => Err(self.damaged(format!("its file `{FORMAT_FILE}` names no format"))),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if self.dir.join(DATABASE).exists() || self.dir.join(mark::FILE).exists() {
                    return Err(self.damaged(format!("its file `{FORMAT_FILE}` is missing")));
                }
                let written = mark::replace(self.dir, FORMAT_FILE, format!("{FORMAT}\n").as_bytes());
                written.map_err(|source| self.io("writing the format", source))
            }
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                Err(self.damaged(format!("its file `{FORMAT_FILE}` is not text")))
            }
            Err(source) => Err(self.io("reading the format", source)),
        }
    }

    /// Looks at the database before sled does, which takes an empty file for a new one.
    pub(super) fn look(&self, mark: Option<&Mark>) -> Result<(), OpenError> {
        let length = match fs::metadata(self.database_dir().join("db")) {
            Ok(metadata) => metadata.len(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(source) => return Err(self.io("looking at the database", source)),
        };
        match mark {
            Some(mark) if length == 0 => Err(self.empty(*mark)),
            _ => Ok(()),
        }
    }

    /// There is nothing in the database of a log that was this far.
    fn empty(&self, mark: Mark) -> OpenError {
        match mark.position {
            0 => {
                self.damaged("its database is empty, but the log was begun; no event was acknowledged in it yet".into())
            }
            mark => OpenError::BehindMark { dir: self.dir.to_owned(), tip: 0, mark },
        }
    }

    fn database_dir(&self) -> PathBuf {
        self.dir.join(if self.rehearsal { REHEARSAL } else { DATABASE })
    }

    /// Opens sled's database; a copy of it first if it may be damaged.
    fn carefully(&self, newest: Option<Mark>, last: Option<Chain>) -> Result<Store, OpenError> {
        self.forget_rehearsal();
        self.tidy(|name| is_snapshot(name) && name.ends_with(".generating"), None)?;
        let looked = scan::look(&self.database_dir(), last);
        let opened = match looked.map_err(|source| self.io("looking at the database", source))? {
            Ok(()) => self.try_database().map_err(|error| (error, Doubt("it can't be opened"))),
            Err(doubt) => Err((self.damaged(doubt.0.to_owned()), doubt)),
        };
        match opened {
            Err((OpenError::Damaged { .. }, doubt)) => {
                self.rehearse(newest, &doubt)?;
                self.database()
            }
            outcome => outcome.map_err(|(error, _)| error),
        }
    }

    /// Opens sled's database, with what is known of the ways in which it fails to.
    pub(super) fn database(&self) -> Result<Store, OpenError> {
        self.tidy(|name| is_snapshot(name) && name.ends_with(".generating"), None)?;
        match self.try_database() {
            Err(OpenError::Damaged { .. }) => {
                // Without its snapshots sled replays its log. Its configuration is always the same, and is made again.
                let aside = self.dir.join("snapshots-aside");
                let aside = (!self.rehearsal).then_some(aside.as_path());
                self.tidy(|name| is_snapshot(name) || name == CONFIGURATION, aside)?;
                self.try_database()
            }
            outcome => outcome,
        }
    }

    fn try_database(&self) -> Result<Store, OpenError> {
        let mut tries = 0;
        loop {
            let opened = catch_unwind(AssertUnwindSafe(|| {
                Store::open(&self.database_dir(), self.cache_bytes, Sync::clone(&self.sync))
            }));
            match opened {
                Ok(Ok(store)) => return Ok(store),
                Ok(Err(StoreError::Sled(sled::Error::Io(error))))
                    if error.to_string().contains("could not acquire lock") && tries < TRIES =>
                {
                    // We hold the directory's lock, so it can only be a remainder of this very process.
                    tries += 1;
                    std::thread::sleep(PAUSE);
                }
                Ok(Err(error)) => return Err(self.store(error)),
                Err(_) => return Err(self.damaged("its database can't be opened".into())),
            }
        }
    }

    /// Deletes sled's files with such names, or moves them aside.
    fn tidy(&self, which: impl Fn(&str) -> bool, aside: Option<&Path>) -> Result<(), OpenError> {
        let failed = |source| self.io("tidying the database's directory", source);
        let entries = match fs::read_dir(self.database_dir()) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(source) => return Err(failed(source)),
        };
        for entry in entries {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name();
            let Some(name) = name.to_str().filter(|name| which(name)) else { continue };
            match aside {
                None => fs::remove_file(entry.path()),
                Some(aside) => fs::create_dir_all(aside).and_then(|()| fs::rename(entry.path(), aside.join(name))),
            }
            .map_err(failed)?;
        }
        Ok(())
    }

    /// Holds what was opened against the mark, or begins a new log.
    fn begin(&self, store: &Store, mark: Option<Mark>, ids: &dyn Ids) -> Result<Begun, OpenError> {
        let failed = |error| self.store(error);
        let epoch = match (store.epoch().map_err(failed)?, mark) {
            (Some(epoch), Some(mark)) if epoch != mark.epoch => {
                return Err(self.damaged("its mark is that of another log".into()));
            }
            (Some(epoch), _) => epoch,
            (None, mark) if !store.is_empty().map_err(failed)? => {
                let reason = match mark {
                    Some(_) => NO_EPOCH.to_owned(),
                    None => format!("{NO_EPOCH}, and its file `{}` is missing", mark::FILE),
                };
                return Err(self.damaged(reason));
            }
            (None, Some(mark)) => return Err(self.empty(mark)),
            (None, None) => {
                let epoch = LogEpoch::new(ids);
                store.put_epoch(epoch).map_err(failed)?;
                epoch
            }
        };
        let origin = store.origin().map_err(failed)?.unwrap_or(epoch);
        let (tip, late) = examine(store, origin, mark).map_err(|trouble| trouble.open_error(self.dir, failed))?;
        if mark.is_none() && tip.position > 0 {
            return Err(self
                .damaged(format!("its file `{}` is missing, so that nobody can tell whether events are", mark::FILE)));
        }
        // What a killed process wrote but did not make durable is shown from now on.
        store.make_durable().map_err(failed)?;
        let durable = |path: PathBuf| File::open(path)?.sync_all();
        durable(self.database_dir().join(CONFIGURATION))
            .and_then(|()| durable(self.database_dir()))
            .and_then(|()| durable(self.dir.to_owned()))
            .map_err(|source| self.io("making the directory durable", source))?;
        Ok((epoch, origin, tip, late))
    }
}
