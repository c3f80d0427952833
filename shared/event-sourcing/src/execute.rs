//! Carrying out commands.

mod flight;
mod request;
mod stream;
mod streams;

use std::sync::Arc;

use contracts::{DecodeError, EventSet as _, Meta};
use event_log::{AppendError, Commit, Log, NewEvent, READ_EVENTS_MAX, Recorded};
use types::{CommitId, StreamId};

pub use self::request::{ExecuteError, Executed, Request};
use self::{
    flight::{Flight, Landed},
    stream::{LoadError, Slot, Stream},
    streams::Streams,
};
use crate::Decider;

/// The limits of an [`Executor`].
#[derive(Clone, Copy, Debug)]
pub struct ExecutorOptions {
    /// How many streams' states are kept in memory. Those under way stay beyond it.
    pub streams_max: usize,
    /// How many commits may be under way on one stream. With 1 every decision rests on what is durable.
    pub under_way_max: usize,
    /// How often a command is decided before it is [`ExecuteError::Contended`].
    pub attempts_max: u32,
    /// How many events of a stream are read at a time.
    pub page_events: usize,
}

impl Default for ExecutorOptions {
    fn default() -> Self {
        Self { streams_max: 10_000, under_way_max: 1_024, attempts_max: 16, page_events: 1_024 }
    }
}

/// Carries out the commands of one kind of stream. Clones share everything.
///
/// Decisions on one stream are pipelined: each rests on the state that the one before it leads to, while that one is
/// still on its way to the disk. If one of them is not written, those that rest on it are not written either, and are
/// decided again. Nobody is answered before everything that the answer rests on is durable.
///
/// **Architecture Invariant:** every commit expects what its decision rests on: the revision that was read or, while
/// commits are under way, the very last of them ([`Expected::After`](event_log::Expected::After)). So others may write to
/// the same streams at any time, also other executors: where one of theirs comes first, all that rested on another end
/// of the stream is refused and decided again. Who shares streams with many others sets
/// [`ExecutorOptions::under_way_max`] low, since more is decided again then.
pub struct Executor<D: Decider>(Arc<Inner<D>>);

struct Inner<D: Decider> {
    log: Log,
    options: ExecutorOptions,
    streams: Streams<D>,
}

impl<D: Decider> Clone for Executor<D> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// A request without its command.
struct Order {
    commit: CommitId,
    meta: Meta,
    repeatable: bool,
}

type Outcome<D> = Result<Executed<<D as Decider>::Event>, ExecuteError<<D as Decider>::Error>>;

impl<D: Decider> Executor<D> {
    /// An executor that writes to `log`.
    pub fn new(log: Log, mut options: ExecutorOptions) -> Self {
        options.page_events = options.page_events.clamp(1, READ_EVENTS_MAX);
        options.under_way_max = options.under_way_max.max(1);
        Self(Arc::new(Inner { log, options, streams: Streams::new(options.streams_max) }))
    }

    /// Carries out a command, and answers when what it led to, or what its refusal rests on, is durable.
    ///
    /// Dropping the future may leave the command carried out or not, and harms no other command.
    pub async fn execute(&self, request: Request<D::Command>) -> Outcome<D> {
        let outcome = self.0.execute(request).await;
        metrics::counter!(
            "erfa_commands_total", "category" => D::Event::CATEGORY.as_str(), "outcome" => request::label(&outcome)
        )
        .increment(1);
        outcome
    }
}

impl<D: Decider> Inner<D> {
    async fn execute(&self, request: Request<D::Command>) -> Outcome<D> {
        let Request { stream, commit, meta, command, repeatable } = request;
        let order = Order { commit, meta, repeatable };
        let stream = self.streams.get(stream);
        for _ in 0..self.options.attempts_max {
            if order.repeatable
                && let Some(earlier) = self.find(&stream.id, &order).await?
            {
                return Ok(earlier);
            }
            let slot = stream.lock(&self.log, &self.options).await?;
            let answer = match D::decide(slot.state(), &command) {
                Ok(events) if !events.is_empty() => match self.submit(&stream.id, &order, slot, &events).await {
                    Ok(flight) => self.landed(&stream.id, &order, flight.landed().await, events).await?,
                    Err(error) => self.not_written(&stream.id, &order, error).await?,
                },
                decided => self.settled(&stream.id, &order, slot, decided).await?,
            };
            if let Some(executed) = answer {
                return Ok(executed);
            }
            metrics::counter!("erfa_command_retries_total", "category" => D::Event::CATEGORY.as_str()).increment(1);
        }
        Err(ExecuteError::Contended)
    }

