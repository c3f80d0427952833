//! What is written.

use bytes::Bytes;
use contracts::{EventSet, Meta};
use types::{CommitId, EventId, Position, Revision, StreamId};

/// What a commit's maker believes about its stream. A stream that is otherwise takes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// It has no events yet.
    NoStream,
    /// Its last event has this revision.
    Exact(Revision),
    /// It has events.
    Exists,
    /// Anything: only for streams that decide nothing.
    Any,
}

impl Expected {
    /// Whether a stream whose last event has the revision `current` (`None`: it has no events) is as expected.
    pub fn accepts(self, current: Option<Revision>) -> bool {
        match self {
            Self::NoStream => current.is_none(),
            Self::Exact(revision) => current == Some(revision),
            Self::Exists => current.is_some(),
            Self::Any => true,
        }
    }
}

/// The unit of writing: the events that one command caused in one stream, stored whole or not at all.
#[derive(Clone, Debug)]
pub struct Commit {
    /// Chosen by its maker, and sent again unchanged on a retry.
    pub id: CommitId,
    /// The stream that it goes to.
    pub stream: StreamId,
    /// What that stream must be like.
    pub expected: Expected,
    /// Who, for whom, when.
    pub meta: Meta,
    /// 1 to [`crate::COMMIT_EVENTS_MAX`] events.
    pub events: Vec<NewEvent>,
}

/// An event that is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// Its id; no other event of the commit has the same.
    pub id: EventId,
    /// Its type and version.
    pub kind: Box<str>,
    /// Its JSON.
    pub data: Bytes,
}

impl NewEvent {
    /// The `ordinal`th event of the commit `commit`. Its id follows from both, so that a retry says the same.
    pub fn of<E: EventSet>(commit: CommitId, ordinal: usize, event: &E) -> Self {
        Self {
            id: EventId::derived(commit.uuid(), &format!("event {ordinal}")),
            kind: event.event_type().into(),
            data: event.encode(),
        }
    }
}

/// Where a commit came to stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The position of its last event: read up to here and you have read it all.
    pub position: Position,
    /// The revision of its first event.
    pub first_revision: Revision,
    /// The revision of its last event, which is the stream's revision right after it.
    pub last_revision: Revision,
}

impl Appended {
    /// Where these events, all of one commit, stand. There is at least one.
    pub(crate) fn of(events: &[std::sync::Arc<crate::Recorded>]) -> Self {
        let (first, last) = (&events[0], &events[events.len() - 1]);
        Self { position: last.position, first_revision: first.revision, last_revision: last.revision }
    }
}
