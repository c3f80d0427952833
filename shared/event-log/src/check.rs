//! What a commit must be like before any engine looks at it.

use std::collections::HashSet;

use serde::de::IgnoredAny;

use crate::{
    AppendError, COMMIT_BYTES_MAX, COMMIT_EVENTS_MAX, Commit, DATA_DEPTH_MAX, KIND_BYTES_MAX, META_BYTES_MAX, NewEvent,
    Recorded, engine::layout::meta,
};

/// A commit that is well formed and within the limits.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) commit: Commit,
    /// The commit's meta, as it is stored.
    pub(crate) meta: Box<[u8]>,
    /// What it counts towards [`COMMIT_BYTES_MAX`].
    pub(crate) bytes: usize,
}

pub(crate) fn check(commit: Commit) -> Result<Checked, AppendError> {
    if commit.events.is_empty() {
        return Err(AppendError::Malformed("it has no events"));
    }
    at_most(COMMIT_EVENTS_MAX, "events", commit.events.len())?;
    let meta = meta::encode(&commit.meta);
    at_most(META_BYTES_MAX, "bytes of meta", meta.len())?;
    let events = commit.events.iter().map(|event| event.kind.len() + event.data.len()).sum::<usize>();
    let bytes = commit.stream.name_bytes() + meta.len() + events;
    at_most(COMMIT_BYTES_MAX, "bytes", bytes)?;
    let mut ids = HashSet::with_capacity(if commit.events.len() > 1 { commit.events.len() } else { 0 });
    for event in &commit.events {
        if commit.events.len() > 1 && !ids.insert(event.id) {
            return Err(AppendError::Malformed("two of its events have the same id"));
        }
        check_event(event)?;
    }
    Ok(Checked { commit, meta: meta.into(), bytes })
}

fn at_most(limit: usize, what: &'static str, given: usize) -> Result<(), AppendError> {
    if given > limit { Err(AppendError::TooLarge { what, given, limit }) } else { Ok(()) }
}

fn check_event(event: &NewEvent) -> Result<(), AppendError> {
    if !is_kind(&event.kind) {
        return Err(AppendError::Malformed(
            "the name of an event type is not 1 to 200 letters and digits of ASCII, `.`, `-` and `_`",
        ));
    }
    // Skipping over a text does not look whether it is UTF-8.
    let is_json = |text: &str| serde_json::from_str::<IgnoredAny>(text).is_ok();
    if !std::str::from_utf8(&event.data).is_ok_and(is_json) {
        return Err(AppendError::Malformed("the data of an event is not JSON"));
    }
    if is_too_deep(&event.data) {
        return Err(AppendError::Malformed("the data of an event is nested deeper than readers follow"));
    }
    Ok(())
}

fn is_kind(kind: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    (1..=KIND_BYTES_MAX).contains(&kind.len()) && kind.bytes().all(is_plain) && !kind.starts_with('.')
}

/// Whether this JSON is nested deeper than [`DATA_DEPTH_MAX`]. Nearly always the number of brackets says that it isn't.
fn is_too_deep(json: &[u8]) -> bool {
    if json.iter().filter(|byte| matches!(byte, b'[' | b'{')).count() <= DATA_DEPTH_MAX {
        return false;
    }
    let (mut depth, mut in_text, mut bytes) = (0_usize, false, json.iter());
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => in_text = !in_text,
            b'\\' if in_text => drop(bytes.next()),
            b'[' | b'{' if !in_text => depth += 1,
            b']' | b'}' if !in_text => depth -= 1,
            _ => {}
        }
        if depth > DATA_DEPTH_MAX {
            return true;
        }
    }
    false
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
