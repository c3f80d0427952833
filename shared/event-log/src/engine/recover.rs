//! What happens when the disk is full: the log takes no more commits, goes on serving what it can read, and takes
//! commits again by itself when there is room.
//!
//! sled remembers its first failed write for as long as it is open, and from then on fails every write, every flush and
//! those reads whose page it had not written yet. So the database is opened again, inside the running log, behind the lock
//! that readers hold: they wait for that moment, and followers for as long as it takes. Opening again needs room itself
//! (sled fills up its last segment with zeros and writes a snapshot), so that much is first written to a file and
//! synced; a disk that is nearly full does not make the log change its mind all the time.
//!
//! The database then ends with the last acknowledged commit or after it: commits whose outcome was unknown may stand, and
//! whoever sends them again is told so. It never ends before it, or the log stays as it is and says why.
//!
//! **Architecture Invariant:** only a full disk is recovered from. After any other failure nobody knows what the system
//! still keeps of what it could not write, so the log waits for its administrator.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::mpsc::{self, error::TryRecvError};

use super::{
    OpenError,
    examine::End,
    mark::Mark,
    open::Opening,
    queue::Request,
    shared::Shared,
    spare::{is_full, look_for_room},
    store::{self, StoreError},
};

/// So often the log looks whether there is room again.
const TRY_EVERY: Duration = Duration::from_secs(5);
/// And so often while commits are refused.
const TRY_EVERY_WANTED: Duration = Duration::from_secs(1);
/// So often the writer looks at its queue meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Why the disk refused.
pub(super) struct Failure {
    reason: String,
    full: bool,
}

impl Failure {
    pub(super) fn panicked(doing: &str) -> Self {
        Self { reason: format!("{doing} has panicked"), full: false }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let full = match &error {
            StoreError::Sled(sled::Error::Io(error)) | StoreError::Sync(error) => is_full(error),
            _ => false,
        };
        Self { reason: error.to_string(), full }
    }
}

/// How a log is opened again.
pub(super) struct Recovery {
    pub(super) cache_bytes: u64,
    pub(super) sync: store::Sync,
    /// When room was last looked for; `None` while the log takes commits, or when there is no use in looking.
    tried: Option<Instant>,
}

/// How waiting in a log that takes no commits ended.
pub(super) enum Waited {
    Request(Option<Request>),
    /// The log takes commits again, and ends here.
    Recovered(End),
}

impl Recovery {
    pub(super) fn new(cache_bytes: u64, sync: store::Sync) -> Self {
        Self { cache_bytes, sync, tried: None }
    }

    /// Takes no more commits. Gives the reason that those are told who wait for one.
    pub(super) fn refuse(&mut self, shared: &Shared, failure: Failure) -> Arc<str> {
        let Failure { reason, full } = failure;
        let reason = if full {
            self.tried = Some(Instant::now());
            format!(
                "{reason}; make room on the disk of `{}`, and it takes commits again by itself",
                shared.dir.display()
            )
        } else {
            self.tried = None;
            format!("{reason}; see to the disk of `{}`, and start again", shared.dir.display())
        };
        let reason = Arc::from(reason);
        tracing::error!(%reason, "the log is read-only from now on");
        metrics::gauge!("erfa_log_read_only").set(1.0);
        shared.read_only.send_replace(Some(Arc::clone(&reason)));
        reason
    }

    /// Waits for a request in a log that takes no commits, or until it takes them again. `known` is where it ends.
    pub(super) fn wait(&mut self, shared: &Shared, known: Mark, requests: &mut mpsc::Receiver<Request>) -> Waited {
        loop {
            match requests.try_recv() {
                Ok(request) => return Waited::Request(Some(request)),
                Err(TryRecvError::Disconnected) => return Waited::Request(None),
                Err(TryRecvError::Empty) => std::thread::sleep(LOOK_EVERY),
            }
            let pause = if shared.is_wanted() { TRY_EVERY_WANTED } else { TRY_EVERY };
            if self.tried.is_none_or(|tried| tried.elapsed() < pause) {
                continue;
            }
            let recovered = self.look_for_room(&shared.dir).and_then(|()| self.open_again(shared, known));
            self.tried = Some(Instant::now());
            shared.forget_wanted();
            match recovered {
                Ok(end) => return Waited::Recovered(end),
                Err(Refused::Full) => {}
                Err(Refused::Open(error)) => {
                    // It says what to do, and trying again would not change it.
                    tracing::error!(%error, "the log can't be opened again");
                    shared.read_only.send_replace(Some(error.to_string().into()));
                    self.tried = None;
                }
            }
        }
    }

    /// Whether so much can be written as opening again needs.
    fn look_for_room(&self, dir: &Path) -> Result<(), Refused> {
        look_for_room(dir, &self.sync).map_err(|error| {
            tracing::debug!(%error, "there is no room for the log yet");
            Refused::Full
        })
    }

    /// Opens the database again, while readers wait.
    fn open_again(&self, shared: &Shared, known: Mark) -> Result<End, Refused> {
        let mut store = shared.store_mut();
        let opening = Opening {
            dir: &shared.dir,
            cache_bytes: self.cache_bytes,
            sync: store::Sync::clone(&self.sync),
            rehearsal: false,
        };
        if let Some(failed) = store.take() {
            failed.discard();
        }
        let (opened, end, late) = opening.again(known)?;
        *shared.late() = late;
        *shared.ring_mut() = super::ring::Ring::after(end.position);
        *store = Some(opened);
        drop(store);
        metrics::gauge!("erfa_log_read_only").set(0.0);
        tracing::info!(position = end.position, acknowledged = known.position, "the log takes commits again");
        shared.read_only.send_replace(None);
        Ok(end)
    }
}

/// Why the log could not be opened again.
enum Refused {
    Full,
    Open(OpenError),
}

impl From<OpenError> for Refused {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::DiskFull { .. } => Self::Full,
            OpenError::Io { source, .. } if is_full(&source) => Self::Full,
            error => Self::Open(error),
        }
    }
}
