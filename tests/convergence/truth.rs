//! What happened, as it stands in the log: read when the server is away, and folded in the plainest way.

use std::{path::Path, sync::Arc};

use contracts::{
    EventSet as _,
    directory::TokenEvent,
    forum::{ArenaEvent, ThreadEvent},
};
use event_log::{Filter, Log};
use system_tests::{Inhabitant, open_log};
use types::{PersonId, Position, PostId, SystemClock};
use uuid::Uuid;

use crate::{check::Recorded, fold::Post, stage::Thread};

const EVENTS_AT_ONCE: usize = 1_024;

/// The log.
pub(crate) struct Truth(Vec<Arc<event_log::Recorded>>);

/// What became of a thread.
pub(crate) struct History {
    pub(crate) events: Vec<Recorded>,
    pub(crate) posts: Vec<Post>,
    /// Where each of the posts was added, and what it said then.
    pub(crate) added: Vec<(u64, String)>,
}

impl History {
    /// The number of the last post that was added up to here.
    pub(crate) fn last_post(&self, until: u64) -> u64 {
        self.added.iter().filter(|(position, _)| *position <= until).count() as u64
    }
}

impl Truth {
    /// Reads the log in this data directory, which no server has open.
    pub(crate) async fn read(data: &Path) -> Self {
        let engine = open_log(data, Arc::new(SystemClock));
        let (log, mut events, mut after) = (Log::new(engine.clone()), Vec::new(), Position::START);
        loop {
            let page = log.read_all(after, &Filter::all(), EVENTS_AT_ONCE).await.expect("the log is whole");
            events.extend(page.events);
            after = page.read_to;
            if page.at_head {
                break;
            }
        }
        engine.close().await;
        Self(events)
    }

    /// What became of a thread.
    pub(crate) fn of(&self, thread: &Thread) -> History {
        let id: Uuid = thread.id.parse().expect("an id is a UUID");
        let of_thread = || self.0.iter().filter(|event| event.stream.id() == id);
        let (mut posts, mut ids, mut added) = (Vec::<Post>::new(), Vec::<PostId>::new(), Vec::new());
        let mut about = Vec::new();
        for event in of_thread() {
            let decoded = ThreadEvent::decode(&event.kind, &event.data).expect("events can be read");
            let place = |ids: &[PostId], post| ids.iter().position(|id| *id == post).expect("it was added before");
            about.push(match decoded {
                Some(ThreadEvent::PostAdded(it)) => {
                    posts.push(Post { number: it.number.into(), body: Some(it.body.as_str().to_owned()) });
                    ids.push(it.post);
                    added.push((event.position.get(), it.body.as_str().to_owned()));
                    Some(posts.len() - 1)
                }
                Some(ThreadEvent::PostEdited(it)) => {
                    let at = place(&ids, it.post);
                    posts[at].body = Some(it.body.as_str().to_owned());
                    Some(at)
                }
                Some(ThreadEvent::PostWithdrawn(it)) => {
                    posts[place(&ids, it.post)].body = None;
                    None
                }
                _ => None,
            });
        }
        let events = of_thread().zip(about).map(|(event, about)| Recorded {
            id: event.id.to_string(),
            position: event.position.get(),
            hidden: about.is_some_and(|post| posts[post].body.is_none()),
        });
        History { events: events.collect(), posts, added }
    }

    /// Where somebody's token was revoked.
    pub(crate) fn revoked(&self, who: &Inhabitant) -> Option<u64> {
        let of_token = self.0.iter().filter(|event| event.stream.id() == who.token_id.uuid());
        of_token
            .filter(|event| matches!(TokenEvent::decode(&event.kind, &event.data), Ok(Some(TokenEvent::Revoked(_)))))
            .map(|event| event.position.get())
            .next()
    }

    /// Where somebody's membership in the arena of a thread ended.
    pub(crate) fn removed(&self, who: PersonId, thread: &Thread) -> Option<u64> {
        let of_arena = self.0.iter().filter(|event| event.stream.id() == thread.arena.uuid());
        of_arena
            .filter(|event| match ArenaEvent::decode(&event.kind, &event.data) {
                Ok(Some(ArenaEvent::MemberRemoved(it))) => it.person == who,
                _ => false,
            })
            .map(|event| event.position.get())
            .next()
    }
}
