//! What open pages and programs hear of the forum: its topics, and what an event changes in them.
//!
//! `thread/<id>` is what happens in a thread, `arena/<id>` what happens in an arena and its threads.

use access::{Viewer, standing};
use askama::Template;
use contracts::{
    Audience, EventSet as _,
    forum::{ArenaEvent, ShownAs, ThreadEvent},
};
use event_log::{Filter, Recorded};
use event_sourcing::{Snapshot, ViewError};
use live::{Action, Fragment, Lang, Topics, cloud_event, cloud_event_with};
use serde::Serialize;
use serde_json::Value;
use types::{ArenaId, StreamId, ThreadId};
use web::Texts;

use crate::{
    pages::{FORUM, post::PostFragment, state::StateFragment, thread_item::ThreadItem},
    views::{posts, threads, threads::Thread},
};

/// What they are called: `thread/<id>` and `arena/<id>`.
pub(crate) const KINDS: [&str; 2] = ["thread", "arena"];

/// The topics of the forum.
#[derive(Debug)]
pub(crate) struct ForumTopics;

enum Topic {
    Thread(ThreadId),
    Arena(ArenaId),
}

fn parse(topic: &str) -> Option<Topic> {
    match topic.split_once('/')? {
        ("thread", id) => id.parse().ok().map(Topic::Thread),
        ("arena", id) => id.parse().ok().map(Topic::Arena),
        _ => None,
    }
}

impl Topics for ForumTopics {
    fn service(&self) -> &'static str {
        "forum"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &KINDS
    }

    fn open(&self, snapshot: &Snapshot, viewer: &Viewer, topic: &str) -> Result<Option<()>, ViewError> {
        let arena = match parse(topic) {
            Some(Topic::Arena(arena)) => Some(arena),
            Some(Topic::Thread(thread)) => threads::get(snapshot, thread)?.map(|thread| thread.row.arena),
            None => None,
        };
        match arena {
            Some(arena) => Ok(standing(snapshot, viewer, arena)?.reads.then_some(())),
            None => Ok(None),
        }
    }

    fn topics_of(&self, event: &Recorded) -> Vec<String> {
        let arena = match event.meta.audience {
            Audience::Arena(arena) | Audience::ArenaCard(arena) => Some(format!("arena/{arena}")),
            _ => None,
        };
        let thread = (event.stream.category() == ThreadEvent::CATEGORY.as_str())
            .then(|| format!("thread/{}", event.stream.id()));
        thread.into_iter().chain(arena).collect()
    }

    fn filter(&self, topic: &str) -> Filter {
        match parse(topic) {
            Some(Topic::Thread(thread)) => Filter::stream(StreamId::new(ThreadEvent::CATEGORY, thread.uuid())),
            _ => Filter::categories([ArenaEvent::CATEGORY, ThreadEvent::CATEGORY]),
        }
    }

    /// Without the author, where they do not appear with their name, and without the reason for which a member was
    /// removed, which is between them and the secretariat. What can't be read is not shown at all.
    fn event(&self, event: &Recorded) -> Value {
        let post = ThreadEvent::decode(&event.kind, &event.data);
        let arena = ArenaEvent::decode(&event.kind, &event.data);
        match (post, arena) {
            (Ok(Some(ThreadEvent::PostAdded(added))), _) if added.shown_as != ShownAs::Name => {
                cloud_event_with(event, without("author", &added))
            }
            (_, Ok(Some(ArenaEvent::MemberRemoved(removed)))) => cloud_event_with(event, without("reason", &removed)),
            (Ok(_), Ok(_)) => cloud_event(event),
            (Err(error), _) | (_, Err(error)) => {
                tracing::error!(%error, position = %event.position, "an event can't be shown");
                cloud_event_with(event, Value::Null)
            }
        }
    }

    /// Authors can change and withdraw what they wrote; to all others a post looks the same.
    fn variant(&self, viewer: &Viewer, event: &Recorded) -> u8 {
        let own = viewer.person().is_some() && event.meta.actor.person() == viewer.person();
        u8::from(own)
    }

    fn fragments(
        &self,
        snapshot: &Snapshot,
        viewer: &Viewer,
        lang: Lang,
        topic: &str,
        event: &Recorded,
    ) -> Result<Vec<Fragment>, ViewError> {
        if event.stream.category() != ThreadEvent::CATEGORY.as_str() {
            return Ok(Vec::new());
        }
        let Some(decoded) = ThreadEvent::decode(&event.kind, &event.data)? else { return Ok(Vec::new()) };
        let Some(thread) = threads::get(snapshot, ThreadId::from_uuid(event.stream.id()))? else {
            return Ok(Vec::new());
        };
        let t = FORUM.texts(match lang {
            Lang::Sv => web::Lang::Sv,
            Lang::En => web::Lang::En,
        });
        match parse(topic) {
            Some(Topic::Thread(_)) => in_thread(snapshot, viewer, t, &thread, &decoded),
            Some(Topic::Arena(_)) => in_arena(snapshot, viewer, t, &thread, &decoded),
            None => Ok(Vec::new()),
        }
    }

    /// A post that was withdrawn keeps its number, and its place in the page says so.
    fn keeps_place(&self, event: &Recorded) -> bool {
        event.stream.category() == ThreadEvent::CATEGORY.as_str()
    }

    /// A post's earlier fragment is another one once it was changed or withdrawn.
    fn alters(&self, event: &Recorded) -> bool {
        match event.stream.category() == ThreadEvent::CATEGORY.as_str() {
            true => !matches!(
                ThreadEvent::decode(&event.kind, &event.data),
                Ok(Some(ThreadEvent::Opened(_) | ThreadEvent::PostAdded(_)))
            ),
            false => true,
        }
    }

    /// Nobody is named: whoever is seen to write, and then appears as their agency alone, would be known.
    fn names_people(&self) -> bool {
        false
    }
}

