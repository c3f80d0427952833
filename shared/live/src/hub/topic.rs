//! A topic: who listens, and its newest events.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use event_log::Recorded;
use types::Position;

use crate::bell::Listeners;

/// A topic that somebody listens to, or in which something happened lately.
#[derive(Debug)]
pub(crate) struct Topic {
    pub(crate) name: Arc<str>,
    pub(crate) listeners: Listeners,
    altered: AtomicU64,
    tail: Mutex<VecDeque<Arc<Recorded>>>,
}

impl Topic {
    /// A topic of which nothing is known up to `from`.
    pub(super) fn new(name: Arc<str>, from: Position) -> Self {
        let altered = AtomicU64::new(from.get());
        Self { name, listeners: Listeners::default(), altered, tail: Mutex::default() }
    }

    fn tail(&self) -> MutexGuard<'_, VecDeque<Arc<Recorded>>> {
        self.tail.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn push(&self, event: Arc<Recorded>, alters: bool) {
        let position = event.position;
        self.tail().push_back(event);
        if alters {
            self.altered.fetch_max(position.get(), Ordering::AcqRel);
        }
        self.listeners.reached(position);
    }

    /// The last position at which fragments made before may have come to look different.
    pub(crate) fn altered(&self) -> Position {
        Position::new(self.altered.load(Ordering::Acquire))
    }

    pub(super) fn forget(&self, position: Position) {
        let mut tail = self.tail();
        while tail.front().is_some_and(|event| event.position <= position) {
            tail.pop_front();
        }
        if tail.is_empty() {
            tail.shrink_to_fit();
        }
    }

    /// Nobody listens, and nothing happened lately.
    pub(super) fn is_idle(&self) -> bool {
        self.listeners.is_empty() && self.tail().is_empty()
    }

    /// Up to `limit` events after `after` and up to `to`, and whether these are all.
    pub(super) fn read(&self, after: Position, to: Position, limit: usize) -> (Vec<Arc<Recorded>>, bool) {
        let tail = self.tail();
        let first = tail.partition_point(|event| event.position <= after);
        let end = tail.partition_point(|event| event.position <= to).max(first);
        let taken = limit.min(end - first);
        (tail.range(first..first + taken).cloned().collect(), first + taken == end)
    }
}
