//! The hub: complete or not at all, bounded, and silent for those whom nothing concerns.

use contracts::{Actor, Audience, Meta};
use event_log::Filter;
use event_sourcing::{Snapshot, ViewError};
use futures_util::FutureExt as _;
use types::{Category, CommitId, EventId, PersonId, Revision, StreamId, Timestamp};
use uuid::Uuid;

use super::*;
use crate::{Fragment, Lang};

/// Each stream is a topic.
struct Streams;

impl Topics for Streams {
    fn service(&self) -> &'static str {
        "test"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &["thread"]
    }

    fn open(&self, _: &Snapshot, _: &access::Viewer, _: &str) -> Result<Option<()>, ViewError> {
        Ok(None)
    }

    fn topics_of(&self, event: &Recorded) -> Vec<String> {
        match event.stream.category() {
            "thread" => vec![format!("thread/{}", event.stream.id().as_u128())],
            _ => vec![],
        }
    }

    fn filter(&self, _: &str) -> Filter {
        Filter::all()
    }

    fn event(&self, _: &Recorded) -> serde_json::Value {
        serde_json::Value::Null
    }

    fn variant(&self, _: &access::Viewer, _: &Recorded) -> u8 {
        0
    }

    fn fragments(
        &self,
        _: &Snapshot,
        _: &access::Viewer,
        _: Lang,
        _: &str,
        _: &Recorded,
    ) -> Result<Vec<Fragment>, ViewError> {
        Ok(vec![])
    }
}

fn event(position: u64, category: &'static str, id: u128, bytes: usize) -> Arc<Recorded> {
    let uuid = Uuid::from_u128(u128::from(position));
    Arc::new(Recorded {
        position: Position::new(position),
        stream: StreamId::new(Category::declared(category), Uuid::from_u128(id)),
        revision: Revision::new(position),
        recorded_at: Timestamp::UNIX_EPOCH,
        commit: CommitId::from_uuid(uuid),
        id: EventId::from_uuid(uuid),
        kind: "test.v1".into(),
        data: vec![b' '; bytes].into(),
        meta: Arc::new(Meta::new(Actor::System { part: "test".into() }, Audience::Public, Timestamp::UNIX_EPOCH)),
    })
}

fn hub() -> Hub {
    Hub::new(Arc::new(Streams))
}

fn positions(read: Option<(Vec<Arc<Recorded>>, Position, bool)>) -> Option<(Vec<u64>, u64, bool)> {
    read.map(|(events, to, all)| (events.iter().map(|event| event.position.get()).collect(), to.get(), all))
}

#[test]
fn a_topic_is_read_from_where_the_hub_is_complete() {
    let hub = hub();
    let topic = hub.listen("thread/1".into(), 1, Arc::default());
    assert_eq!(positions(hub.read(&topic, Position::new(9), 9)), None, "nothing was heard yet");
    let events: Vec<_> = (10..20).map(|at| event(at, "thread", u128::from(at % 2), 1)).collect();
    hub.apply(&events, Position::new(19));
    assert_eq!(positions(hub.read(&topic, Position::new(8), 9)), None);
    assert_eq!(positions(hub.read(&topic, Position::new(9), 9)), Some((vec![11, 13, 15, 17, 19], 19, true)));
    assert_eq!(positions(hub.read(&topic, Position::new(12), 2)), Some((vec![13, 15], 15, false)));
    assert_eq!(positions(hub.read(&topic, Position::new(19), 9)), Some((vec![], 19, true)));
}

#[test]
fn the_ring_is_bounded_and_topics_are_forgotten() {
    let hub = hub();
    let topic = hub.listen("thread/0".into(), 1, Arc::default());
    for at in 1..100 {
        hub.apply(&[event(at, "thread", u128::from(at % 10), 1024 * 1024)], Position::new(at));
    }
    let held = RING_BYTES_MAX / (1024 * 1024) - 1;
    assert_eq!(hub.ring().pop_excess().map(|(position, _)| position), None);
    assert!(positions(hub.read(&topic, Position::new(99 - held as u64), 99)).is_some());
    assert_eq!(positions(hub.read(&topic, Position::new(99 - held as u64 - 2), 99)), None);
    assert_eq!(hub.topic_count(), 10);
    for at in 100..100 + RING_EVENTS_MAX as u64 {
        hub.apply(&[event(at, "thread", 11, 1)], Position::new(at));
    }
    assert_eq!(hub.topic_count(), 2, "the one that is listened to, and the one in which something happened");
    hub.leave(&topic, 1);
    assert_eq!(hub.topic_count(), 1);
}

#[test]
fn only_those_whom_it_concerns_are_woken() {
    let hub = hub();
    let bells: Vec<Arc<Bell>> = (0..4).map(|_| Arc::default()).collect();
    let woken = || bells.iter().map(|bell| bell.rung().now_or_never().is_some()).collect::<Vec<_>>();
    let _one = hub.listen("thread/1".into(), 0, bells[0].clone());
    let _two = hub.listen("thread/2".into(), 1, bells[1].clone());
    let person = |n| AccessChange::Person(PersonId::from_uuid(Uuid::from_u128(n)));
    let interest = hub.watch_access(&[person(7)], 2, &bells[2]);
    let _other = hub.watch_access(&[person(8)], 3, &bells[3]);
    hub.apply(&[event(1, "thread", 1, 1), event(2, "thread", 1, 1)], Position::new(2));
    assert_eq!(woken(), [true, false, false, false]);
    hub.apply(&[event(3, "thread", 2, 1)], Position::new(3));
    assert_eq!(woken(), [false, true, false, false]);
    hub.apply(&[event(4, "person", 7, 1)], Position::new(4));
    assert_eq!(woken(), [false, false, true, false]);
    assert_eq!(interest.head(), Position::new(4));
    hub.apply(&[event(5, "agency", 1, 1), event(6, "person", 9, 1)], Position::new(6));
    assert_eq!(woken(), [false, false, true, true], "an event of an unknown type may change anybody's access");
    assert_eq!(interest.head(), Position::new(5));
    hub.leave_access(&interest, None, 2);
    hub.apply(&[event(7, "person", 7, 1)], Position::new(7));
    assert_eq!(woken(), [false; 4]);
}
