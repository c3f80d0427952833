//! What is written.

use bytes::Bytes;
use contracts::{EventSet, Meta};
use sha2::{Digest as _, Sha256};
use types::{CommitId, EventId, Position, Revision, StreamId};

/// What a commit's maker believes about its stream. A stream that is otherwise takes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// It has no events yet.
    NoStream,
    /// Its last event has this revision.
    Exact(Revision),
    /// Its last event has this revision and is one of this commit. So several commits can be under way, each resting on
    /// the one before it: if that is refused, none of them is written, also where somebody else's events took its place.
    After {
        /// The revision.
        revision: Revision,
        /// The commit. Its id would not do: two who were asked for the same may say different things under it.
        commit: CommitDigest,
    },
    /// It has events.
    Exists,
    /// Anything: only for streams that decide nothing.
    Any,
}

impl Expected {
    /// Whether a stream whose last event has the revision `current` (`None`: it has no events) is as expected, whatever
    /// commit that event is of.
    pub fn accepts(self, current: Option<Revision>) -> bool {
        match self {
            Self::NoStream => current.is_none(),
            Self::Exact(revision) | Self::After { revision, .. } => current == Some(revision),
            Self::Exists => current.is_some(),
            Self::Any => true,
        }
    }

    /// The commit that the stream's last event must be of, if it must.
    pub fn after(self) -> Option<CommitDigest> {
        match self {
            Self::After { commit, .. } => Some(commit),
            Self::NoStream | Self::Exact(_) | Self::Exists | Self::Any => None,
        }
    }
}

/// What a commit says: its id, its stream and its events, as a SHA-256 of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommitDigest([u8; 32]);

impl CommitDigest {
    fn of<'a>(id: CommitId, stream: &StreamId, events: impl Iterator<Item = (EventId, &'a str, &'a [u8])>) -> Self {
        let mut digest = Sha256::new().chain_update("erfa commit 1").chain_update(id.uuid().as_bytes());
        digest.update(stream.to_string());
        for (id, kind, data) in events {
            digest.update(id.uuid().as_bytes());
            for text in [kind.as_bytes(), data] {
                digest.update((text.len() as u64).to_be_bytes());
                digest.update(text);
            }
        }
        Self(digest.finalize().into())
    }

    /// Of a commit that is stored: all of its events, of which there is at least one.
    pub(crate) fn of_stored(events: &[std::sync::Arc<crate::Recorded>]) -> Self {
        let first = &events[0];
        Self::of(first.commit, &first.stream, events.iter().map(|event| (event.id, &*event.kind, &*event.data)))
    }
}

impl Commit {
    /// What it says, for commits that rest on it.
    pub fn digest(&self) -> CommitDigest {
        let events = self.events.iter().map(|event| (event.id, &*event.kind, &*event.data));
        CommitDigest::of(self.id, &self.stream, events)
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
