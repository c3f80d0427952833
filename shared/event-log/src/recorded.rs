//! What is read.

use std::sync::Arc;

use bytes::Bytes;
use contracts::Meta;
use types::{CommitId, EventId, Position, Revision, StreamId, Timestamp};

/// An event in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Its place in the log's order.
    pub position: Position,
    /// Its stream.
    pub stream: StreamId,
    /// Its number in the stream.
    pub revision: Revision,
    /// When the log wrote it, to the millisecond.
    pub recorded_at: Timestamp,
    /// The commit that it came in.
    pub commit: CommitId,
    /// Its id.
    pub id: EventId,
    /// Its type and version.
    pub kind: Arc<str>,
    /// Its JSON.
    pub data: Bytes,
    /// Who, for whom, when: shared by all events of the commit.
    pub meta: Arc<Meta>,
}

/// A commit that was found again by its id.
#[derive(Clone, Debug)]
pub struct StoredCommit {
    /// Its events, in order; never empty.
    pub events: Vec<Arc<Recorded>>,
}
