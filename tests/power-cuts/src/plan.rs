//! What a session is to do.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// What a session is to do with the log `log` in a directory.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Plan {
    /// What makes it choose as it does.
    pub seed: u64,
    /// How many append at the same time.
    pub writers: u64,
    /// What each of them appends.
    pub steps: Vec<Step>,
    /// How the session ends.
    pub end: End,
}

/// So many commits.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Step {
    /// How many.
    pub commits: u64,
    /// How many events each has: at least, at most.
    pub events: (u64, u64),
    /// How many letters each event has: at least, at most.
    pub letters: (u64, u64),
}

/// How a session ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// It closes the log.
    Close,
    /// It dies when the first of its writers is done.
    Die,
}

/// The files of a session, none of which it may confuse.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Files {
    /// The directory that is watched.
    pub root: PathBuf,
    /// Where the trace goes.
    pub trace: PathBuf,
    /// What was acknowledged before, line by line.
    pub known: PathBuf,
}

impl Files {
    /// The usual names in a directory.
    pub fn below(dir: &Path) -> Self {
        Self { root: dir.join("root"), trace: dir.join("trace"), known: dir.join("known") }
    }
}

const fn step(commits: u64, events: (u64, u64), letters: (u64, u64)) -> Step {
    Step { commits, events, letters }
}

impl Plan {
    fn new(writers: u64, steps: Vec<Step>) -> Self {
        Self { seed: 0, writers, steps, end: End::Close }
    }

    /// A few commits, small and large.
    pub fn some() -> Self {
        Self::new(4, vec![step(5, (1, 4), (0, 300)), step(1, (200, 600), (0, 200)), step(4, (1, 2), (0, 2_000))])
    }

    /// Reads everything and appends a little.
    pub fn few() -> Self {
        Self::new(3, vec![step(2, (1, 5), (0, 300))])
    }

    /// So many events that the log writes its index beside appends.
    pub fn indexed() -> Self {
        Self::new(4, vec![step(5, (900, 1_000), (0, 8)), step(15, (1, 3), (0, 40))])
    }

    /// So many bytes that sled needs a second segment.
    pub fn segments() -> Self {
        Self::new(
            2,
            vec![step(4, (1, 1), (900_000, 1_000_000)), step(6, (1, 3), (60_000, 100_000)), step(5, (1, 1), (0, 99))],
        )
    }

    /// So many lone commits that their blocks are merged when the log is closed, which sled needs further segments for, and
    /// gives up others.
    pub fn lone() -> Self {
        Self::new(1, vec![step(2_000, (1, 1), (3_000, 3_000))])
    }

    /// The same, but ends by dying.
    pub fn dying(self) -> Self {
        Self { end: End::Die, ..self }
    }
}