    /// Hands a commit over to the log and moves the state on.
    async fn submit(
        &self,
        id: &StreamId,
        order: &Order,
        slot: Slot<'_, D>,
        events: &[D::Event],
    ) -> Result<Flight, AppendError> {
        let commit = Commit {
            id: order.commit,
            stream: id.clone(),
            expected: slot.expected(),
            meta: order.meta.clone(),
            events: events.iter().enumerate().map(|(n, event)| NewEvent::of(order.commit, n, event)).collect(),
        };
        let digest = commit.digest();
        match self.log.submit(commit).await {
            Ok(pending) => {
                let flight = Flight::new(digest, pending, slot.next_revision());
                slot.advance(events, flight.clone());
                Ok(flight)
            }
            Err(error) => {
                if !matches!(error, AppendError::WrongRevision { .. } | AppendError::Unavailable { .. }) {
                    slot.release();
                }
                Err(error)
            }
        }
    }

    /// The answer to a commit that came to its end. `None`: to be decided again.
    async fn landed(
        &self,
        id: &StreamId,
        order: &Order,
        landed: Landed,
        events: Vec<D::Event>,
    ) -> Result<Option<Executed<D::Event>>, ExecuteError<D::Error>> {
        match landed {
            Landed::Here(appended) => {
                let (position, revision) = (appended.position, Some(appended.last_revision));
                Ok(Some(Executed { position, revision, events, repeated: false }))
            }
            Landed::Elsewhere => self.find(id, order).await,
            Landed::Failed(error) => self.not_written(id, order, error).await,
        }
    }

    /// The answer when the log refused a commit. `None`: to be decided again.
    async fn not_written(
        &self,
        id: &StreamId,
        order: &Order,
        error: AppendError,
    ) -> Result<Option<Executed<D::Event>>, ExecuteError<D::Error>> {
        match error {
            AppendError::WrongRevision { .. } => Ok(None),
            AppendError::CommitIdReused(reused) => match self.find(id, order).await? {
                Some(earlier) => Ok(Some(earlier)),
                None => Err(ExecuteError::KeyReused(reused)),
            },
            error => Err(ExecuteError::Append(error)),
        }
    }

    /// The answer to a decision that writes nothing: it waits until what it rests on is durable. `None`: that did not
    /// come to be, so it is to be decided again.
    async fn settled(
        &self,
        id: &StreamId,
        order: &Order,
        slot: Slot<'_, D>,
        decided: Result<Vec<D::Event>, D::Error>,
    ) -> Result<Option<Executed<D::Event>>, ExecuteError<D::Error>> {
        let basis = slot.release();
        let mut position = basis.position;
        let waited = !basis.under_way.is_empty();
        for flight in basis.under_way {
            match flight.landed().await {
                Landed::Here(appended) => position = appended.position,
                Landed::Elsewhere | Landed::Failed(_) => return Ok(None),
            }
        }
        // What was under way may have been this very request, sent twice at the same time.
        if waited
            && order.repeatable
            && let Some(earlier) = self.find(id, order).await?
        {
            return Ok(Some(earlier));
        }
        let events = decided.map_err(ExecuteError::Refused)?;
        Ok(Some(Executed { position, revision: basis.revision, events, repeated: false }))
    }

    /// What an earlier request with this commit id came to.
    async fn find(&self, id: &StreamId, order: &Order) -> Result<Option<Executed<D::Event>>, ExecuteError<D::Error>> {
        let Some(stored) = self.log.find_commit(id, order.commit).await? else { return Ok(None) };
        let Some(last) = stored.events.last() else { return Ok(None) };
        if last.meta.request != order.meta.request {
            return Err(ExecuteError::KeyReused(order.commit));
        }
        let events = stored.events.iter().filter_map(|event| decode::<D>(event).transpose());
        Ok(Some(Executed {
            position: last.position,
            revision: Some(last.revision),
            events: events.collect::<Result<_, _>>()?,
            repeated: true,
        }))
    }
}

/// The event, unless a newer Erfa wrote it and it is not known here.
fn decode<D: Decider>(event: &Recorded) -> Result<Option<D::Event>, DecodeError> {
    D::Event::decode(&event.kind, &event.data)
}

#[cfg(test)]
mod tests;
