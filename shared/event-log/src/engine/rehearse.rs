//! Opening a copy first, when there is doubt whether sled would take everything: sled writes over what it does not
//! understand, so the original is only touched once the copy was opened and found whole. A log that is refused so stays as
//! it is, for whoever salvages from it.
//!
//! That takes the time and the room of a copy and of a walk through all of it. Only a damaged log, or now and then one
//! after a power cut, has to bear it.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio::sync::watch;
use types::{Position, SystemIds};

use super::{
    OpenError, Verifying,
    mark::Mark,
    open::{DATABASE, Opening},
    scan::Doubt,
    shared::Shared,
    verify::VerifyError,
};

/// Where the copy is made, in the log's directory.
pub(super) const REHEARSAL: &str = "rehearsal";

/// A directory that is gone when this is dropped.
struct Gone(PathBuf);

impl Drop for Gone {
    fn drop(&mut self) {
        let removed = fs::remove_dir_all(&self.0);
        if let Err(error) = removed
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, path = %self.0.display(), "a copy could not be removed; it may be deleted");
        }
    }
}

impl Opening<'_> {
    /// Removes what an interrupted rehearsal left.
    pub(super) fn forget_rehearsal(&self) {
        drop(Gone(self.dir.join(REHEARSAL)));
    }

    /// Opens a copy of the database and looks at all of it. What it finds wrong is why the log is refused.
    pub(super) fn rehearse(&self, newest: Option<Mark>, doubt: &Doubt) -> Result<(), OpenError> {
        let Doubt(doubt) = doubt;
        tracing::warn!(doubt, "the log may be damaged; opening a copy of it first");
        let copy = Gone(self.dir.join(REHEARSAL));
        copy_files(&self.dir.join(DATABASE), &copy.0).map_err(|source| self.io("copying the database", source))?;
        let rehearsal = Opening { rehearsal: true, sync: Arc::new(|_| Ok(())), ..*self };
        let store = rehearsal.database()?;
        let (epoch, origin, end, late) = rehearsal.begin_safely(&store, newest, &SystemIds)?;
        if newest.is_none() {
            return Ok(());
        }
        let (_committed, readable) = watch::channel(Position::new(end.position));
        let shared = Shared::new(self.dir.to_owned(), (epoch, origin), store, late, readable);
        let verified = self.guarded(|| verify(&shared).map_err(|error| self.damaged(error.to_string())));
        if let Some(store) = shared.take_store() {
            store.discard();
        }
        verified
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
