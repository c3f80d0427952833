//! What a commit must be like before any engine looks at it.

use std::collections::HashSet;

use serde::de::IgnoredAny;
use types::StreamId;

use crate::{AppendError, COMMIT_BYTES_MAX, COMMIT_EVENTS_MAX, Commit, Recorded};

/// How long the name of an event type may be, in bytes.
pub(crate) const KIND_BYTES_MAX: usize = 200;

/// A commit that is well formed and within the limits.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) commit: Commit,
    pub(crate) meta_json: Box<[u8]>,
    /// What it counts towards [`COMMIT_BYTES_MAX`].
    pub(crate) bytes: usize,
}

pub(crate) fn check(commit: Commit) -> Result<Checked, AppendError> {
    // A declared category is only checked by debug builds.
    let name = commit.stream.to_string();
    name.parse::<StreamId>()?;
    if commit.events.is_empty() {
        return Err(AppendError::Malformed("it has no events"));
    }
    if commit.events.len() > COMMIT_EVENTS_MAX {
        return Err(AppendError::TooLarge { what: "events", given: commit.events.len(), limit: COMMIT_EVENTS_MAX });
    }
    let meta_json = serde_json::to_vec(&commit.meta).map_err(|_| AppendError::Malformed("its meta can't be JSON"))?;
    let bytes = name.len() + meta_json.len() + commit.events.iter().map(|e| e.kind.len() + e.data.len()).sum::<usize>();
    if bytes > COMMIT_BYTES_MAX {
        return Err(AppendError::TooLarge { what: "bytes", given: bytes, limit: COMMIT_BYTES_MAX });
    }
    let mut ids = HashSet::with_capacity(if commit.events.len() > 1 { commit.events.len() } else { 0 });
    for event in &commit.events {
        if event.kind.is_empty() || event.kind.len() > KIND_BYTES_MAX {
            return Err(AppendError::Malformed("the name of an event type is empty or too long"));
        }
        if commit.events.len() > 1 && !ids.insert(event.id) {
            return Err(AppendError::Malformed("two of its events have the same id"));
        }
        if serde_json::from_slice::<IgnoredAny>(&event.data).is_err() {
            return Err(AppendError::Malformed("the data of an event is not JSON"));
        }
    }
    Ok(Checked { commit, meta_json: meta_json.into(), bytes })
}

/// Whether these stored events are what the commit says: the comparison for which other logs keep a digest.
pub(crate) fn is_same<'a>(commit: &Commit, stored: impl ExactSizeIterator<Item = &'a Recorded>) -> bool {
    stored.len() == commit.events.len()
        && stored.zip(&commit.events).all(|(stored, event)| {
            stored.stream == commit.stream
                && stored.id == event.id
                && *stored.kind == *event.kind
                && stored.data == event.data
        })
}
