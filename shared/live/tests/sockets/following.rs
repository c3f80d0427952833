//! What a subscription hears.

use std::sync::atomic::Ordering;

use contracts::{
    Audience,
    directory::{PersonEvent, ProfileChanged},
    forum::ArenaAccess,
};
use serde_json::json;
use types::Line;

use crate::world::{World, topic};

#[tokio::test]
async fn what_comes_after_the_page_comes_once() {
    let world = World::new().await;
    let someone = world.someone("Astrid").await;
    let thread = world.thread(world.arena(ArenaAccess::Open).await).await;
    world.add(thread, "in the page").await;
    let page = world.cursor(&someone);
    world.add(thread, "between page and socket").await;

    let mut client = world.enter(&someone).await;
    let subd = client.sub(1, &topic(thread), &page, "event").await;
    assert_eq!((&subd["recovered"], &subd["from"]), (&json!(true), &json!(page)));
    assert_eq!(client.post().await.0, "between page and socket");
    client.expect("live").await;
    world.add(thread, "live").await;
    let (body, cursor) = client.post().await;
    assert_eq!(body, "live");
    drop(client);

    world.add(thread, "while away").await;
    let mut client = world.enter(&someone).await;
    client.sub(9, &topic(thread), &cursor, "event").await;
    assert_eq!(client.post().await.0, "while away");
    client.expect("live").await;
    client.expect_nothing().await;
}

#[tokio::test]
async fn an_old_cursor_and_the_start_go_through_the_log() {
    let mut world = World::new().await;
    let someone = world.someone("Astrid").await;
    let arena = world.arena(ArenaAccess::Open).await;
    let (thread, other) = (world.thread(arena).await, world.thread(arena).await);
    world.add(thread, "first").await;
    let page = world.cursor(&someone);
    // Far enough apart that the log is read with a filter, then in pieces.
    for n in 0..6_000 {
        world.throw(other, "elsewhere").await;
        if n % 1_000 == 0 {
            world.throw(thread, &format!("{n}")).await;
        }
    }
    world.seen().await;
    let missed: Vec<_> = (0..6).map(|n| format!("{}", n * 1_000)).collect();
    world.restart().await;
    let mut client = world.enter(&someone).await;
    client.sub(1, &topic(thread), &page, "event").await;
    for body in &missed {
        assert_eq!(client.post().await.0, *body);
    }
    client.expect("live").await;
    client.sub(2, &topic(thread), "start", "event").await;
    assert_eq!(client.expect("ev").await["e"]["type"], "se.erfa.forum.thread-opened.v1");
    assert_eq!(client.post().await.0, "first");
    for body in &missed {
        assert_eq!(client.post().await.0, *body);
    }
    client.expect("live").await;
}

#[tokio::test]
async fn cursors_that_are_forged_or_of_others_are_refused_and_the_socket_goes_on() {
    let world = World::new().await;
    let (someone, other) = (world.someone("Astrid").await, world.someone("Birger").await);
    let thread = world.thread(world.arena(ArenaAccess::Open).await).await;
    let mut client = world.enter(&someone).await;
    let theirs = world.cursor(&other);
    let earlier = {
        let epoch = types::LogEpoch::from_uuid(uuid::Uuid::from_u128(7));
        world.gate.cursors().seal(epoch, types::Position::new(3), access::Subject::Person(someone.person))
    };
    let mut changed = world.cursor(&someone);
    changed.replace_range(10..11, if &changed[10..11] == "A" { "B" } else { "A" });
    for (cursor, problem, status) in [
        (theirs.as_str(), "cursor-foreign", 422),
        (changed.as_str(), "cursor-forged", 422),
        ("", "cursor-forged", 422),
        ("7", "cursor-forged", 422),
        (earlier.as_str(), "cursor-epoch", 410),
    ] {
        client.send(json!({ "t": "sub", "s": 3, "topic": topic(thread), "after": cursor, "as": "event" })).await;
        let err = client.expect("err").await;
        assert_eq!(err["problem"]["type"], format!("/problems/{problem}"));
        assert_eq!(err["problem"]["status"], status);
        assert_eq!(err["re"], json!({ "t": "sub", "s": 3 }));
    }
    client.follow(3, &topic(thread)).await;
    world.add(thread, "heard").await;
    assert_eq!(client.post().await.0, "heard");
}

#[tokio::test]
async fn fragments_come_in_order_and_are_made_once_for_everyone() {
    let world = World::new().await;
    let people = [world.someone("Astrid").await, world.someone("Birger").await, world.someone("Cecilia").await];
    let thread = world.thread(world.arena(ArenaAccess::Open).await).await;
    let mut clients = Vec::new();
    for n in 0..15 {
        let mut client = world.enter(&people[n % 3]).await;
        client.sub(1, &topic(thread), "now", "html").await;
        client.expect("live").await;
        clients.push(client);
    }
    for n in 0..10 {
        world.add(thread, &format!("post {n}")).await;
    }
    let mut cursors = std::collections::BTreeSet::new();
    for client in &mut clients {
        for n in 0..10 {
            let post = client.expect("html").await;
            assert_eq!(post["html"], format!("<li lang=\"sv\">post {n}</li>"));
            assert_eq!(
                (&post["target"], &post["action"], &post["more"]),
                (&json!("posts"), &json!("append"), &json!(true))
            );
            let count = client.expect("html").await;
            assert_eq!((&count["target"], &count["action"]), (&json!("count"), &json!("replace")));
            assert_eq!((&count["more"], &count["c"]), (&json!(null), &post["c"]));
            cursors.insert(post["c"].to_string());
        }
    }
    assert_eq!(world.topics.made.load(Ordering::SeqCst), 10, "once for fifteen sockets");
    assert_eq!(cursors.len(), 30, "a cursor is each person's own");
}

