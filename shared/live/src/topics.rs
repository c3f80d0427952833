//! What a service says about its topics.

use access::Viewer;
use contracts::{
    EventSet,
    directory::{AgencyEvent, PersonEvent},
    forum::ArenaEvent,
};
use event_log::{Filter, Recorded};
use event_sourcing::{Snapshot, ViewError};
use types::{PersonId, SessionId, TokenId};

use crate::protocol::{Action, Lang};

/// A change of the page that an event causes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// The id of the element that changes.
    pub target: String,
    /// What happens to it.
    pub action: Action,
    /// The markup, from the same template as in the page.
    pub html: String,
}

/// The topics of a service.
///
/// Everything here is called often and must not wait for anything but the snapshot's file.
pub trait Topics: Send + Sync + 'static {
    /// The service's name in its paths.
    fn service(&self) -> &'static str;

    /// The kinds of its topics, which are all called `<kind>/<which>`. No other can be subscribed to.
    fn kinds(&self) -> &'static [&'static str];

    /// Whether the viewer may subscribe to the topic; `None` if there is no such topic or it is not theirs, which nobody
    /// is told apart. Asked again after every event that may change access.
    fn open(&self, snapshot: &Snapshot, viewer: &Viewer, topic: &str) -> Result<Option<()>, ViewError>;

    /// The topics that the event belongs to, from its stream and its audience alone.
    fn topics_of(&self, event: &Recorded) -> Vec<String>;

    /// The events that may belong to the topic, for reading far back in the log. It may let too many through, never too
    /// few.
    fn filter(&self, topic: &str) -> Filter {
        let _ = topic;
        Filter::all()
    }

    /// The event as a CloudEvent, without its cursor; see [`crate::cloud_event`]. It is the same for everyone who may
    /// see the event.
    fn event(&self, event: &Recorded) -> serde_json::Value;

    /// Viewers of one variant and one language get the same fragments.
    fn variant(&self, viewer: &Viewer, event: &Recorded) -> u8;

    /// What the event changes in the page of the topic.
    fn fragments(
        &self,
        snapshot: &Snapshot,
        viewer: &Viewer,
        lang: Lang,
        topic: &str,
        event: &Recorded,
    ) -> Result<Vec<Fragment>, ViewError>;

    /// Whether the page keeps a place for the event after what it says was hidden, as for a post that was withdrawn: then
    /// those who may know that it happened get its fragments, which are made from a view that no longer has what was
    /// hidden. A page that was open all the time, and one that is read now, are else not the same.
    fn keeps_place(&self, event: &Recorded) -> bool {
        let _ = event;
        false
    }

    /// Whether fragments of *earlier* events of the same topics may look different from now on, because it edits or
    /// hides something. Those that were kept are thrown away.
    fn alters(&self, event: &Recorded) -> bool {
        let _ = event;
        true
    }

    /// Whose access it may change.
    fn access_change(&self, event: &Recorded) -> AccessChange {
        access_change(event)
    }

    /// Whether presence and typing may name people; else they are numbers, told as soon as names would be.
    fn names_people(&self) -> bool {
        true
    }

    /// In a topic with more people than this, presence and typing are told as numbers only, and seldom.
    fn crowd_limit(&self) -> usize {
        50
    }
}

/// Whether the viewer may subscribe to the topic, which is of a declared kind.
pub(crate) fn is_open(
    topics: &dyn Topics,
    snapshot: &Snapshot,
    viewer: &Viewer,
    topic: &str,
) -> Result<bool, ViewError> {
    let is_declared = topic.split_once('/').is_some_and(|(kind, _)| topics.kinds().contains(&kind));
    Ok(is_declared && topics.open(snapshot, viewer, topic)?.is_some())
}

/// Whose access an event may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccessChange {
    /// Nobody's.
    None,
    /// That of whoever uses this session.
    Session(SessionId),
    /// That of whoever uses this token.
    Token(TokenId),
    /// That of this person.
    Person(PersonId),
    /// Anybody's.
    Everyone,
}

/// Whose access an event of the published language may change. An event that is not known may change anybody's.
pub fn access_change(event: &Recorded) -> AccessChange {
    let id = event.stream.id();
    match event.stream.category() {
        "session" => AccessChange::Session(SessionId::from_uuid(id)),
        "token" => AccessChange::Token(TokenId::from_uuid(id)),
        // With a mandate end those that others hold by its delegation.
        "person" => match PersonEvent::decode(&event.kind, &event.data) {
            Ok(Some(PersonEvent::MandateEnded(_))) | Err(_) => AccessChange::Everyone,
            Ok(_) => AccessChange::Person(PersonId::from_uuid(id)),
        },
        "agency" if matches!(AgencyEvent::decode(&event.kind, &event.data), Ok(Some(_))) => AccessChange::None,
        "thread" => AccessChange::None,
        "arena" => match ArenaEvent::decode(&event.kind, &event.data) {
            Ok(Some(ArenaEvent::Opened(_))) => AccessChange::None,
            Ok(Some(ArenaEvent::MemberJoined(of))) => AccessChange::Person(of.person),
            Ok(Some(ArenaEvent::MemberInvited(of))) => AccessChange::Person(of.person),
            Ok(Some(ArenaEvent::MemberLeft(of))) => AccessChange::Person(of.person),
            Ok(Some(ArenaEvent::MemberRemoved(of))) => AccessChange::Person(of.person),
            _ => AccessChange::Everyone,
        },
        _ => AccessChange::Everyone,
    }
}
