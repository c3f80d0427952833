//! The newest events, decoded: followers and readers near the head need not unpack blocks.

use std::{collections::VecDeque, sync::Arc};

use types::{CommitId, Position};

use crate::{EventPage, Filter, READ_EVENTS_MAX, Recorded, room::Room};

/// The most events kept: more than a follower that is not behind can lack.
pub(super) const RING_EVENTS_MAX: usize = 16_384;
/// The most bytes kept: payloads, and a guess at the rest.
pub(super) const RING_BYTES_MAX: usize = 16 * 1024 * 1024;
const EVENT_BYTES: usize = 256;

/// Events without a gap, up to the newest.
pub(super) struct Ring {
    events: VecDeque<Arc<Recorded>>,
    /// The position of the first event kept, or of the next that comes.
    first: u64,
    bytes: usize,
}

fn bytes(event: &Recorded) -> usize {
    event.data.len() + EVENT_BYTES
}

impl Ring {
    /// An empty ring, to which the event after `head` will come first.
    pub(super) fn after(head: u64) -> Self {
        Self { events: VecDeque::new(), first: head + 1, bytes: 0 }
    }

    pub(super) fn push(&mut self, event: Arc<Recorded>) {
        debug_assert_eq!(event.position.get(), self.first + self.events.len() as u64, "events come without a gap");
        self.bytes += bytes(&event);
        self.events.push_back(event);
        while self.events.len() > RING_EVENTS_MAX || self.bytes > RING_BYTES_MAX {
            let Some(oldest) = self.events.pop_front() else { return };
            self.bytes -= bytes(&oldest);
            self.first += 1;
        }
    }

    /// How many events are kept, and how many bytes they are taken for.
    #[cfg(test)]
    pub(super) fn kept(&self) -> (usize, usize) {
        (self.events.len(), self.bytes)
    }

    /// The events from this position on; `None` if it lies before the ring.
    pub(super) fn from(&self, position: u64) -> Option<impl Iterator<Item = &Arc<Recorded>>> {
        let skip = position.checked_sub(self.first)?;
        Some(self.events.range(self.events.len().min(usize::try_from(skip).unwrap_or(usize::MAX))..))
    }

    /// The commit that begins at this position.
    pub(super) fn commit(&self, position: u64, id: CommitId) -> Option<Vec<Arc<Recorded>>> {
        let events: Vec<_> = self.from(position)?.take_while(|event| event.commit == id).cloned().collect();
        (!events.is_empty()).then_some(events)
    }

    /// As much of a page as the ring has, which begins after `after`; `None` if that lies before the ring.
    pub(super) fn page(&self, after: u64, committed: u64, filter: &Filter, mut room: Room) -> Option<EventPage> {
        let mut page = EventPage { events: Vec::new(), read_to: Position::new(after), at_head: false };
        let visible = self.from(after + 1)?.take_while(|event| event.position.get() <= committed);
        for event in visible.take(READ_EVENTS_MAX) {
            if filter.matches(event) {
                if room.is_full() {
                    break;
                }
                room.take(event);
                page.events.push(event.clone());
            }
            page.read_to = event.position;
        }
        page.at_head = page.read_to.get() >= committed;
        Some(page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{sample::commit, sample::stream, shown::Kinds};
    use crate::{check::check, engine::records::Admitted};
    use types::Timestamp;

    /// A ring behind the position 10, with commits of so many events.
    fn ring(sizes: &[u64]) -> Ring {
        let (mut ring, mut admitted, mut first) = (Ring::after(10), Vec::new(), 0);
        for (number, size) in (0..).zip(sizes) {
            admitted.push(Admitted { checked: check(commit(number, stream(1), *size)).unwrap(), first });
            first += size;
        }
        let events = Kinds::default().events(admitted, 11, Timestamp::UNIX_EPOCH);
        events.into_iter().for_each(|event| ring.push(event));
        ring
    }

    #[test]
    fn a_page_ends_at_the_committed_position() {
        let ring = ring(&[3, 4]);
        for (after, committed, events) in [(10, 10, 0), (10, 13, 3), (12, 13, 1), (13, 17, 4), (17, 17, 0)] {
            let page = ring.page(after, committed, &Filter::all(), Room::of(100)).unwrap();
            assert_eq!((page.events.len(), page.read_to.get(), page.at_head), (events, committed, true));
        }
        assert!(ring.page(9, 17, &Filter::all(), Room::of(100)).is_none(), "what lies before it is in the store");
    }

    #[test]
    fn the_oldest_events_give_way_to_the_newest() {
        let ring = ring(&[1_000; RING_EVENTS_MAX / 1_000 + 2]);
        assert_eq!(ring.kept().0, RING_EVENTS_MAX);
        let newest = 10 + (RING_EVENTS_MAX as u64 / 1_000 + 2) * 1_000;
        let oldest = newest - RING_EVENTS_MAX as u64 + 1;
        let positions = ring.from(oldest).unwrap().map(|event| event.position.get());
        assert!(positions.eq(oldest..=newest), "without a gap, up to the newest");
        assert!(ring.from(oldest - 1).is_none());
    }
}