#[tokio::test]
async fn a_fragment_is_made_again_after_something_changed_what_it_shows() {
    let world = World::new().await;
    let someone = world.someone("Astrid").await;
    let thread = world.thread(world.arena(ArenaAccess::Open).await).await;
    let before = world.cursor(&someone);
    let (kept, gone) = (world.add(thread, "kept").await, world.add(thread, "gone").await);
    let mut client = world.enter(&someone).await;
    client.sub(1, &topic(thread), &before, "html").await;
    for _ in 0..4 {
        client.expect("html").await;
    }
    client.expect("live").await;
    assert_eq!(world.topics.made.load(Ordering::SeqCst), 2);
    world.withdraw(thread, gone).await;
    assert_eq!(client.expect("html").await["action"], "remove");
    client.sub(2, &topic(thread), &before, "html").await;
    let html = client.expect("html").await;
    assert_eq!(html["html"], "<li lang=\"sv\">kept</li>", "{kept}");
    client.expect("html").await;
    assert_eq!(client.expect("html").await["target"], format!("post-{gone}"), "the withdrawn post itself is gone");
    client.expect("live").await;
    assert_eq!(world.topics.made.load(Ordering::SeqCst), 4, "what was withdrawn once, and what was kept twice");
}

#[tokio::test]
async fn a_fragment_is_made_again_after_somebody_changed_their_name() {
    let world = World::new().await;
    let (someone, author) = (world.someone("Astrid").await, world.someone("Birger").await);
    let thread = world.thread(world.arena(ArenaAccess::Open).await).await;
    let before = world.cursor(&someone);
    world.add(thread, "post").await;
    let mut client = world.enter(&someone).await;
    for (s, changed, made) in [(1, false, 1), (2, false, 1), (3, true, 2)] {
        if changed {
            let name = Line::new("Birgitta").unwrap();
            let event = PersonEvent::from(ProfileChanged { name, title: None });
            world.append(author.person.uuid(), Audience::Participants, event).await;
        }
        client.sub(s, &topic(thread), &before, "html").await;
        for _ in 0..2 {
            client.expect("html").await;
        }
        client.expect("live").await;
        assert_eq!(world.topics.made.load(Ordering::SeqCst), made, "subscription {s}");
    }
}

#[tokio::test]
async fn what_was_withdrawn_keeps_its_place_in_a_page_and_is_no_event() {
    let world = World::new().await;
    let someone = world.someone("Astrid").await;
    let thread = world.thread(world.arena(ArenaAccess::Open).await).await;
    let before = world.cursor(&someone);
    let mut early = world.enter(&someone).await;
    early.sub(1, &topic(thread), &before, "html").await;
    early.expect("live").await;
    let gone = world.add(thread, "secret").await;
    assert_eq!(early.expect("html").await["html"], "<li lang=\"sv\">secret</li>", "the fragment was made and is kept");
    world.topics.places.lock().unwrap().insert(gone);
    world.withdraw(thread, gone).await;
    world.add(thread, "after").await;
    let mut client = world.enter(&someone).await;
    client.sub(1, &topic(thread), &before, "html").await;
    let mut posts = Vec::new();
    while posts.len() < 2 {
        let frame = client.expect("html").await;
        if frame["target"] == "posts" {
            posts.push(frame["html"].clone());
        }
    }
    assert_eq!(posts, ["<li lang=\"sv\">withdrawn</li>", "<li lang=\"sv\">after</li>"]);
    let mut program = world.enter(&someone).await;
    program.sub(1, &topic(thread), &before, "event").await;
    assert_eq!(program.expect("ev").await["e"]["type"], "se.erfa.forum.post-withdrawn.v1");
    assert_eq!(program.post().await.0, "after");
}

#[tokio::test]
async fn live_is_said_only_when_it_is_true() {
    let world = World::new().await;
    let someone = world.someone("Astrid").await;
    let thread = world.thread(world.arena(ArenaAccess::Open).await).await;
    let before = world.cursor(&someone);
    for n in 0..200 {
        world.throw(thread, &format!("{n}")).await;
    }
    world.seen().await;
    let mut client = world.enter(&someone).await;
    client
        .send(json!({ "t": "sub", "s": 1, "topic": topic(thread), "after": before, "as": "event", "window": 7 }))
        .await;
    client.expect("subd").await;
    for n in 0..200 {
        let (body, cursor) = client.post().await;
        assert_eq!(body, format!("{n}"));
        if n % 7 == 6 {
            client.expect_nothing().await;
            client.send(json!({ "t": "ack", "s": 1, "c": cursor })).await;
        }
    }
    let live = client.expect("live").await;
    client.send(json!({ "t": "ack", "s": 1, "c": live["c"] })).await;
    client.expect_nothing().await;
    for n in 0..9 {
        world.throw(thread, &format!("more {n}")).await;
    }
    world.seen().await;
    let mut cursor = String::new();
    for _ in 0..7 {
        cursor = client.post().await.1;
    }
    let behind = client.expect("behind").await;
    assert_eq!(behind["c"], cursor, "as far as it was told");
    client.send(json!({ "t": "ack", "s": 1, "c": cursor })).await;
    for n in [7, 8] {
        assert_eq!(client.post().await.0, format!("more {n}"));
    }
    client.expect("live").await;
}
