//! A stream's state in memory, as the commits under way will leave it.

use std::{collections::VecDeque, mem};

use contracts::DecodeError;
use event_log::{Direction, Expected, Log, ReadError};
use tokio::sync::{Mutex, MutexGuard};
use types::{Position, Revision, StreamId};

use super::{ExecutorOptions, Flight, Landed, decode};
use crate::Decider;

/// One stream. Whoever holds its lock decides next.
pub(super) struct Stream<D: Decider> {
    pub(super) id: StreamId,
    /// `None`: unread.
    cell: Mutex<Option<Known<D>>>,
}

/// What is known of a stream.
pub(super) struct Known<D: Decider> {
    /// With the events of the commits under way.
    state: D::State,
    /// Of the last event in `state`.
    revision: Option<Revision>,
    /// Of the last event in `state` that is known to be durable.
    position: Position,
    /// The commits in `state` that are not known to be durable, oldest first.
    under_way: VecDeque<Flight>,
}

/// What a decision rests on.
pub(super) struct Basis {
    pub(super) revision: Option<Revision>,
    pub(super) position: Position,
    pub(super) under_way: VecDeque<Flight>,
}

/// A stream could not be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum LoadError {
    /// The log can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// An event can't be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
}

impl<D: Decider> Stream<D> {
    pub(super) fn new(id: StreamId) -> Self {
        Self { id, cell: Mutex::new(None) }
    }

    /// Waits for its turn. The slot's state is the stream's, with what is under way, and one more commit may rest on it.
    pub(super) async fn lock(&self, log: &Log, options: &ExecutorOptions) -> Result<Slot<'_, D>, LoadError> {
        let mut cell = self.cell.lock().await;
        loop {
            let mut known = cell.take().unwrap_or_else(Known::unread);
            if !known.settle() {
                continue;
            }
            if known.under_way.is_empty() {
                known.catch_up(log, &self.id, options.page_events).await?;
            }
            if known.under_way.len() < options.under_way_max {
                return Ok(Slot { cell, known });
            }
            let oldest = known.under_way.front().cloned();
            *cell = Some(known);
            if let Some(oldest) = oldest {
                oldest.landed().await;
            }
        }
    }
}

/// The right to decide on a stream. Dropped while it holds the state, it leaves the stream to be read again by the next
/// in line: so a caller that is gone in the middle of a submission leaves no wrong state behind.
pub(super) struct Slot<'a, D: Decider> {
    cell: MutexGuard<'a, Option<Known<D>>>,
    known: Known<D>,
}

impl<D: Decider> Slot<'_, D> {
    pub(super) fn state(&self) -> &D::State {
        &self.known.state
    }

    /// What a commit that is decided on this state expects.
    pub(super) fn expected(&self) -> Expected {
        match (self.known.revision, self.known.under_way.back()) {
            (None, _) => Expected::NoStream,
            (Some(revision), None) => Expected::Exact(revision),
            (Some(revision), Some(last)) => Expected::After { revision, commit: last.commit() },
        }
    }

    pub(super) fn next_revision(&self) -> Revision {
        self.known.revision.map_or(Revision::FIRST, |revision| revision.plus(1))
    }

    /// Leaves the state to the next in line as it is.
    pub(super) fn release(mut self) -> Basis {
        let Known { revision, position, under_way, .. } = &self.known;
        let basis = Basis { revision: *revision, position: *position, under_way: under_way.clone() };
        *self.cell = Some(self.known);
        basis
    }

    /// Leaves the state to the next in line with these events, of which there is at least one, and which are on their
    /// way in `flight`.
    pub(super) fn advance(mut self, events: &[D::Event], flight: Flight) {
        let mut known = self.known;
        known.revision = Some(match known.revision {
            Some(revision) => revision.plus(events.len() as u64),
            None => Revision::new(events.len() as u64 - 1),
        });
        known.state = events.iter().fold(known.state, D::evolve);
        known.under_way.push_back(flight);
        *self.cell = Some(known);
    }
}

impl<D: Decider> Known<D> {
    fn unread() -> Self {
        Self { state: D::State::default(), revision: None, position: Position::START, under_way: VecDeque::new() }
    }

    /// Reads what follows: all of the stream at first, later what others have written. Nothing may be under way.
    async fn catch_up(&mut self, log: &Log, id: &StreamId, page_events: usize) -> Result<(), LoadError> {
        loop {
            let from = self.revision.map(|revision| revision.plus(1));
            let page = log.read_stream(id, Direction::Forward, from, page_events).await?;
            let Some(last) = page.last() else { return Ok(()) };
            (self.revision, self.position) = (Some(last.revision), last.position);
            for event in &page {
                if let Some(event) = decode::<D>(event)? {
                    self.state = D::evolve(mem::take(&mut self.state), &event);
                }
            }
            // A long stream does not keep others of this thread waiting.
            tokio::task::yield_now().await;
        }
    }

    /// Takes note of the commits that have become durable. Says whether all is well: false if one of them failed, so
    /// that the state never came to be.
    fn settle(&mut self) -> bool {
        while let Some(landed) = self.under_way.front().and_then(Flight::peek) {
            match landed {
                Landed::Here(appended) => self.position = appended.position,
                Landed::Elsewhere | Landed::Failed(_) => return false,
            }
            self.under_way.pop_front();
        }
        true
    }
}
