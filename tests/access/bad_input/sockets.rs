//! Frames that nobody well-behaved sends: the socket is told and closed, or goes on; nobody else notices.

use std::collections::BTreeSet;

use proptest::{collection, prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Person, Socket};
use tokio_tungstenite::tungstenite::Message;

use super::{cases, chance};
use crate::{
    hostile::json_bodies,
    setting::Setting,
    table::{Policy, Route},
};

/// More than a frame may have.
const FRAME_BYTES: usize = 32 * 1024;

/// Every frame of a client, as it should be. One more is a row here.
fn frames(topic: &str, token: &str) -> Vec<Value> {
    vec![
        json!({"t": "hello", "v": 1, "client": "tests", "lang": "sv", "token": token}),
        json!({"t": "sub", "s": 1, "topic": topic, "after": "now", "as": "event", "window": 16}),
        json!({"t": "unsub", "s": 1}),
        json!({"t": "ack", "s": 1, "c": "x"}),
        json!({"t": "auth", "token": token}),
        json!({"t": "presence", "topic": topic, "state": "here"}),
        json!({"t": "typing", "topic": topic}),
        json!({"t": "pong"}),
    ]
}

/// A new kind of frame needs a row above.
#[test]
fn every_frame_of_a_client_is_here() {
    let published = include_str!("../../../proto/asyncapi.yaml").lines().map(str::trim);
    let described: BTreeSet<_> =
        published.filter_map(|line| line.strip_prefix("\"client.")?.strip_suffix("\":")).collect();
    let rows = frames("", "");
    let here: BTreeSet<_> = rows.iter().map(|frame| frame["t"].as_str().expect("a name")).collect();
    assert_eq!(here, described);
}

/// What to send in the place of a frame.
fn messages(frame: &Value, chance: &mut TestRunner) -> Vec<(String, Message)> {
    let bad = json_bodies(frame).into_iter().filter(|bad| bad.media_type == "application/json");
    let mut messages: Vec<_> = bad
        .map(|bad| match String::from_utf8(bad.body) {
            Ok(text) => (bad.what, Message::text(text)),
            Err(bytes) => (bad.what, Message::binary(bytes.into_bytes())),
        })
        .collect();
    messages.extend((0..cases()).map(|_| {
        let text: String = any::<String>().new_tree(chance).expect("nothing is filtered out").current();
        ("chance".to_owned(), Message::text(text))
    }));
    messages
}

/// Whoever sends something odd is answered, or closed; it never hangs, and others hear what they should.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_frames_end_the_socket_or_nothing() {
    let (policy, rows, mut chance) = (Policy::read(), Route::all(), chance());
    let setting = Setting::new(&policy, &rows).await;
    let (who, scene) = &setting.author;
    let token = who.token.as_deref().expect("authors have tokens");
    let address = setting.asker.base().trim_start_matches("http://");
    let topic = format!("thread/{}", scene["thread"]);
    let mut calm = Socket::connect(address, "forum", token).await;
    calm.subscribe(1, &topic, "now", "event").await;
    calm.until("live").await;
    let (mut closed, mut went_on) = (0, 0);
    for frame in frames(&topic, token) {
        for (what, message) in messages(&frame, &mut chance) {
            let mut socket = Socket::connect(address, "forum", token).await;
            let is_large = message.len() > FRAME_BYTES;
            socket.try_say(message).await;
            // What is asked next is answered, unless the socket was closed, which says why.
            socket.try_send(json!({"t": "sub", "s": 9, "topic": topic, "after": "now", "as": "event"})).await;
            let (mut told, mut is_open) = (false, false);
            while let Some(said) = socket.next().await {
                told |= said["t"] == "err";
                if said["s"] == 9 && said["t"] == "live" {
                    is_open = true;
                    break;
                }
            }
            if is_open {
                went_on += 1;
            } else {
                closed += 1;
                // What is said to somebody who goes on sending may be lost.
                assert!(
                    (told && socket.closed.is_some()) || is_large,
                    "{} {what}: closed {:?}, told {told}",
                    frame["t"],
                    socket.closed
                );
            }
        }
    }
    println!("{closed} sockets were closed, {went_on} went on");
    for _ in 0..4 * cases() {
        let bytes = collection::vec(any::<u8>(), 1..200).new_tree(&mut chance).expect("bytes").current();
        let mut socket = Socket::connect(address, "forum", token).await;
        socket.say_bytes(&bytes).await;
        drop(socket);
    }
    let author = Person::with_token(setting.asker.base(), token);
    let path = format!("/api/forum/v1/threads/{}/posts", scene["thread"]);
    let (status, answer) = author.api(Method::POST, &path, Some(&json!({"body": "Lugnt."}))).await;
    assert_eq!(status, 201, "{answer}");
    assert_eq!(calm.until("ev").await["e"]["data"]["body"], "Lugnt.", "it heard of nothing before");
    setting.end().await;
}
