//! What all sockets of a process share.

use std::collections::BTreeSet;

use super::{count::Count, frame::Frames};
use crate::{
    orders::{Protocol, Readers},
    peer, websocket,
};

/// How much is read at once.
pub(super) const READ_BYTES: usize = 64 * 1024;

/// What all sockets share.
pub(super) struct Context {
    pub(super) task: Readers,
    pub(super) count: Count,
    pub(super) frames: Frames,
    pub(super) upgrade: String,
    pub(super) buffer: Vec<u8>,
    pub(super) out: Vec<u8>,
    pub(super) text: String,
    /// Acknowledgements that are due at a time, unless others were sent before: when, whose, of which subscription.
    pub(super) acks: BTreeSet<(u64, usize, usize)>,
}

impl Context {
    pub(super) fn new(task: Readers) -> Self {
        Self {
            frames: Frames::new(task.form),
            upgrade: upgrade(&task),
            buffer: vec![0; READ_BYTES],
            out: Vec::new(),
            text: String::new(),
            acks: BTreeSet::new(),
            count: Count::default(),
            task,
        }
    }

    /// When the next acknowledgement is due.
    pub(super) fn ack_at(&self) -> u64 {
        self.acks.first().map_or(u64::MAX, |(due, ..)| *due)
    }

    pub(super) fn due_ack(&mut self, now: u64) -> Option<(usize, usize)> {
        let (_, at, subscription) = self.acks.first().copied().filter(|(due, ..)| *due <= now)?;
        self.acks.pop_first();
        Some((at, subscription))
    }
}

/// How every socket asks to become one.
fn upgrade(task: &Readers) -> String {
    let host = &task.server.host;
    match task.protocol {
        Protocol::Erfa => websocket::upgrade("/api/forum/v1/live", host, Some("erfa.live.v1")),
        Protocol::Nchan => websocket::upgrade(&peer::nchan::path(&task.threads), host, None),
        Protocol::Bare | Protocol::Nats => websocket::upgrade("/", host, None),
    }
}
