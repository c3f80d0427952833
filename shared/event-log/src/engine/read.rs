//! Reading what is stored. Everything here blocks, and sees nothing beyond the position that it is given.

use std::sync::Arc;

use types::{CommitId, Position, StreamId};

use super::{
    index::Known,
    layout::{BadValue, places::Place},
    shared::Shared,
    store::{Block, Store, StoreError},
    stored::{Glance, Records, Want},
};
use crate::{Direction, EventPage, Filter, READ_EVENTS_MAX, ReadError, Recorded, room::Room};

/// How reading fails: at which position, and why.
pub(super) fn damaged(position: u64, error: impl Into<StoreError>) -> ReadError {
    let reason = match error.into() {
        StoreError::Sled(sled::Error::Io(error)) => return unavailable(&format!("the disk can't be read: {error}")),
        other => other.to_string().into(),
    };
    ReadError::Damaged { position: Position::new(position), reason }
}

pub(super) fn unavailable(reason: &str) -> ReadError {
    ReadError::Unavailable { reason: reason.into() }
}

fn events(block: &Block, wanted: impl FnMut(Glance<'_>) -> Want) -> Result<Vec<Arc<Recorded>>, ReadError> {
    Records::of(block).and_then(|records| records.events(wanted)).map_err(|bad| damaged(block.header.first, bad))
}

/// A page of what matches after `after`. It ends where a block ends when the next would not fit, so that reading page by
/// page unpacks most blocks once.
pub(super) fn all(
    store: &Store,
    committed: u64,
    after: u64,
    filter: &Filter,
    room: Room,
) -> Result<EventPage, ReadError> {
    let mut page = EventPage { events: Vec::new(), read_to: Position::new(after), at_head: after >= committed };
    match fill(&mut page, store, committed, after, filter, room) {
        // What lies before the damage can be read; the next page begins with it.
        Err(ReadError::Damaged { .. }) if page.read_to.get() > after => Ok(page),
        outcome => outcome.map(|()| page),
    }
}

fn fill(
    page: &mut EventPage,
    store: &Store,
    committed: u64,
    after: u64,
    filter: &Filter,
    mut room: Room,
) -> Result<(), ReadError> {
    if page.at_head || room.is_full() {
        return Ok(());
    }
    let start = store.block_start(after + 1).map_err(|error| damaged(after + 1, error))?.unwrap_or(after + 1);
    for block in store.blocks(start) {
        let next = page.read_to.get() + 1;
        let block = block.map_err(|error| damaged(next, error))?;
        let (first, last) = (block.header.first, block.header.last());
        if first > next || last < next {
            return Err(damaged(next, BadValue::Wrong("a block is missing")));
        }
        if next > after + 1 && block.header.count as usize > room.events() {
            return Ok(());
        }
        let (mut left, mut read_to) = (room.events(), last);
        let taken = events(&block, |Glance { position, stream, kind, .. }| {
            if position <= after || !filter.wants(stream, kind) {
                return Want::Skip;
            }
            if left == 0 {
                read_to = position - 1;
                return Want::Stop;
            }
            left -= 1;
            Want::Take
        })?;
        taken.iter().for_each(|event| room.take(event));
        page.events.extend(taken);
        page.read_to = Position::new(read_to);
        page.at_head = read_to >= committed;
        if page.at_head || read_to < last || read_to - after >= READ_EVENTS_MAX as u64 {
            return Ok(());
        }
    }
    Err(damaged(page.read_to.get() + 1, BadValue::Wrong("the last blocks are missing")))
}

/// Events of a stream. `from` is a revision; `None` is the stream's end in that direction.
pub(super) fn stream(
    shared: &Shared,
    store: &Store,
    stream: &StreamId,
    direction: Direction,
    from: Option<u64>,
    limit: usize,
) -> Result<Vec<Arc<Recorded>>, ReadError> {
    let committed = shared.committed();
    let index = |error| damaged(committed, error);
    let late = shared.late().last_place(stream, committed);
    let last = match late {
        Some(place) => Some(place),
        None => store.last_place(stream).map_err(index)?,
    };
    let Some(last) = last.map(|place| place.first + place.count - 1) else { return Ok(Vec::new()) };
    let span = limit.min(READ_EVENTS_MAX) as u64;
    let (low, high) = match direction {
        Direction::Forward => {
            let low = from.unwrap_or(0);
            (low, last.min(low.saturating_add(span).saturating_sub(1)))
        }
        Direction::Backward => {
            let high = from.unwrap_or(last).min(last);
            ((high + 1).saturating_sub(span), high)
        }
    };
    if span == 0 || low > high {
        return Ok(Vec::new());
    }
    // In this order: what leaves the memory meanwhile is in the store before.
    let (late, late_from) = shared.late().places(stream, low..=high);
    let late_from = late_from.unwrap_or(u64::MAX);
    let mut places = if low < late_from { store.places(stream, low..=high).map_err(index)? } else { Vec::new() };
    places.retain(|place| place.first < late_from);
    places.extend(late);
    if direction == Direction::Backward {
        places.reverse();
    }
    let (mut found, mut room) = (Vec::with_capacity((high - low + 1) as usize), Room::of(limit));
    for place in places {
        if room.is_full() {
            break;
        }
        let mut events = at(shared, store, place, stream)?;
        events.retain(|event| (low..=high).contains(&event.revision.get()));
        if direction == Direction::Backward {
            events.reverse();
        }
        events.iter().for_each(|event| room.take(event));
        found.extend(events);
    }
    let is_next = |(event, number): (&Arc<Recorded>, u64)| match direction {
        Direction::Forward => event.revision.get() == low + number,
        Direction::Backward => event.revision.get() + number == high,
    };
    if !found.iter().zip(0..).all(is_next) || (found.len() as u64 != high - low + 1 && !room.is_full()) {
        let at = found.first().map_or(committed, |event| event.position.get());
        return Err(damaged(at, BadValue::Wrong("events of a stream are missing")));
    }
    Ok(found)
}

/// The events of a stream in one place.
fn at(shared: &Shared, store: &Store, place: Place, stream: &StreamId) -> Result<Vec<Arc<Recorded>>, ReadError> {
    if let Some(newest) = shared.ring().from(place.block) {
        let of_stream = newest.filter(|event| event.stream == *stream).take(place.count as usize);
        return Ok(of_stream.cloned().collect());
    }
    let block = store.block_at(place.block).map_err(|error| damaged(place.block, error))?;
    let block = block.filter(|block| block.header.holds(place.block));
    let block = block.ok_or_else(|| damaged(place.block, BadValue::Wrong("a block is missing")))?;
    // Since the place was noted, its block may have been merged with others that hold events of the stream as well.
    let in_place = |event: &Glance<'_>| event.position >= place.block && event.stream == stream;
    let mut left = place.count;
    events(&block, |event| match left {
        0 => Want::Stop,
        _ if in_place(&event) => {
            left -= 1;
            Want::Take
        }
        _ => Want::Skip,
    })
}

/// The commit with this id, whatever its stream, as far as it is committed.
pub(super) fn commit(
    shared: &Shared,
    store: &Store,
    id: CommitId,
    committed: u64,
) -> Result<Option<Vec<Arc<Recorded>>>, ReadError> {
    let known = shared.late().commit(id);
    let position = match known {
        Known::At(position) => Some(position),
        Known::Nowhere => None,
        Known::PerhapsStored => store.commit(id).map_err(|error| damaged(committed, error))?,
    };
    let Some(position) = position.filter(|position| *position <= committed) else { return Ok(None) };
    if let Some(events) = shared.ring().commit(position, id) {
        return Ok(Some(events));
    }
    let start = store.block_start(position).map_err(|error| damaged(position, error))?.unwrap_or(position);
    let mut found: Vec<Arc<Recorded>> = Vec::new();
    for block in store.blocks(start) {
        let block = block.map_err(|error| damaged(position + found.len() as u64, error))?;
        let mut ended = false;
        found.extend(events(&block, |event| {
            if event.position < position {
                return Want::Skip;
            }
            if ended || event.commit != id {
                ended = true;
                return Want::Stop;
            }
            ended = event.ends_commit;
            Want::Take
        })?);
        if ended || block.header.last() >= committed {
            break;
        }
    }
    if found.is_empty() {
        return Err(damaged(position, BadValue::Wrong("a commit is not where the index says")));
    }
    Ok(Some(found))
}
