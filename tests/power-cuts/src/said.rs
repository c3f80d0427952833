//! What a session says while its files are recorded, so that one knows what it had promised at any moment.

use serde::{Deserialize, Serialize};
use types::{CommitId, StreamId};

/// A line in a trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Said {
    /// What the session does from now on.
    Now(Phase),
    /// What it was answered, or has read.
    Acknowledged(Acknowledged),
}

/// What a session does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// It opens the log, which recovers.
    Opening,
    /// It reads, then appends.
    Open,
    /// So much was appended that the log writes its index beside appends.
    Indexing,
    /// It closes the log, which writes its index and its mark.
    Closing,
}

/// A commit that is durable: an append of it was answered, or somebody has read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledged {
    /// Which commit.
    pub commit: CommitId,
    /// In which stream.
    pub stream: StreamId,
    /// The revision of its first event.
    pub first: u64,
    /// The position of its last event.
    pub position: u64,
    /// How many events it has.
    pub events: u64,
    /// How many letters each event has.
    pub letters: u64,
}

impl Said {
    /// The line that says this.
    pub fn line(&self) -> String {
        serde_json::to_string(self).expect("what is said has names and numbers only")
    }

    /// What a line says.
    pub fn parse(line: &str) -> Self {
        serde_json::from_str(line).expect("sessions say only this")
    }
}
