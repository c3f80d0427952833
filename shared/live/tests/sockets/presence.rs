//! Who is there and who is writing.

use std::collections::BTreeSet;

use contracts::forum::ArenaAccess;
use serde_json::{Value, json};

use crate::world::{World, topic};

fn names(frame: &Value) -> BTreeSet<&str> {
    frame["people"].as_array().unwrap().iter().map(|here| here["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn those_who_listen_are_told_and_it_expires() {
    let world = World::new().await;
    let (astrid, birger) = (world.someone("Astrid").await, world.someone("Birger").await);
    let thread = world.thread(world.arena(ArenaAccess::Open).await).await;
    let other = world.thread(world.arena(ArenaAccess::Open).await).await;
    let (mut one, mut two) = (world.enter_within(&astrid).await, world.enter_within(&birger).await);
    one.follow(1, &topic(thread)).await;
    two.follow(1, &topic(thread)).await;
    tokio::time::pause();
    one.send(json!({ "t": "presence", "topic": topic(thread), "state": "here" })).await;
    for client in [&mut one, &mut two] {
        let told = client.expect("presence").await;
        assert_eq!((&told["topic"], &told["count"]), (&json!(topic(thread)), &json!(1)));
        assert_eq!(told["people"][0]["agency"], "Åmyndigheten");
        assert_eq!(names(&told), ["Astrid"].into());
        assert_eq!(client.expect("typing").await["count"], 0);
    }
    two.send(json!({ "t": "typing", "topic": topic(thread) })).await;
    assert_eq!(names(&one.expect("presence").await), ["Astrid", "Birger"].into());
    assert_eq!(names(&one.expect("typing").await), ["Birger"].into());
    let began = tokio::time::Instant::now();
    assert_eq!(one.expect("typing").await["count"], 0, "typing holds for six seconds");
    assert!((5..8).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
    drop(two);
    assert_eq!(names(&one.expect("presence").await), ["Astrid"].into(), "who disconnects has left");
    assert_eq!(one.expect("presence").await["count"], 0, "presence holds for a minute");
    assert!((58..62).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
    // Only where one listens may one be.
    one.send(json!({ "t": "presence", "topic": topic(other), "state": "here" })).await;
    assert_eq!(one.expect("err").await["problem"]["type"], "/problems/not-found");
}

#[tokio::test]
async fn a_crowd_is_a_number() {
    let world = World::new().await;
    let thread = world.thread(world.arena(ArenaAccess::Open).await).await;
    let mut clients = Vec::new();
    for n in 0..5 {
        let mut client = world.enter_within(&world.someone(&format!("P{n}")).await).await;
        client.follow(1, &topic(thread)).await;
        client.send(json!({ "t": "presence", "topic": topic(thread), "state": "here" })).await;
        clients.push(client);
    }
    tokio::time::pause();
    loop {
        let told = clients[0].next().await.unwrap();
        if told["t"] == "presence" && told["count"] == 5 {
            assert_eq!(told["people"], Value::Null);
            break;
        }
        assert!(told["count"].as_u64().unwrap() < 5, "{told}");
    }
}
