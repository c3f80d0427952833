//! Opening a copy first, when there is doubt whether sled would take everything: sled writes over what it does not
//! understand, so the original is only touched once the copy was opened and found whole. A log that is refused so stays as
//! it is, for whoever salvages from it. Who looks what is lost of a log, or makes its index again, works on a copy as well.
//!
//! That takes the time and the room of a copy and of a walk through all of it. Only a damaged log, or now and then one
//! after a power cut, has to bear it.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use tokio::sync::watch;
use types::{Position, SystemIds};

use super::{
    OpenError, Verifying,
    build::released,
    mark::Mark,
    open::{DATABASE, Opening},
    scan::Doubt,
    shared::Shared,
    spare::{SPARE_BYTES, is_full, look_for_room},
    store::{Store, Sync},
    tip::TipFile,
    verify::VerifyError,
};

/// Where the copy is made, in the log's directory.
pub(super) const REHEARSAL: &str = "rehearsal";

/// A copy of a log's database. It is deleted when this is dropped.
pub(super) struct Copied(PathBuf);

impl Copied {
    /// Fails if it can't grow as much as opening it may need.
    fn has_room(&self) -> io::Result<()> {
        look_for_room(&self.0, &unsynced())
    }
}

impl Drop for Copied {
    fn drop(&mut self) {
        let removed = released(&self.0).and_then(|()| fs::remove_dir_all(&self.0));
        if let Err(error) = removed
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, path = %self.0.display(), "a copy could not be removed; it may be deleted");
        }
    }
}

/// A copy need not survive a power cut.
fn unsynced() -> Sync {
    Arc::new(|_| Ok(()))
}

impl Opening<'_> {
    fn copied(&self) -> Copied {
        Copied(self.dir.join(REHEARSAL))
    }

    /// Removes what an interrupted rehearsal left.
    pub(super) fn forget_rehearsal(&self) {
        drop(self.copied());
    }

    /// Copies the database, and makes sure that the copy can be opened for all that room is needed for.
    pub(super) fn copy(&self) -> Result<Copied, OpenError> {
        self.forget_rehearsal();
        let copy = self.copied();
        let copied = copy_files(&self.dir.join(DATABASE), &copy.0).and_then(|()| copy.has_room());
        copied.map_err(|source| self.unless_full(source, |source| self.io("copying the database", source)))?;
        Ok(copy)
    }

    /// The opening of that copy.
    pub(super) fn of_copy(&self) -> Opening<'_> {
        Opening { rehearsal: true, sync: unsynced(), ..*self }
    }

    /// What is wrong with the copy; unless there only was no room for it, which sled does not always tell.
    pub(super) fn found(&self, error: OpenError, copy: &Copied) -> OpenError {
        match copy.has_room() {
            Err(full) => self.unless_full(full, |_| error),
            Ok(()) => error,
        }
    }

    fn unless_full(&self, source: io::Error, otherwise: impl FnOnce(io::Error) -> OpenError) -> OpenError {
        if !is_full(&source) {
            return otherwise(source);
        }
        let bytes = size(&self.dir.join(DATABASE)).unwrap_or(0) + SPARE_BYTES as u64;
        OpenError::NoRoomForCopy { dir: self.dir.to_owned(), megabytes: bytes.div_ceil(1_000_000) }
    }

    /// Opens a copy of the database and looks at all of it. What it finds wrong is why the log is refused.
    pub(super) fn rehearse(&self, newest: Option<Mark>, doubt: &Doubt) -> Result<(), OpenError> {
        let Doubt(doubt) = doubt;
        tracing::warn!(doubt, "the log may be damaged; opening a copy of it first");
        let copy = self.copy()?;
        let rehearsal = self.of_copy();
        let outcome = rehearsal.database().and_then(|store| rehearsal.verified(store, newest));
        outcome.map(|_| ()).map_err(|error| self.found(error, &copy))
    }

    /// Looks at all of this database, and gives where it ends.
    fn verified(&self, store: Store, newest: Option<Mark>) -> Result<Mark, OpenError> {
        let (epoch, origin, end, late) = self.begin_safely(&store, newest, &SystemIds)?;
        let end = Mark { epoch, position: end.position, chain: end.chain };
        if newest.is_none() {
            return Ok(end);
        }
        let (_committed, readable) = watch::channel(Position::new(end.position));
        let shared = Shared::new(self.dir.to_owned(), (epoch, origin), store, late, readable);
        let verified = self.guarded(|| verify(&shared).map_err(|error| self.damaged(error.to_string())));
        if let Some(store) = shared.take_store() {
            let flushed = self.guarded(|| store.make_durable().map_err(|error| self.store(error)));
            store.discard();
            return verified.and(flushed).map(|()| end);
        }
        verified.map(|()| end)
    }

    /// Makes the index again in a copy, and puts that in the place of the database when it was found whole. Whatever goes
    /// wrong, the log stays as it was.
    pub(super) fn reindex(&self, newest: Option<Mark>) -> Result<(), OpenError> {
        let copy = self.copy()?;
        let rehearsal = self.of_copy();
        let made = rehearsal.database().and_then(|store| {
            rehearsal.guarded(|| store.forget_index().map_err(|error| rehearsal.store(error)))?;
            rehearsal.verified(store, newest)
        });
        let end = made.map_err(|error| self.found(error, &copy))?;
        let database = self.dir.join(DATABASE);
        released(&copy.0)
            .and_then(|()| sync_files(&copy.0))
            .map_err(|source| self.unless_full(source, |source| self.io("making the copy durable", source)))?;
        renameat_with(CWD, &copy.0, CWD, &database, RenameFlags::EXCHANGE)
            .map_err(io::Error::from)
            .and_then(|()| File::open(self.dir)?.sync_all())
            .map_err(|source| self.io("putting the copy in the place of the database", source))?;
        // What was written since the log was opened is no longer at the end of what sled will replay.
        TipFile::create(self.dir, end).map_err(|source| self.io("writing the tip", source))?;
        Ok(())
    }
}

fn verify(shared: &Shared) -> Result<(), VerifyError> {
    let store = shared.store();
    let Some(store) = &*store else { return Ok(()) };
    let mut verifying = Verifying::begin(shared, store)?;
    while !verifying.step(store)? {}
    Ok(())
}

fn copy_files(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let copy = to.join(entry.file_name());
        if entry.metadata()?.is_dir() {
            copy_files(&entry.path(), &copy)?;
        } else {
            fs::copy(entry.path(), copy)?;
        }
    }
    Ok(())
}

/// How many bytes the files below a directory have.
fn size(dir: &Path) -> io::Result<u64> {
    fs::read_dir(dir)?.try_fold(0, |bytes, entry| {
        let (path, metadata) = entry.and_then(|entry| Ok((entry.path(), entry.metadata()?)))?;
        Ok(bytes + if metadata.is_dir() { size(&path)? } else { metadata.len() })
    })
}

/// Makes a directory and all below it durable.
fn sync_files(path: &Path) -> io::Result<()> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        fs::read_dir(path)?.try_for_each(|entry| sync_files(&entry?.path()))?;
    }
    file.sync_all()
}
