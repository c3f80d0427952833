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

pub use commit::{Appended, Commit, Expected, NewEvent};
pub use engine::{ChainValue, InvalidChainValue, OpenError, SledLog, SledOptions, Stats, Verified, VerifyError};
pub use error::{AppendError, ReadError};
pub use event_log::{Direction, EventLog, EventPage, Followed, Log, Pending};
pub use filter::Filter;
pub use follow::FOLLOW_BEHIND_EVENTS;
pub use memory::MemoryLog;
pub use recorded::{Recorded, StoredCommit};

/// The most events in one commit.
pub const COMMIT_EVENTS_MAX: usize = 1_000;
/// The most bytes in one commit: names, payloads and meta, as JSON.
pub const COMMIT_BYTES_MAX: usize = 1024 * 1024;
/// The most events that one read answers with.
pub const READ_EVENTS_MAX: usize = 4_096;