/// The data of an event, but for one field.
fn without<E: Serialize>(field: &str, event: &E) -> Value {
    let mut data = serde_json::to_value(event).unwrap_or_default();
    if let Some(fields) = data.as_object_mut() {
        fields.remove(field);
    }
    data
}

/// What an event of a thread changes on the thread's page.
fn in_thread(
    snapshot: &Snapshot,
    viewer: &Viewer,
    t: Texts,
    thread: &Thread,
    event: &ThreadEvent,
) -> Result<Vec<Fragment>, ViewError> {
    let (post, action) = match event {
        ThreadEvent::Opened(_) => return Ok(Vec::new()),
        ThreadEvent::Closed(_) | ThreadEvent::Reopened(_) => {
            return one("thread-state", Action::Replace, &StateFragment::new(t, &thread.row));
        }
        ThreadEvent::PostAdded(added) => (added.post, Action::Append),
        ThreadEvent::PostEdited(edited) => (edited.post, Action::Replace),
        ThreadEvent::PostWithdrawn(withdrawn) => (withdrawn.post, Action::Replace),
    };
    let Some(post) = posts::get(snapshot, post)? else { return Ok(Vec::new()) };
    let target = match action {
        Action::Append => "posts".to_owned(),
        _ => format!("post-{}", post.number),
    };
    one(&target, action, &PostFragment::new(snapshot, viewer, t, &thread.row, &post)?)
}

/// What an event of a thread changes on its arena's page. What stands in the list stays where it is, so that nothing
/// moves under a reader; a new thread is put first.
fn in_arena(
    snapshot: &Snapshot,
    viewer: &Viewer,
    t: Texts,
    thread: &Thread,
    event: &ThreadEvent,
) -> Result<Vec<Fragment>, ViewError> {
    let item = ThreadItem::new(snapshot, viewer, t, thread)?;
    match event {
        ThreadEvent::PostAdded(added) if added.number == 1 => {
            let html = format!("{NEW_THREADS}{}", rendered(&item)?);
            let first = Fragment { target: "threads-new".to_owned(), action: Action::Replace, html };
            let empty = Fragment { target: "threads-empty".to_owned(), action: Action::Remove, html: String::new() };
            Ok(vec![first, empty])
        }
        ThreadEvent::PostAdded(_) | ThreadEvent::Closed(_) | ThreadEvent::Reopened(_) => {
            one(&format!("thread-{}", thread.id), Action::Replace, &item)
        }
        ThreadEvent::Opened(_) | ThreadEvent::PostEdited(_) | ThreadEvent::PostWithdrawn(_) => Ok(Vec::new()),
    }
}

/// The place in the list of threads where the next new one is put; the same as in `templates/arena.html`.
const NEW_THREADS: &str = r#"<li id="threads-new" hidden></li>"#;

fn one(target: &str, action: Action, template: &impl Template) -> Result<Vec<Fragment>, ViewError> {
    Ok(vec![Fragment { target: target.to_owned(), action, html: rendered(template)? }])
}

fn rendered(template: &impl Template) -> Result<String, ViewError> {
    template.render().map_err(|error| ViewError::Inconsistent(format!("a fragment can't be rendered: {error}")))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use contracts::{Actor, Meta};
    use types::{CommitId, EventId, Position, Revision};
    use uuid::Uuid;

    use super::*;

    fn recorded(kind: &str, data: &'static str) -> Recorded {
        let (id, at) = (Uuid::from_u128(1), "2026-11-22T08:00:00Z".parse().unwrap());
        let audience = Audience::Arena(ArenaId::from_uuid(id));
        Recorded {
            position: Position::new(1),
            stream: StreamId::new(ArenaEvent::CATEGORY, id),
            revision: Revision::FIRST,
            recorded_at: at,
            commit: CommitId::from_uuid(id),
            id: EventId::from_uuid(id),
            kind: kind.into(),
            data: data.as_bytes().to_vec().into(),
            meta: Arc::new(Meta::new(Actor::System { part: "test".to_owned() }, audience, at)),
        }
    }

    #[test]
    fn the_reason_of_a_removal_and_what_cannot_be_read_stay_inside() {
        let removed = r#"{"person":"00000000-0000-0000-0000-000000000002","reason":"hemligt"}"#;
        let shown = ForumTopics.event(&recorded("se.erfa.forum.member-removed.v1", removed)).to_string();
        assert!(shown.contains("00000000-0000-0000-0000-000000000002") && !shown.contains("hemligt"), "{shown}");
        let unreadable = recorded("se.erfa.forum.post-added.v1", r#"{"author":"hemlig"}"#);
        assert!(!ForumTopics.event(&unreadable).to_string().contains("hemlig"));
    }
}
