//! The event log: one global order, gapless streams, durable before acknowledged.
//!
//! Read [`EventLog`] for what it promises. This is the only crate that knows how the log is stored.

mod check;
mod commit;
pub mod conformance;
mod engine;
mod error;
mod event_log;
mod filter;
mod follow;
mod memory;
mod recorded;
mod room;

pub use commit::{Appended, Commit, CommitDigest, Expected, NewEvent};
pub use engine::{
    Accepted, Backup, BackupEnd, BackupError, BuildError, ChainValue, InvalidChainValue, LogIdentity, Loss, LossError,
    OpenError, RestoreError, Restored, SledLog, SledOptions, Stats, StoredBlock, Verified, VerifyError,
};
pub use error::{AppendError, ReadError};
pub use event_log::{Direction, EventLog, EventPage, Followed, Log, Pending};
pub use filter::Filter;
pub use follow::FOLLOW_BEHIND_EVENTS;
pub use memory::MemoryLog;
pub use recorded::{Recorded, StoredCommit};

/// The most events in one commit.
pub const COMMIT_EVENTS_MAX: usize = 1_000;
/// The most bytes in one commit: names, payloads and meta, as they are stored.
pub const COMMIT_BYTES_MAX: usize = 1024 * 1024;
/// The most bytes in the meta of a commit, as it is stored. It is stored again with each block that the commit lies in.
pub const META_BYTES_MAX: usize = 4 * 1024;
/// The most bytes in the name of an event type.
pub const KIND_BYTES_MAX: usize = 200;
/// How deep the JSON of an event may be nested: what is deeper is refused by those who would read it.
pub const DATA_DEPTH_MAX: usize = 64;
/// The most events that one read answers with.
pub const READ_EVENTS_MAX: usize = 4_096;
/// A read answers with no more events when their payloads have so many bytes.
pub const READ_BYTES_MAX: usize = 4 * 1024 * 1024;
