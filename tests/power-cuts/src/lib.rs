//! Power cuts, simulated: a program appends to the event log while every call that changes its files is recorded, and the
//! record is then cut anywhere. What may be left on the disk at that moment is put into a directory, opened as a log, and
//! held against everything that was acknowledged before the cut.
//!
//! The program is `session`, this crate's own: it defines the system's file calls itself, so that nothing has to be
//! preloaded. [`Trace`] is what it records. [`Disk`] takes a trace, call by call, and says after any of them what may be
//! left. [`Explorer`] runs sessions, cuts them, and cuts again those that recover. Linux only.
//!
//! # Which power failure this is
//!
//! - What a file held, and how long it was, is certain once `fsync` or `fdatasync` on it has returned.
//! - Until then each sector of 512 bytes holds what the program saw there at *some* moment since the last sync, each sector
//!   at a moment of its own, and the file has the length of another such moment. So writes are lost, torn, or
//!   reordered; a file may be long and hold zeros, or be shorter than what was written.
//! - A name (created, renamed, removed) is certain once its directory was synced; syncing the *file* is not enough. Until
//!   then it may be there or not: sometimes as if by a journal, in order up to some moment, sometimes each change on its
//!   own. A rename is atomic.
//! - `sync_file_range` promises nothing, as its manual says.
//! - What a disk holds when a program starts after a cut, it keeps.
//! - Between some sessions a program dies without a cut: then the next one sees everything that was written, synced or not.
//!
//! # Which it is not
//!
//! - A disk that lies: one that says it has synced and has not. (The tests let the disk lie to see that they notice.)
//! - The copy of a log that is opened first when the log may be damaged: it is deleted before it is made.
//! - A sector that is torn in itself, or damaged while another is written; old contents of other files in new blocks.
//! - Calls that fail: the disk is never full, and no sync is refused.
//! - A power failure of the kernel's own making: that a name becomes certain when its file is synced, as on ext4, or that
//!   data reach the disk by themselves after half a minute, is not counted on.
//!
//! Writing through a memory map, and calls that `session` does not define, would go unrecorded. Therefore each trace is
//! replayed to its end and must give, byte by byte, the directory that the session has left.

#[cfg(not(target_os = "linux"))]
compile_error!("power cuts are simulated on Linux only: `session` defines Linux's file calls");

mod content;
mod disk;
mod explorer;
mod names;
mod places;
mod plan;
mod random;
mod said;
mod trace;

pub use self::{
    disk::{Deaf, Disk, Survivors},
    explorer::{Explorer, Failure, Scenario},
    places::Place,
    plan::{End, Files, Plan, Step},
    random::{Random, seed},
    said::{Acknowledged, Phase, Said},
    trace::{Record, Trace, TraceError},
};
