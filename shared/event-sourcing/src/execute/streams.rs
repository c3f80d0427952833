//! The streams whose state is in memory.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use contracts::EventSet as _;
use types::StreamId;
use uuid::Uuid;

use super::Stream;
use crate::Decider;

/// At most so many streams as its maximum says, and those that somebody holds. The ones that were not used for the
/// longest time go first.
///
/// A stream that somebody holds stays, so that there are never two states of one stream that are both decided on.
pub(super) struct Streams<D: Decider> {
    max: usize,
    held: Mutex<Held<D>>,
}

struct Held<D: Decider> {
    streams: HashMap<Uuid, Entry<D>>,
    /// Counts the uses.
    now: u64,
}

struct Entry<D: Decider> {
    stream: Arc<Stream<D>>,
    used: u64,
}

impl<D: Decider> Streams<D> {
    pub(super) fn new(max: usize) -> Self {
        Self { max: max.max(1), held: Mutex::new(Held { streams: HashMap::new(), now: 0 }) }
    }

    pub(super) fn get(&self, id: Uuid) -> Arc<Stream<D>> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.now += 1;
        let now = held.now;
        if let Some(entry) = held.streams.get_mut(&id) {
            entry.used = now;
            return entry.stream.clone();
        }
        if held.streams.len() >= self.max {
            held.evict();
        }
        let stream = Arc::new(Stream::new(StreamId::new(D::Event::CATEGORY, id)));
        held.streams.insert(id, Entry { stream: stream.clone(), used: now });
        stream
    }
}

impl<D: Decider> Held<D> {
    /// Lets the older half of the idle streams go: half, so that this is seldom.
    fn evict(&mut self) {
        let is_idle = |entry: &Entry<D>| Arc::strong_count(&entry.stream) == 1;
        let mut uses: Vec<u64> = self.streams.values().filter(|entry| is_idle(entry)).map(|entry| entry.used).collect();
        if uses.is_empty() {
            return;
        }
        let middle = uses.len() / 2;
        let last = *uses.select_nth_unstable(middle).1;
        self.streams.retain(|_, entry| entry.used > last || !is_idle(entry));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Sum;

    #[test]
    fn the_longest_unused_streams_go_and_those_in_use_stay() {
        let streams = Streams::<Sum>::new(4);
        let in_use = streams.get(Uuid::from_u128(0));
        for id in 1..100 {
            streams.get(Uuid::from_u128(id));
            assert!(streams.held.lock().unwrap().streams.len() <= 4, "at stream {id}");
        }
        assert!(Arc::ptr_eq(&in_use, &streams.get(Uuid::from_u128(0))), "there is never a second one");
        assert!(streams.held.lock().unwrap().streams.contains_key(&Uuid::from_u128(99)));
    }
}
