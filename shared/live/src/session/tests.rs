//! What the session takes, refuses and says.

mod model;

use std::sync::Arc;

use contracts::{Actor, Audience, Meta};
use event_log::Recorded;
use proptest::prelude::*;
use serde_json::json;
use types::{Category, CommitId, EventId, Revision, StreamId, Timestamp};
use uuid::Uuid;

use super::*;
use crate::protocol::About;

/// Cursors that are `p<position>`; one that is foreign, and everything else forged.
struct Plain;

impl OpenCursor for Plain {
    fn open(&self, cursor: &str) -> Result<Position, Fault> {
        if cursor == "foreign" {
            return Err(Fault::CursorForeign);
        }
        let number = cursor.strip_prefix('p').and_then(|number| number.parse().ok());
        number.map(Position::new).ok_or(Fault::CursorForged)
    }
}

fn event(position: u64) -> Arc<Recorded> {
    let id = Uuid::from_u128(u128::from(position));
    Arc::new(Recorded {
        position: Position::new(position),
        stream: StreamId::new(Category::declared("thread"), Uuid::nil()),
        revision: Revision::new(position),
        recorded_at: Timestamp::UNIX_EPOCH,
        commit: CommitId::from_uuid(id),
        id: EventId::from_uuid(id),
        kind: "test.v1".into(),
        data: b"{}".to_vec().into(),
        meta: Arc::new(Meta::new(Actor::System { part: "test".into() }, Audience::Public, Timestamp::UNIX_EPOCH)),
    })
}

const HELLO: &str = r#"{"t":"hello","v":1,"client":"test"}"#;

fn ready() -> Session {
    let mut session = Session::new(Duration::ZERO);
    session.received(HELLO, Duration::ZERO, &Plain);
    let greeting = Greeting { token: None, lang: Lang::Sv, replaces: None };
    assert_eq!(session.take_effects(), [Effect::Authenticate(greeting)]);
    session.welcomed(None);
    session
}

fn sub(session: &mut Session, s: u32, after: &str, window: u32, head: u64, now: Elapsed) {
    let frame = json!({ "t": "sub", "s": s, "topic": "thread/1", "after": after, "as": "event", "window": window });
    session.received(&frame.to_string(), now, &Plain);
    for effect in session.take_effects() {
        match effect {
            Effect::Open(opening) => session.opened(opening, Ok(Position::new(head)), now),
            effect => session.effects.push(effect),
        }
    }
}

fn refused(session: &mut Session) -> (Option<Fault>, Option<About>, Option<CloseCode>) {
    let (mut fault, mut about, mut close) = (None, None, None);
    for effect in session.take_effects() {
        match effect {
            Effect::Send(Outgoing::Refused(refusal)) => (fault, about) = (Some(refusal.fault), Some(refusal.re)),
            Effect::Close(code) => close = Some(code),
            _ => {}
        }
    }
    (fault, about, close)
}

