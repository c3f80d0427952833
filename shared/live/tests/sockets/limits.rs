//! Breaking a limit: a clear error, then the close, and nobody else notices.

use std::time::Duration;

use contracts::forum::ArenaAccess;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    client::Client,
    world::{Someone, World, topic},
};

#[tokio::test]
async fn the_ninth_socket_of_a_person_is_one_too_many() {
    let world = World::new().await;
    let (someone, other) = (world.someone("Astrid").await, world.someone("Birger").await);
    let mut clients = Vec::new();
    for _ in 0..8 {
        clients.push(world.enter(&someone).await);
    }
    let mut ninth = Client::connect(world.address, Some(&someone.cookie)).await;
    ninth.send(json!({ "t": "hello", "v": 1, "client": "test" })).await;
    assert_eq!(ninth.end().await, (vec!["live-too-many-sockets".into()], Some(4504)));
    world.enter(&other).await;
    clients.pop().unwrap().say(tokio_tungstenite::tungstenite::Message::Close(None)).await;
    while world.live.sockets() > 8 - 1 {
        tokio::task::yield_now().await;
    }
    world.enter(&someone).await;
}

#[tokio::test]
async fn a_socket_that_comes_back_takes_the_place_of_the_one_that_was_lost() {
    let world = World::new().await;
    let (someone, other) = (world.someone("Astrid").await, world.someone("Birger").await);
    let enter = async |who: &Someone, replaces: Option<&Value>| {
        let mut client = Client::connect(world.address, Some(&who.cookie)).await;
        client.send(json!({ "t": "hello", "v": 1, "client": "test", "replaces": replaces })).await;
        let welcome = client.next().await.unwrap();
        (client, welcome["session"].clone())
    };
    let mut clients = Vec::new();
    for _ in 0..8 {
        clients.push(enter(&someone, None).await);
    }
    let (mut lost, session) = clients.remove(3);
    let (_stranger, _) = enter(&other, Some(&session)).await;
    let (mut ninth, _) = enter(&someone, Some(&Uuid::nil().to_string().into())).await;
    assert_eq!(ninth.end().await.1, Some(4504), "it names nobody");
    // The server has not noticed that it was lost.
    let (mut back, _) = enter(&someone, Some(&session)).await;
    assert_eq!(lost.end().await, (vec!["bye 4505".into()], Some(4505)));
    back.expect_nothing().await;
    let (mut ninth, _) = enter(&someone, Some(&session)).await;
    assert_eq!(ninth.end().await.1, Some(4504), "its place was taken already");
    assert_eq!(world.live.sockets(), 9);
}

#[tokio::test]
async fn who_no_longer_answers_is_closed() {
    let world = World::new().await;
    let (someone, other) = (world.someone("Astrid").await, world.someone("Birger").await);
    let (mut gone, mut there) = (world.enter_within(&someone).await, world.enter_within(&other).await);
    tokio::time::pause();
    // This one answers its pings while it waits for what does not come.
    let silence = tokio::time::timeout(Duration::from_secs(120), there.next()).await;
    assert!(silence.is_err(), "nothing happens to the one who answers");
    assert_eq!(world.live.sockets(), 1, "the other has lost its place");
    tokio::time::resume();
    assert_eq!(gone.end().await, (vec![], Some(4012)));
}

#[tokio::test]
async fn the_sixty_fifth_subscription_and_the_flood_end_the_socket() {
    let world = World::new().await;
    let (someone, other) = (world.someone("Astrid").await, world.someone("Birger").await);
    let thread = world.thread(world.arena(ArenaAccess::Open).await).await;
    let mut calm = world.enter(&other).await;
    calm.follow(1, &topic(thread)).await;

    let mut client = world.enter(&someone).await;
    for s in 0..64 {
        client.follow(s, &topic(thread)).await;
    }
    client.send(json!({ "t": "sub", "s": 64, "topic": topic(thread), "after": "now", "as": "event" })).await;
    assert_eq!(client.end().await, (vec!["live-too-many-subscriptions".into()], Some(4501)));

    let mut client = world.enter(&someone).await;
    for _ in 0..1_000 {
        client.send(json!({ "t": "pong" })).await;
    }
    assert_eq!(client.end().await, (vec!["live-too-many-frames".into()], Some(4501)));

    let mut client = world.enter(&someone).await;
    for _ in 0..1_000 {
        client.say(tokio_tungstenite::tungstenite::Message::Ping(vec![0; 100].into())).await;
    }
    assert_eq!(client.end().await, (vec!["live-too-many-frames".into()], Some(4501)));

    world.add(thread, "calm").await;
    assert_eq!(calm.post().await.0, "calm");
}

#[tokio::test]
async fn who_does_not_read_is_closed_as_slow_and_nobody_waits_for_them() {
    let world = World::new().await;
    let (someone, other) = (world.someone("Astrid").await, world.someone("Birger").await);
    let thread = world.thread(world.arena(ArenaAccess::Open).await).await;
    let before = world.cursor(&someone);
    let mut slow = world.enter_within(&someone).await;
    let mut quick = world.enter_within(&other).await;
    quick.follow(1, &topic(thread)).await;
    tokio::time::pause();
    slow.send(json!({ "t": "sub", "s": 1, "topic": topic(thread), "after": before, "as": "event", "window": 1024 }))
        .await;
    // More than what lies between server and client takes.
    let body = "å".repeat(19_000);
    for n in 0..100 {
        world.throw(thread, &format!("{n} {body}")).await;
    }
    for n in 0..100 {
        let (body, cursor) = quick.post().await;
        assert!(body.starts_with(&format!("{n} ")));
        if n % 64 == 0 {
            quick.send(json!({ "t": "ack", "s": 1, "c": cursor })).await;
        }
    }
    assert_eq!(world.live.sockets(), 2);
    tokio::time::advance(live::limits::WRITE_STALL_MAX * 2).await;
    while world.live.sockets() > 1 {
        tokio::task::yield_now().await;
    }
    world.add(thread, "calm").await;
    assert_eq!(quick.post().await.0, "calm");
}
