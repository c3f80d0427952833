//! How much a reader still takes.

use crate::{READ_BYTES_MAX, READ_EVENTS_MAX, Recorded};

/// Room for some more events. The last one may be larger than what was left.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    events: usize,
    bytes: usize,
}

impl Room {
    /// Room for so many events, as far as one read gives them.
    pub(crate) fn of(events: usize) -> Self {
        Self { events: events.min(READ_EVENTS_MAX), bytes: READ_BYTES_MAX }
    }

    /// The same room, but for no more than so many bytes.
    pub(crate) fn of_bytes(self, bytes: usize) -> Self {
        Self { bytes: self.bytes.min(bytes), ..self }
    }

    /// How many events fit, if they are small.
    pub(crate) fn events(self) -> usize {
        if self.bytes == 0 { 0 } else { self.events }
    }

    pub(crate) fn is_full(self) -> bool {
        self.events() == 0
    }

    /// Takes this event.
    pub(crate) fn take(&mut self, event: &Recorded) {
        self.take_bytes(event.data.len());
    }

    /// Takes an event with so many bytes of data.
    pub(crate) fn take_bytes(&mut self, bytes: usize) {
        self.events = self.events.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(bytes);
    }
}
