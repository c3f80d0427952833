//! A service with threads and arenas, and nothing else.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use access::{Viewer, standing};
use contracts::{Audience, EventSet as _, forum::ThreadEvent};
use event_log::{Filter, Recorded};
use event_sourcing::{Snapshot, ViewError};
use live::{Action, Fragment, Lang, Topics, cloud_event};
use serde_json::Value;
use types::{ArenaId, Category, PostId, StreamId};
use uuid::Uuid;

pub(crate) const THREAD: Category = Category::declared("thread");

#[derive(Default)]
pub(crate) struct TestTopics {
    /// The arena of each thread; a service would ask its view.
    pub(crate) arena_of: Mutex<HashMap<Uuid, ArenaId>>,
    /// Posts that were withdrawn and keep their place, as the view of a service would know.
    pub(crate) places: Mutex<HashSet<PostId>>,
    /// How many times a fragment was made.
    pub(crate) made: AtomicUsize,
    /// What happens while something is asked, one after the other.
    pub(crate) script: Mutex<VecDeque<(Asked, Happens)>>,
}

/// What a service is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Open,
    Fragments,
    Place,
}

pub(crate) type Happens = Box<dyn FnOnce() + Send>;

impl TestTopics {
    fn asked(&self, asked: Asked) {
        let happens = self.script.lock().unwrap().pop_front_if(|(when, _)| *when == asked);
        if let Some((_, happens)) = happens {
            happens();
        }
    }
}

impl Topics for TestTopics {
    fn service(&self) -> &'static str {
        "test"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &["thread", "arena"]
    }

    fn open(&self, snapshot: &Snapshot, viewer: &Viewer, topic: &str) -> Result<Option<()>, ViewError> {
        self.asked(Asked::Open);
        let arena = match topic.split_once('/') {
            // What is not declared is not asked for.
            Some(("thread" | "undeclared", id)) => {
                id.parse().ok().and_then(|id| self.arena_of.lock().unwrap().get(&id).copied())
            }
            Some(("arena", id)) => id.parse().ok(),
            _ => None,
        };
        let Some(arena) = arena else { return Ok(None) };
        Ok(standing(snapshot, viewer, arena)?.reads.then_some(()))
    }

    fn topics_of(&self, event: &Recorded) -> Vec<String> {
        let mut topics = Vec::new();
        if event.stream.category() == "thread" {
            topics.push(format!("thread/{}", event.stream.id()));
        }
        if let Audience::Arena(arena) | Audience::ArenaCard(arena) = event.meta.audience
            && !event.kind.contains(".post-")
        {
            topics.push(format!("arena/{arena}"));
        }
        topics
    }

    fn filter(&self, topic: &str) -> Filter {
        match topic.strip_prefix("thread/").and_then(|id| id.parse().ok()) {
            Some(id) => Filter::stream(StreamId::new(THREAD, id)),
            None => Filter::all(),
        }
    }

    fn event(&self, event: &Recorded) -> Value {
        cloud_event(event)
    }

    fn variant(&self, viewer: &Viewer, _: &Recorded) -> u8 {
        u8::from(viewer.is_secretariat())
    }

    fn fragments(
        &self,
        _: &Snapshot,
        _: &Viewer,
        lang: Lang,
        _: &str,
        event: &Recorded,
    ) -> Result<Vec<Fragment>, ViewError> {
        self.asked(Asked::Fragments);
        self.made.fetch_add(1, Ordering::SeqCst);
        Ok(match ThreadEvent::decode(&event.kind, &event.data)? {
            Some(ThreadEvent::PostAdded(it)) => {
                let gone = self.places.lock().unwrap().contains(&it.post);
                let body = if gone { "withdrawn" } else { it.body.as_str() };
                let html = format!("<li lang=\"{}\">{body}</li>", lang.as_str());
                let count = format!("<b id=\"count\">{}</b>", it.number);
                vec![
                    Fragment { target: "posts".into(), action: Action::Append, html },
                    Fragment { target: "count".into(), action: Action::Replace, html: count },
                ]
            }
            Some(ThreadEvent::PostWithdrawn(it)) => {
                vec![Fragment { target: format!("post-{}", it.post), action: Action::Remove, html: String::new() }]
            }
            _ => vec![],
        })
    }

    fn keeps_place(&self, _: &Recorded) -> bool {
        self.asked(Asked::Place);
        !self.places.lock().unwrap().is_empty()
    }

    fn alters(&self, event: &Recorded) -> bool {
        !event.kind.ends_with(".post-added.v1")
    }

    fn crowd_limit(&self) -> usize {
        3
    }
}
