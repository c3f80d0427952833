//! The model: what happened, in order, and who may see what of it. Nothing here asks the forum.

use std::collections::{BTreeMap, BTreeSet};

use contracts::{
    EventSet as _,
    forum::{ArenaAccess, ArenaEvent, ThreadEvent},
};
use event_log::Recorded;
use types::{PersonId, PostId};
use uuid::Uuid;

/// What somebody listens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Topic {
    Thread(usize),
    Arena(usize),
}

impl Topic {
    pub(super) fn arena(self) -> usize {
        match self {
            Self::Thread(at) | Self::Arena(at) => at,
        }
    }
}

/// As what they hear it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Event,
    Html,
}

/// Something that happened in an arena or its thread.
#[derive(Clone, Debug)]
pub(super) struct Fact {
    pub(super) position: u64,
    arena: usize,
    in_thread: bool,
    /// The post whose text it carries, and whose post that is.
    text_of: Option<(PostId, PersonId)>,
    pub(super) text: Option<String>,
    opened_thread: bool,
}

/// The list, and what follows from it.
#[derive(Default)]
pub(super) struct Book {
    facts: Vec<Fact>,
    arenas: Vec<Uuid>,
    threads: BTreeMap<Uuid, usize>,
    access: Vec<ArenaAccess>,
    members: BTreeSet<(usize, PersonId)>,
    invited: BTreeSet<(usize, PersonId)>,
    authors: BTreeMap<PostId, PersonId>,
    withdrawn: BTreeSet<PostId>,
    /// Up to where it is written.
    pub(super) head: u64,
}

impl Book {
    /// Writes down what stands in the log next.
    pub(super) fn write(&mut self, event: &Recorded) {
        self.head = event.position.get();
        let id = event.stream.id();
        if let Ok(Some(happened)) = ArenaEvent::decode(&event.kind, &event.data) {
            let arena = self.arenas.iter().position(|known| *known == id).unwrap_or(self.arenas.len());
            match happened {
                ArenaEvent::Opened(it) => {
                    self.arenas.push(id);
                    self.access.push(it.access);
                }
                ArenaEvent::Changed(it) => self.access[arena] = it.access,
                ArenaEvent::MemberInvited(it) => _ = self.invited.insert((arena, it.person)),
                ArenaEvent::MemberJoined(it) => _ = self.members.insert((arena, it.person)),
                ArenaEvent::MemberLeft(it) => self.without(arena, it.person),
                ArenaEvent::MemberRemoved(it) => self.without(arena, it.person),
            }
            let position = self.head;
            self.facts.push(Fact {
                position,
                arena,
                in_thread: false,
                text_of: None,
                text: None,
                opened_thread: false,
            });
        } else if let Ok(Some(happened)) = ThreadEvent::decode(&event.kind, &event.data) {
            if let ThreadEvent::Opened(it) = &happened {
                let arena = self.arenas.iter().position(|known| *known == it.arena.uuid()).unwrap();
                self.threads.insert(id, arena);
            }
            let text_of = match &happened {
                ThreadEvent::PostAdded(it) => {
                    self.authors.insert(it.post, it.author);
                    Some((it.post, it.author))
                }
                ThreadEvent::PostEdited(it) => Some((it.post, self.authors[&it.post])),
                ThreadEvent::PostWithdrawn(it) => {
                    self.withdrawn.insert(it.post);
                    None
                }
                _ => None,
            };
            let text = match &happened {
                ThreadEvent::PostAdded(it) => Some(it.body.as_str().to_owned()),
                ThreadEvent::PostEdited(it) => Some(it.body.as_str().to_owned()),
                _ => None,
            };
            let opened_thread = matches!(happened, ThreadEvent::Opened(_));
            let (position, arena) = (self.head, self.threads[&id]);
            self.facts.push(Fact { position, arena, in_thread: true, text_of, text, opened_thread });
        }
    }

    fn without(&mut self, arena: usize, person: PersonId) {
        self.members.remove(&(arena, person));
        self.invited.remove(&(arena, person));
    }

    /// Whether they may write in an arena.
    pub(super) fn is_member(&self, who: PersonId, arena: usize) -> bool {
        self.members.contains(&(arena, who))
    }

    /// Whether they may read in an arena.
    pub(super) fn reads(&self, who: Viewer, arena: usize) -> bool {
        who.secretariat || self.access[arena] == ArenaAccess::Open || self.is_member(who.person, arena)
    }

    /// Whether it was withdrawn, and they are not the one who wrote it.
    pub(super) fn hides(&self, who: Viewer, fact: &Fact) -> bool {
        fact.text_of
            .is_some_and(|(post, author)| self.withdrawn.contains(&post) && author != who.person && !who.secretariat)
    }

    /// Whether they are shown this, as things stand now. In a page, what was withdrawn keeps its place.
    pub(super) fn shows(&self, who: Viewer, form: Form, fact: &Fact) -> bool {
        (form == Form::Html || !self.hides(who, fact)) && self.reads(who, fact.arena)
    }

    /// What there is to be heard of a topic in a form after a position, hidden or not.
    pub(super) fn of(&self, topic: Topic, form: Form, after: u64) -> impl Iterator<Item = &Fact> {
        let belongs = move |fact: &&Fact| {
            let in_topic = match topic {
                Topic::Thread(thread) => fact.in_thread && fact.arena == thread,
                Topic::Arena(arena) => fact.arena == arena,
            };
            // That a thread was opened changes nothing in its page.
            in_topic && fact.position > after && !(form == Form::Html && fact.opened_thread)
        };
        self.facts.iter().filter(belongs)
    }
}

/// Somebody who looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Viewer {
    pub(super) person: PersonId,
    pub(super) secretariat: bool,
}
