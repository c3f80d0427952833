//! Which sockets listen to what, and the newest events of every topic.

mod access_channels;
mod ring;
mod topic;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use event_log::Recorded;
use types::Position;

pub(crate) use access_channels::Interest;
pub(crate) use topic::Topic;

use crate::{Topics, bell::Bell, topics::AccessChange};
use access_channels::AccessChannels;
use ring::Ring;

/// How many of the newest events are kept for sockets to read without the log.
const RING_EVENTS_MAX: usize = 8_192;
/// How many bytes of them.
const RING_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Nothing is complete.
const NOWHERE: u64 = u64::MAX;

/// Which sockets listen to what, and the newest events of every topic.
///
/// One writer, the view's observer, puts events in and then wakes the topics that they belong to.
pub(crate) struct Hub {
    topics: Arc<dyn Topics>,
    by_name: Mutex<HashMap<Arc<str>, Arc<Topic>>>,
    access: AccessChannels,
    ring: Mutex<Ring>,
    /// Every event after here, and up to `applied`, stands in the tails of its topics.
    complete_from: AtomicU64,
    applied: AtomicU64,
}

impl Hub {
    pub(crate) fn new(topics: Arc<dyn Topics>) -> Self {
        Self {
            topics,
            by_name: Mutex::default(),
            access: AccessChannels::default(),
            ring: Mutex::new(Ring::new(RING_EVENTS_MAX, RING_BYTES_MAX)),
            complete_from: AtomicU64::new(NOWHERE),
            applied: AtomicU64::new(0),
        }
    }

    pub(crate) fn topics(&self) -> &Arc<dyn Topics> {
        &self.topics
    }

    fn by_name(&self) -> MutexGuard<'_, HashMap<Arc<str>, Arc<Topic>>> {
        self.by_name.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far the observer has heard.
    pub(crate) fn applied(&self) -> Position {
        Position::new(self.applied.load(Ordering::Acquire))
    }

    /// Takes the next events of the view, without a gap, and wakes whom they concern.
    pub(crate) fn apply(&self, events: &[Arc<Recorded>], position: Position) {
        let mut ring = self.ring();
        if self.complete_from.load(Ordering::Acquire) == NOWHERE {
            // Positions only grow: there is nothing between the first of these and the number below its own.
            let before = events.first().map_or(position.get(), |first| first.position.get() - 1);
            self.complete_from.store(before, Ordering::Release);
        }
        let mut woken: Vec<Arc<Topic>> = Vec::new();
        for event in events {
            let alters = self.topics.alters(event);
            let topics: Vec<_> = self.topics.topics_of(event).into_iter().map(|name| self.topic(name.into())).collect();
            for topic in &topics {
                topic.push(event.clone(), alters);
                if !woken.iter().any(|woken| Arc::ptr_eq(woken, topic)) {
                    woken.push(topic.clone());
                }
            }
            self.access.reached(self.topics.access_change(event), event.position);
            ring.push(event, topics);
        }
        while let Some((oldest, topics)) = ring.pop_excess() {
            // Readers check this after they have read, so it goes first.
            self.complete_from.store(oldest.get(), Ordering::Release);
            for topic in topics {
                topic.forget(oldest);
                self.release_if_idle(&topic);
            }
        }
        self.applied.fetch_max(position.get(), Ordering::AcqRel);
        drop(ring);
        for topic in woken {
            topic.listeners.ring();
        }
        self.access.ring();
    }

    fn topic(&self, name: Arc<str>) -> Arc<Topic> {
        self.by_name().entry(name).or_insert_with_key(|name| Arc::new(Topic::new(name.clone(), self.applied()))).clone()
    }

    /// Listens to a topic.
    pub(crate) fn listen(&self, name: Arc<str>, socket: u64, bell: Arc<Bell>) -> Arc<Topic> {
        let mut by_name = self.by_name();
        let topic = by_name.entry(name).or_insert_with_key(|name| Arc::new(Topic::new(name.clone(), self.applied())));
        topic.listeners.add(socket, bell);
        topic.clone()
    }

    /// No longer listens to a topic.
    pub(crate) fn leave(&self, topic: &Arc<Topic>, socket: u64) {
        topic.listeners.remove(socket);
        self.release_if_idle(topic);
    }

    fn release_if_idle(&self, topic: &Arc<Topic>) {
        let mut by_name = self.by_name();
        if topic.is_idle() && by_name.get(&topic.name).is_some_and(|known| Arc::ptr_eq(known, topic)) {
            by_name.remove(&topic.name);
        }
    }

    /// Listens to what may change the access of these.
    pub(crate) fn watch_access(&self, of: &[AccessChange], socket: u64, bell: &Arc<Bell>) -> Interest {
        self.access.listen(of, socket, bell)
    }

    /// No longer listens to it, but to what is in `keep`.
    pub(crate) fn leave_access(&self, interest: &Interest, keep: Option<&Interest>, socket: u64) {
        self.access.leave(interest, keep, socket);
    }

    /// The events of the topic after `after`, at most `limit`, how far they go and whether that is all there is; `None`
    /// if they do not go back so far.
    pub(crate) fn read(
        &self,
        topic: &Topic,
        after: Position,
        limit: usize,
    ) -> Option<(Vec<Arc<Recorded>>, Position, bool)> {
        let applied = self.applied();
        let (events, all) = topic.read(after, applied, limit);
        if self.complete_from.load(Ordering::Acquire) > after.get() {
            return None;
        }
        let read_to = match events.last() {
            Some(last) if !all => last.position,
            _ => applied.max(after),
        };
        Some((events, read_to, all))
    }

    /// How many topics are known.
    #[cfg(test)]
    pub(crate) fn topic_count(&self) -> usize {
        self.by_name().len()
    }

    /// Wakes those who listen to a topic, for something that is not in the log.
    pub(crate) fn ring_topic(&self, name: &str) {
        let topic = self.by_name().get(name).cloned();
        if let Some(topic) = topic {
            topic.listeners.ring();
        }
    }
}

#[cfg(test)]
mod tests;
