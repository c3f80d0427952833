//! The newest events of the log, oldest first out.

use std::{collections::VecDeque, sync::Arc};

use event_log::Recorded;
use types::Position;

use super::Topic;

struct Slot {
    position: Position,
    bytes: usize,
    topics: Vec<Arc<Topic>>,
}

/// Where the newest events stand, bounded by number and bytes.
pub(super) struct Ring {
    slots: VecDeque<Slot>,
    bytes: usize,
    events_max: usize,
    bytes_max: usize,
}

impl Ring {
    pub(super) fn new(events_max: usize, bytes_max: usize) -> Self {
        Self { slots: VecDeque::new(), bytes: 0, events_max, bytes_max }
    }

    pub(super) fn push(&mut self, event: &Recorded, topics: Vec<Arc<Topic>>) {
        // An event of no topic is held by nobody.
        let bytes = if topics.is_empty() { 0 } else { event.data.len() + size_of::<Recorded>() };
        self.bytes += bytes;
        self.slots.push_back(Slot { position: event.position, bytes, topics });
    }

    /// The oldest event, if there are more than may be.
    pub(super) fn pop_excess(&mut self) -> Option<(Position, Vec<Arc<Topic>>)> {
        if self.slots.len() <= self.events_max && self.bytes <= self.bytes_max {
            return None;
        }
        let Slot { position, bytes, topics } = self.slots.pop_front()?;
        self.bytes -= bytes;
        Some((position, topics))
    }
}
