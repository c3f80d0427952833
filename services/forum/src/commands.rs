//! The one door in: pages, API, demo and tests write through these functions, and nothing else in the forum does.
//!
//! Each looks up, in the snapshot that the one who asks has read, whether they may; then it adds ids, and lets the
//! rules in `domain` decide. What somebody may not see answers as if it were not there.

mod arenas;
mod error;
mod threads;

use std::sync::Arc;

use access::{Keys, Reading, Viewer};
use contracts::{Audience, Meta, RequestDigest, directory::Role};
use event_log::Log;
use event_sourcing::{Executor, ExecutorOptions};
use serde::Serialize;
use types::{CommitId, Ids, PersonId, Position};
use uuid::Uuid;

pub use error::Error;
pub use threads::{AddedPost, NewThread, OpenedThread, PostDraft};

use crate::domain::{arena::Arena, thread::Thread};

/// Carries out what is asked of the forum. Clones share everything.
#[derive(Clone)]
pub struct Commands {
    arenas: Executor<Arena>,
    threads: Executor<Thread>,
    ids: Arc<dyn Ids>,
    keys: Keys,
}

/// How a request is known when it comes again.
#[derive(Clone, Debug)]
pub enum Key {
    /// It is not: every request is a new one.
    Once,
    /// By what its sender chose: an `Idempotency-Key`, or the hidden field of a form. It counts for one person and one
    /// operation on one thing.
    Chosen(String),
}

/// That something was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done<T> {
    /// What came of it.
    pub value: T,
    /// Whoever reads up to here sees it.
    pub position: Position,
    /// Whether it was done by an earlier request with the same key.
    pub repeated: bool,
}

impl Commands {
    /// Commands that write to `log`, in the installation with these keys.
    pub fn new(log: &Log, ids: Arc<dyn Ids>, keys: Keys) -> Self {
        Self {
            arenas: Executor::new(log.clone(), ExecutorOptions::default()),
            threads: Executor::new(log.clone(), ExecutorOptions::default()),
            ids,
            keys,
        }
    }

    /// The commit that a request is, and whether it may be there already. What readers see of a post follows from it, so
    /// nobody must be able to try who its author is.
    fn commit(&self, person: PersonId, key: &Key, operation: &str, target: Uuid) -> (CommitId, bool) {
        match key {
            Key::Once => (CommitId::new(&*self.ids), false),
            Key::Chosen(key) => {
                (CommitId::from_uuid(self.keys.derived_id(&format!("{person} {operation} {target} {key}"))), true)
            }
        }
    }

    /// What is kept with a commit: who, for whom, when, and what was asked.
    fn meta(reading: &Reading, role: Role, audience: Audience, operation: &str, asked: &impl Serialize) -> Meta {
        let mut meta = reading.meta_as(role, audience);
        meta.request = Some(RequestDigest::of(operation, asked));
        meta
    }
}

/// Who asks, if they are signed in and may write at all.
fn writer(viewer: &Viewer) -> Result<PersonId, Error> {
    let person = viewer.person().ok_or(Error::SignedOut)?;
    if viewer.may_write() { Ok(person) } else { Err(Error::MayNotWrite) }
}

/// That the one who asks runs the exchange.
fn secretariat(viewer: &Viewer) -> Result<PersonId, Error> {
    let person = writer(viewer)?;
    if viewer.is_secretariat() { Ok(person) } else { Err(Error::SecretariatOnly) }
}
