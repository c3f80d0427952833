//! Bytes on a socket that no well-behaved client sends: the socket is told why and closed, and nobody else notices.

use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Person, Socket};
use tokio_tungstenite::tungstenite::Message;

use crate::Setting;

/// The first byte of a frame: a text that has no end yet, one more part of it, a whole text, and a ping.
const BEGIN: u8 = 0x01;
const PART: u8 = 0x00;
const TEXT: u8 = 0x81;
const PING: u8 = 0x89;
/// Set where a compressed frame begins, if that was agreed on.
const COMPRESSED: u8 = 0x40;

/// A frame as a client sends it, with a mask of zeros.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).expect("it is short");
    assert!(length < 126, "it is short");
    [&[first, 0x80 | length, 0, 0, 0, 0], payload].concat()
}

/// A text that goes on and on, in parts of this.
fn endless(part: &[u8]) -> Vec<u8> {
    [frame(BEGIN, b"\""), frame(PART, part).repeat(20_000)].concat()
}

/// A socket that follows the thread.
async fn follower(s: &Setting, token: &str) -> Socket {
    let mut socket = Socket::connect(s.server.address(), "forum", token).await;
    socket.subscribe(1, &format!("thread/{}", s.thread), "now", "event").await;
    socket.until("live").await;
    socket
}

#[tokio::test]
async fn bytes_that_are_no_protocol_end_the_socket_that_sent_them() {
    let s = Setting::new().await;
    let mut calm = follower(&s, &s.other.token).await;
    let ping = frame(PING, b"");
    for (what, bytes, problem) in [
        ("a text in parts of a byte", endless(b"x"), "live-too-large"),
        ("a text in parts of nothing", endless(b""), "live-too-large"),
        ("a compressed frame", frame(TEXT | COMPRESSED, b"\xaa\x56\x2a\x01\x00"), "live-malformed"),
        ("a frame that is longer than anything", [vec![TEXT, 0xFF], vec![0x7F; 12]].concat(), "live-malformed"),
        ("no UTF-8", frame(TEXT, b"\"\xff\xfe\""), "live-malformed"),
        ("half a character", frame(TEXT, b"\"\xc3\""), "live-malformed"),
        ("no mask", vec![TEXT, 2, b'"', b'"'], "live-malformed"),
        ("a kind of frame that there is not", frame(0x83, b""), "live-malformed"),
        ("a part of nothing", frame(PART, b"x"), "live-malformed"),
        ("a ping in parts", frame(0x09, b""), "live-malformed"),
        ("a flood of pings", ping.repeat(1_000), "live-too-many-frames"),
        ("pings within a text", [frame(BEGIN, b"\""), ping.repeat(1_000)].concat(), "live-too-many-frames"),
    ] {
        let mut socket = follower(&s, &s.one.token).await;
        socket.say_bytes(&bytes).await;
        let (frames, closed) = socket.end().await;
        let problems: Vec<_> =
            frames.iter().filter(|frame| frame["t"] == "err").map(|frame| &frame["problem"]["type"]).collect();
        assert_eq!(
            (problems, closed),
            (vec![&format!("/problems/{problem}").into()], Some(4501)),
            "{what}: {frames:?}"
        );
    }
    let said: Value = json!({"body": "Lugnt här."});
    let (status, _) = s.one().api(Method::POST, &s.posts(), Some(&said)).await;
    assert_eq!(status, 201);
    assert_eq!(calm.until("ev").await["e"]["data"]["body"], said["body"], "it heard of nothing before");
}

#[tokio::test]
async fn what_was_never_sent_is_not_acknowledged() {
    let s = Setting::new().await;
    let mut socket = follower(&s, &s.one.token).await;
    let elsewhere = json!({"kind": "question", "title": "Och här?", "body": "En annan tråd."});
    let path = format!("/api/forum/v1/arenas/{}/threads", s.arena);
    let (status, answer) =
        Person::with_token(&s.server.url, &s.one.token).api(Method::POST, &path, Some(&elsewhere)).await;
    assert_eq!(status, 201, "{answer}");
    // A genuine cursor of this person's, of a place that the subscription has not come to.
    socket.send(json!({"t": "ack", "s": 1, "c": answer["cursor"]})).await;
    let (frames, closed) = socket.end().await;
    assert_eq!(
        (&frames[0]["problem"]["type"], closed),
        (&"/problems/live-ack-unsent".into(), Some(4501)),
        "{frames:?}"
    );
}

#[tokio::test]
async fn half_a_frame_keeps_nobody_waiting() {
    let s = Setting::new().await;
    let (mut halted, mut calm) = (follower(&s, &s.one.token).await, follower(&s, &s.other.token).await);
    let pong = frame(TEXT, br#"{"t":"pong"}"#);
    let (half, rest) = pong.split_at(9);
    halted.say_bytes(half).await;
    let (status, _) = s.one().api(Method::POST, &s.posts(), Some(&json!({"body": "Går vidare."}))).await;
    assert_eq!(status, 201);
    for socket in [&mut calm, &mut halted] {
        assert_eq!(socket.until("ev").await["e"]["data"]["body"], "Går vidare.");
    }
    halted.say_bytes(rest).await;
    halted.say(Message::text("nonsense")).await;
    assert_eq!(halted.end().await.1, Some(4501), "the pong was whole, and what followed it was not");
}