#[test]
fn what_breaks_the_protocol_gets_an_error_and_then_the_close() {
    let long = format!(r#"{{"t":"typing","topic":"{}"}}"#, "x".repeat(limits::FRAME_IN_BYTES_MAX));
    let protocol = Some(CloseCode::ProtocolError);
    let sub = |more: &str| format!(r#"{{"t":"sub","s":1,"topic":"a","after":"now","as":"event"{more}}}"#);
    for (frame, fault, close) in [
        ("nonsense".to_owned(), Fault::Malformed, protocol),
        (String::new(), Fault::Malformed, protocol),
        ("[".repeat(60_000), Fault::Malformed, protocol),
        (r#"{"t":"post"}"#.into(), Fault::Malformed, protocol),
        (r#"{"topic":"a"}"#.into(), Fault::Malformed, protocol),
        (r#"{"t":"pong","x":1}"#.into(), Fault::Malformed, protocol),
        (r#"{"t":"unsub","s":-1}"#.into(), Fault::Malformed, protocol),
        (r#"{"t":"unsub","s":1,"s":1}"#.into(), Fault::Malformed, protocol),
        (r#"{"t":"typing","topic":"a","s":1}"#.into(), Fault::Malformed, protocol),
        (long, Fault::TooLarge, protocol),
        (HELLO.into(), Fault::HelloTwice, protocol),
        (sub(r#","window":0"#), Fault::Window, protocol),
        (sub(r#","window":1025"#), Fault::Window, protocol),
        (sub("").replace(r#""now""#, r#""forged""#), Fault::CursorForged, None),
        (sub("").replace(r#""now""#, r#""foreign""#), Fault::CursorForeign, None),
        (sub("").replace(r#""a""#, &format!(r#""{}""#, "x".repeat(201))), Fault::NotFound, None),
        (r#"{"t":"typing","topic":"a"}"#.into(), Fault::NotFound, None),
        (r#"{"t":"presence","topic":"a","state":"here"}"#.into(), Fault::NotFound, None),
    ] {
        let mut session = ready();
        session.received(&frame, Duration::ZERO, &Plain);
        let (got, _, closed) = refused(&mut session);
        assert_eq!((got, closed), (Some(fault), close), "{}", &frame[..frame.len().min(80)]);
        assert_eq!(session.is_closed(), close.is_some());
    }
}

#[test]
fn only_hello_is_taken_first_and_only_in_time() {
    for frame in [r#"{"t":"pong"}"#, r#"{"t":"unsub","s":1}"#, "nonsense"] {
        let mut session = Session::new(Duration::ZERO);
        session.received(frame, Duration::ZERO, &Plain);
        let (fault, _, close) = refused(&mut session);
        assert_eq!((fault, close), (Some(Fault::HelloFirst), Some(CloseCode::ProtocolError)));
    }
    let mut session = Session::new(Duration::ZERO);
    session.received(r#"{"t":"hello","v":2,"client":"test"}"#, Duration::ZERO, &Plain);
    assert_eq!(refused(&mut session).0, Some(Fault::Version));

    let mut session = Session::new(Duration::ZERO);
    assert_eq!(session.next_tick(), limits::HELLO_WITHIN);
    session.tick(limits::HELLO_WITHIN - Duration::from_millis(1));
    assert!(!session.is_closed());
    session.tick(limits::HELLO_WITHIN);
    let (fault, _, close) = refused(&mut session);
    assert_eq!((fault, close), (Some(Fault::HelloLate), Some(CloseCode::Slow)));
}

#[test]
fn the_sixty_fifth_subscription_and_the_flood_are_refused() {
    let mut session = ready();
    for s in 0..64 {
        sub(&mut session, s, "now", 1, 0, Duration::ZERO);
        assert_eq!(refused(&mut session).0, None);
    }
    sub(&mut session, 64, "now", 1, 0, Duration::ZERO);
    let (fault, about, close) = refused(&mut session);
    assert_eq!((fault, close), (Some(Fault::TooManySubscriptions), Some(CloseCode::ProtocolError)));
    assert_eq!(about, Some(About { t: Some("sub".into()), s: Some(64) }));

    let mut session = ready();
    let frames = (0..).take_while(|_| {
        session.received(r#"{"t":"pong"}"#, Duration::ZERO, &Plain);
        !session.is_closed()
    });
    assert_eq!(frames.count(), limits::FRAMES_IN_BURST as usize - 1, "hello was the first");
    assert_eq!(refused(&mut session).0, Some(Fault::TooManyFrames));
}

#[test]
fn a_number_in_use_is_refused_and_a_freed_one_is_not() {
    let mut session = ready();
    sub(&mut session, 1, "now", 1, 0, Duration::ZERO);
    session.received(r#"{"t":"unsub","s":1}"#, Duration::ZERO, &Plain);
    assert!(session.take_effects().contains(&Effect::Release { s: 1 }));
    sub(&mut session, 1, "now", 1, 0, Duration::ZERO);
    assert_eq!(refused(&mut session).0, None);
    sub(&mut session, 1, "now", 1, 0, Duration::ZERO);
    assert_eq!(refused(&mut session).0, Some(Fault::SubscriptionTaken));
}

#[test]
fn acknowledging_what_was_never_sent_breaks_the_protocol() {
    for cursor in ["p8", "forged", "foreign"] {
        let mut session = ready();
        sub(&mut session, 1, "p7", 1, 9, Duration::ZERO);
        session.received(r#"{"t":"ack","s":2,"c":"p99"}"#, Duration::ZERO, &Plain);
        session.received(r#"{"t":"ack","s":1,"c":"p7"}"#, Duration::ZERO, &Plain);
        assert_eq!(refused(&mut session).0, None);
        session.received(&json!({ "t": "ack", "s": 1, "c": cursor }).to_string(), Duration::ZERO, &Plain);
        assert_eq!(refused(&mut session).0, Some(Fault::AckUnsent));
    }
}

#[test]
fn a_client_that_does_not_answer_pings_is_closed() {
    let mut session = ready();
    session.tick(limits::HEARTBEAT);
    assert_eq!(session.take_effects(), [Effect::Send(Outgoing::Ping)]);
    session.received(r#"{"t":"pong"}"#, limits::HEARTBEAT, &Plain);
    session.tick(limits::HEARTBEAT * 2);
    assert_eq!(session.take_effects(), [Effect::Send(Outgoing::Ping)]);
    session.tick(limits::HEARTBEAT * 3);
    assert_eq!(session.take_effects(), [Effect::Close(CloseCode::NoPong)]);
}

#[test]
fn an_expiring_credential_is_asked_for_and_then_ends_it() {
    let mut session = ready();
    let expires = Duration::from_secs(100);
    session.welcomed(Some(expires));
    let at = |seconds| Duration::from_secs(seconds);
    session.tick(at(24));
    assert_eq!(session.take_effects(), []);
    session.awaiting_pong = false;
    session.tick(at(40));
    assert!(session.take_effects().contains(&Effect::Send(Outgoing::AuthRequired)));
    session.renewed(Some(at(200)));
    session.awaiting_pong = false;
    session.tick(at(100));
    assert!(!session.is_closed());
    session.awaiting_pong = false;
    session.tick(at(200));
    let closed = [Outgoing::AuthRequired, Outgoing::Bye(CloseCode::AuthExpired)];
    let effects = session.take_effects();
    assert_eq!(effects.last(), Some(&Effect::Close(CloseCode::AuthExpired)), "{closed:?}");
}

#[test]
fn a_quiet_subscription_says_how_far_it_has_come_by_time_alone() {
    let mut session = ready();
    sub(&mut session, 1, "now", 4, 5, Duration::ZERO);
    session.page(1, Vec::new(), (Position::new(5), true), Duration::ZERO);
    for position in 6..500 {
        session.woken(1);
        session.page(1, vec![event(position)], (Position::new(position), true), Duration::ZERO);
        session.judged(1, Verdict::Hidden, Duration::ZERO);
    }
    let frames = session.take_effects();
    assert_eq!(frames.len(), 2, "subd and live, and nothing of hidden events: {frames:?}");
    session.tick(limits::CHECKPOINT_IDLE);
    let checkpoint = Outgoing::Checkpoint { s: 1, position: Position::new(499) };
    assert!(session.take_effects().contains(&Effect::Send(checkpoint)));
}

#[test]
fn subscriptions_take_turns() {
    let mut session = ready();
    for s in 1..=3 {
        sub(&mut session, s, "start", 64, 0, Duration::ZERO);
        session.page(s, (1..=9).map(event).collect(), (Position::new(9), true), Duration::ZERO);
    }
    let turns: Vec<_> = (0..6)
        .map(|_| match session.next() {
            Next::Judge { s, .. } => {
                session.judged(s, Verdict::Hidden, Duration::ZERO);
                s
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(turns, [1, 2, 3, 1, 2, 3]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}", frames in prop::collection::vec("\\{\"t\":\"[a-z]{3,8}\"(,\"[a-z]{1,6}\":([0-9]{1,3}|\"[a-z/0-9]{0,9}\")){0,4}\\}", 0..6)) {
        let mut session = ready();
        for frame in frames.iter().chain([&text]) {
            session.received(frame, Duration::ZERO, &Plain);
            session.take_effects();
        }
    }
}
