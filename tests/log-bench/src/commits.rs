//! Commits as Erfa's own commands make them.
//!
//! Made new for each commit, and so part of what is measured: the ids, the moment, the meta, and a copy of the JSON, which
//! stands for writing it. Not measured is making up a text.

use contracts::{Actor, Audience, Meta, OnBehalfOf, directory::Role};
use event_log::{Commit, Expected, NewEvent};
use types::{AgencyId, ArenaId, Category, Clock as _, CommitId, EventId, PersonId, StreamId, SystemClock, SystemIds};

use crate::text::Texts;

const KIND: &str = "se.erfa.forum.post-added.v1";
/// Streams are threads.
pub(crate) const CATEGORY: Category = Category::declared("thread");

/// A person who writes.
pub(crate) struct Author {
    meta: Meta,
    texts: Texts,
    /// The number of the next text.
    next: u64,
}

impl Author {
    /// The `number`th author. None has the same texts at the same time.
    pub(crate) fn new(number: u64, texts: Texts) -> Self {
        let actor = Actor::Person { person: PersonId::new(&SystemIds), token: None };
        let mut meta = Meta::new(actor, Audience::Arena(ArenaId::new(&SystemIds)), SystemClock.now());
        meta.on_behalf_of = Some(OnBehalfOf { agency: AgencyId::new(&SystemIds), role: Role::Participant });
        Self { meta, texts, next: number * 7_919 }
    }

    /// The next commit, of one event.
    pub(crate) fn commit(&mut self, stream: StreamId, expected: Expected) -> Commit {
        self.commit_as(CommitId::new(&SystemIds), stream, expected)
    }

    /// The next commit, with an id that is known already.
    pub(crate) fn commit_as(&mut self, id: CommitId, stream: StreamId, expected: Expected) -> Commit {
        self.meta.occurred_at = SystemClock.now();
        let data = bytes::Bytes::copy_from_slice(self.texts.get(self.next));
        self.next += 1;
        let event = NewEvent { id: EventId::derived(id.uuid(), "event 0"), kind: KIND.into(), data };
        Commit { id, stream, expected, meta: self.meta.clone(), events: vec![event] }
    }
}
