//! Frames that can't be taken: an error that says why, then the close code that says whether to come back.

use reqwest::Method;
use serde_json::{Value, json};
use system_tests::Socket;
use tokio_tungstenite::tungstenite::Message;

use crate::{Setting, forged};

fn hello(token: &str) -> Message {
    Message::text(json!({"t": "hello", "v": 1, "client": "tests", "lang": "sv", "token": token}).to_string())
}

fn text(frame: Value) -> Message {
    Message::text(frame.to_string())
}

#[tokio::test]
async fn who_breaks_the_protocol_is_told_and_closed() {
    let s = Setting::new().await;
    let head = s.head();
    let sub = json!({"t": "sub", "s": 1, "topic": format!("thread/{}", s.thread), "after": "now", "as": "event"});
    for (what, arrives, message, problem, code) in [
        ("a large frame", true, Message::text(format!("\"{}\"", "x".repeat(64 * 1024))), "live-too-large", 4501),
        ("no JSON", true, Message::text("hej"), "live-malformed", 4501),
        ("an unknown frame", true, text(json!({"t": "post", "body": "x"})), "live-malformed", 4501),
        ("an unknown field", true, text(json!({"t": "pong", "x": 1})), "live-malformed", 4501),
        ("deep nesting", true, Message::text("[".repeat(10_000)), "live-malformed", 4501),
        ("bytes", true, Message::binary(vec![1, 2, 3]), "live-not-text", 4501),
        ("a second hello", true, hello(&s.one.token), "live-hello-twice", 4501),
        ("something before hello", false, text(sub.clone()), "live-hello-first", 4501),
        ("bytes before hello", false, Message::binary(vec![0; 10]), "live-not-text", 4501),
        ("no JSON before hello", false, Message::text("{"), "live-hello-first", 4501),
        ("another version", false, text(json!({"t": "hello", "v": 9, "client": "tests"})), "live-version", 4501),
        ("no such token", false, hello("erfa_nonsense"), "unauthorized", 4500),
        ("nobody", false, text(json!({"t": "hello", "v": 1, "client": "tests"})), "unauthorized", 4500),
    ] {
        let mut socket = match arrives {
            true => Socket::connect(s.server.address(), "forum", &s.one.token).await,
            false => Socket::connect_silently(s.server.address(), "forum").await,
        };
        socket.say(message).await;
        let (frames, closed) = socket.end().await;
        let kinds: Vec<_> = frames.iter().map(|frame| frame["t"].as_str().unwrap()).collect();
        assert_eq!((kinds.as_slice(), closed), (&["err"][..], Some(code)), "{what}: {frames:?}");
        assert_eq!(frames[0]["problem"]["type"], format!("/problems/{problem}"), "{what}: {frames:?}");
    }
    assert_eq!(s.head(), head);
    // Nobody else noticed, and the one who did it may come back.
    let mut socket = Socket::connect(s.server.address(), "forum", &s.one.token).await;
    socket.send(sub).await;
    socket.until("live").await;
}

#[tokio::test]
async fn a_subscription_that_cant_be_had_is_refused_and_the_socket_goes_on() {
    let s = Setting::new().await;
    let (own, foreign) = (s.cursor_of(&s.one).await, s.cursor_of(&s.other).await);
    let (head, topic) = (s.head(), format!("thread/{}", s.thread));
    let mut socket = Socket::connect(s.server.address(), "forum", &s.one.token).await;
    for (topic, after, problem, status) in [
        ("thread/0192f0c1-2a3b-7c4d-8e5f-001122334455", "now", "not-found", 404),
        ("thread/inget-id", "now", "not-found", 404),
        ("allt", "now", "not-found", 404),
        ("", "now", "not-found", 404),
        (&topic, &forged(&own), "cursor-forged", 422),
        (&topic, "7", "cursor-forged", 422),
        (&topic, &foreign, "cursor-foreign", 422),
    ] {
        socket.subscribe(1, topic, after, "event").await;
        let refused = socket.until("err").await;
        assert_eq!(refused["problem"]["type"], format!("/problems/{problem}"), "{topic} {after}: {refused}");
        assert_eq!((&refused["problem"]["status"], &refused["re"]), (&json!(status), &json!({"t": "sub", "s": 1})));
    }
    assert_eq!(s.head(), head);
    socket.subscribe(1, &topic, &own, "event").await;
    socket.until("live").await;
    let (status, _) = s.one().api(Method::POST, &s.posts(), Some(&json!({"body": "Det går vidare."}))).await;
    assert_eq!(status, 201);
    loop {
        let event = socket.until("ev").await;
        if event["e"]["data"]["body"] == "Det går vidare." {
            break;
        }
    }
}
