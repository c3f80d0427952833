//! Access that ends while somebody listens.

use std::{sync::Arc, time::Duration};

use contracts::{directory::Role, forum::ArenaAccess};
use futures_util::{FutureExt as _, future::BoxFuture};
use jiff::SignedDuration;
use live::limits::READ_EVENTS;
use serde_json::json;
use tokio::runtime::Handle;
use types::{ArenaId, Clock as _, PersonId, Position};

use crate::{
    client::Client,
    topics::{Asked, Happens},
    world::{World, topic},
};

#[tokio::test]
async fn a_membership_that_ends_ends_the_subscription_and_nothing_after_it_is_delivered() {
    let world = World::new().await;
    let (leaver, stayer) = (world.someone("Astrid").await, world.someone("Birger").await);
    let arena = world.arena(ArenaAccess::Members).await;
    world.join(arena, leaver.person).await;
    world.join(arena, stayer.person).await;
    let thread = world.thread(arena).await;
    let open = world.thread(world.arena(ArenaAccess::Open).await).await;
    let (mut out, mut within) = (world.enter(&leaver).await, world.enter(&stayer).await);
    for client in [&mut out, &mut within] {
        client.follow(1, &topic(thread)).await;
        client.follow(2, &format!("arena/{arena}")).await;
        client.follow(3, &topic(open)).await;
    }
    world.add(thread, "before").await;
    assert_eq!(out.post().await.0, "before");
    world.remove(arena, leaver.person).await;
    world.add(thread, "after").await;
    world.add(open, "for all").await;
    let mut dropped = [out.expect("drop").await, out.expect("drop").await];
    dropped.sort_by_key(|frame| frame["s"].as_u64());
    for (frame, s) in dropped.iter().zip([1, 2]) {
        assert_eq!(*frame, json!({ "t": "drop", "s": s, "code": "access-ended", "retry": false }));
    }
    assert_eq!(out.post().await.0, "for all", "what is still theirs goes on");
    out.expect_nothing().await;
    assert_eq!(within.post().await.0, "before");
    assert_eq!(within.expect("ev").await["e"]["type"], "se.erfa.forum.member-removed.v1");
    assert_eq!(within.post().await.0, "after");
    // And the same after a resume with what they had.
    let before = world.cursor(&leaver);
    out.send(json!({ "t": "sub", "s": 4, "topic": topic(thread), "after": before, "as": "event" })).await;
    assert_eq!(out.expect("err").await["problem"]["type"], "/problems/not-found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_hidden_for_a_moment_that_is_over_is_not_lost() {
    let world = Arc::new(World::new().await);
    let someone = world.someone("Astrid").await;
    let (arena, other) = (world.arena(ArenaAccess::Members).await, world.arena(ArenaAccess::Members).await);
    world.join(arena, someone.person).await;
    let thread = world.thread(arena).await;
    for n in 0..100 {
        world.add(thread, &format!("{n}")).await;
    }
    let happens = |change: fn(Arc<World>, ArenaId, PersonId) -> BoxFuture<'static, Position>, arena| {
        let (world, person) = (world.clone(), someone.person);
        Box::new(move || {
            tokio::task::block_in_place(|| Handle::current().block_on(change(world, arena, person)));
        }) as Happens
    };
    let join = |world: Arc<World>, arena, person| async move { world.join(arena, person).await }.boxed();
    let remove = |world: Arc<World>, arena, person| async move { world.remove(arena, person).await }.boxed();
    let mut client = world.enter(&someone).await;
    *world.topics.script.lock().unwrap() = [
        // The subscription.
        (Asked::Open, Box::new(|| {}) as Happens),
        // While the first events are sent, something makes the socket look again at what its person may see. Just after it
        // has looked, the membership ends; and it is given back as soon as that has hidden an event.
        (Asked::Fragments, happens(join, other)),
        (Asked::Open, happens(remove, arena)),
        (Asked::Place, happens(join, arena)),
    ]
    .into();
    client.send(json!({ "t": "sub", "s": 1, "topic": topic(thread), "after": "start", "as": "html" })).await;
    let mut bodies = Vec::new();
    while bodies.len() < 100 {
        let frame = client.next().await.unwrap();
        assert_ne!(frame["t"], "drop");
        if frame["target"] == "posts" {
            client.send(json!({ "t": "ack", "s": 1, "c": frame["c"] })).await;
            bodies.push(frame["html"].as_str().unwrap().to_owned());
        }
    }
    assert!(world.topics.script.lock().unwrap().is_empty(), "all of it happened");
    assert!(bodies.iter().enumerate().all(|(n, body)| *body == format!("<li lang=\"sv\">{n}</li>")), "{bodies:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_read_after_access_ended_is_not_delivered() {
    let world = Arc::new(World::new().await);
    let someone = world.someone("Astrid").await;
    let arena = world.arena(ArenaAccess::Members).await;
    world.join(arena, someone.person).await;
    let thread = world.thread(arena).await;
    for n in 0..2 * READ_EVENTS {
        world.add(thread, &format!("{n}")).await;
    }
    let mut client = world.enter(&someone).await;
    // While what was read first is sent, the membership ends and more is written, which the next read finds.
    let happens = {
        let (world, person) = (world.clone(), someone.person);
        move || {
            tokio::task::block_in_place(|| {
                Handle::current().block_on(async {
                    world.remove(arena, person).await;
                    world.add(thread, "after").await;
                });
            });
        }
    };
    *world.topics.script.lock().unwrap() = [(Asked::Fragments, Box::new(happens) as Happens)].into();
    client.send(json!({ "t": "sub", "s": 1, "topic": topic(thread), "after": "start", "as": "html" })).await;
    let mut told = 0;
    loop {
        let frame = client.next().await.unwrap();
        if frame["t"] == "drop" {
            break;
        }
        told += usize::from(frame["target"] == "posts");
        assert!(!frame.to_string().contains("after"), "{frame}");
    }
    client.expect_nothing().await;
    assert!(world.topics.script.lock().unwrap().is_empty() && told < READ_EVENTS + 1, "{told}");
}

#[tokio::test]
async fn what_a_viewer_may_see_is_asked_again_after_it_changed() {
    let world = World::new().await;
    let someone = world.someone("Astrid").await;
    let (open, closed) = (world.arena(ArenaAccess::Open).await, world.arena(ArenaAccess::Members).await);
    let thread = world.thread(open).await;
    let mut client = world.enter(&someone).await;
    client.follow(1, &topic(thread)).await;
    world.add_for(closed, thread, "before they join").await;
    world.join(closed, someone.person).await;
    world.add_for(closed, thread, "while they are a member").await;
    assert_eq!(client.post().await.0, "while they are a member");
    world.remove(closed, someone.person).await;
    world.add_for(closed, thread, "after they left").await;
    world.add(thread, "for all").await;
    assert_eq!(client.post().await.0, "for all");
}

#[tokio::test]
async fn a_socket_that_waits_for_its_window_hears_nothing_after_its_membership_ended() {
    let world = World::new().await;
    let someone = world.someone("Astrid").await;
    let arena = world.arena(ArenaAccess::Members).await;
    world.join(arena, someone.person).await;
    let thread = world.thread(arena).await;
    let mut client = world.enter(&someone).await;
    client
        .send(json!({ "t": "sub", "s": 1, "topic": topic(thread), "after": "now", "as": "event", "window": 1 }))
        .await;
    client.expect("subd").await;
    client.expect("live").await;
    world.add(thread, "one").await;
    let (_, cursor) = client.post().await;
    world.add(thread, "two").await;
    client.expect("behind").await;
    world.remove(arena, someone.person).await;
    client.send(json!({ "t": "ack", "s": 1, "c": cursor })).await;
    // The acknowledgement may be heard before the wake-up: then there is room, and nothing to be seen any more.
    let mut frame = client.next().await.unwrap();
    if frame["t"] == "live" {
        frame = client.next().await.unwrap();
    }
    assert_eq!(frame["code"], "access-ended", "{frame}");
    client.expect_nothing().await;
}

#[tokio::test]
async fn a_session_or_token_that_is_revoked_ends_its_sockets_and_no_others() {
    let world = World::new().await;
    let (someone, other) = (world.someone("Astrid").await, world.someone("Birger").await);
    let thread = world.thread(world.arena(ArenaAccess::Open).await).await;
    let mut page = world.enter(&someone).await;
    let mut program = Client::connect(world.address, None).await;
    program.hello(Some(&someone.token_text)).await;
    let mut others = world.enter(&other).await;
    for client in [&mut page, &mut program, &mut others] {
        client.follow(1, &topic(thread)).await;
    }
    world.end_session(&someone).await;
    world.add(thread, "one").await;
    assert_eq!(page.end().await, (vec!["live-revoked".into()], Some(4503)));
    assert_eq!(program.post().await.0, "one");
    world.revoke_token(&someone).await;
    world.add(thread, "two").await;
    assert_eq!(program.end().await, (vec!["live-revoked".into()], Some(4503)));
    assert_eq!((others.post().await.0, others.post().await.0), ("one".into(), "two".into()));
    assert_eq!(world.live.sockets(), 1);
}

#[tokio::test]
async fn whoever_takes_nothing_is_gone_as_soon() {
    let world = World::new().await;
    let someone = world.someone("Astrid").await;
    let thread = world.thread(world.arena(ArenaAccess::Open).await).await;
    let mut client = world.enter_within(&someone).await;
    client.sub(1, &topic(thread), "now", "event").await;
    // More than what lies between server and client takes.
    let body = "å".repeat(19_000);
    for _ in 0..10 {
        world.add(thread, &body).await;
    }
    tokio::time::pause();
    world.end_session(&someone).await;
    let began = tokio::time::Instant::now();
    while client.is_connected().await {
        tokio::time::advance(Duration::from_millis(1)).await;
    }
    assert!(began.elapsed() <= Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!(world.live.sockets(), 0);
}

#[tokio::test]
async fn a_secret_that_was_rotated_away_ends_its_sockets_when_it_works_no_longer() {
    let world = World::new().await;
    let someone = world.someone("Astrid").await;
    let mut client = Client::over(world.wire(), world.address, None).await;
    client.hello(Some(&someone.token_text)).await;
    let former_until = world.clock.now() + SignedDuration::from_secs(100);
    let next = world.rotate_token(&someone, former_until).await;
    let mut other = Client::over(world.wire(), world.address, None).await;
    other.hello(Some(&next)).await;
    tokio::time::pause();
    assert_eq!(client.expect("auth_required").await["by"], former_until.to_string());
    world.clock.advance_seconds(100);
    assert_eq!(client.end().await, (vec!["bye 4005".into()], Some(4005)));
    other.expect_nothing().await;
}

#[tokio::test]
async fn with_a_mandate_end_those_that_others_hold_by_its_delegation() {
    let world = World::new().await;
    let (holder, deputy) = (world.someone("Astrid").await, world.someone("Birger").await);
    let arena = world.arena(ArenaAccess::Members).await;
    let thread = world.thread(arena).await;
    let mandate = world.grant(&holder, Role::Secretariat).await;
    world.delegate(&holder, mandate, &deputy, Role::Secretariat).await;
    let mut client = world.enter(&deputy).await;
    client.follow(1, &topic(thread)).await;
    world.end_mandate(&holder, mandate).await;
    world.add(thread, "after").await;
    assert_eq!(client.expect("drop").await["code"], "access-ended");
    client.expect_nothing().await;
}

#[tokio::test]
async fn a_topic_that_is_hidden_and_one_that_is_not_there_get_the_same_answer() {
    let world = World::new().await;
    let someone = world.someone("Astrid").await;
    let hidden = world.thread(world.arena(ArenaAccess::Invited).await).await;
    let open = world.thread(world.arena(ArenaAccess::Open).await).await;
    let mut client = world.enter(&someone).await;
    client.sub(2, &topic(open), "now", "event").await;
    client.expect("live").await;
    let undeclared = format!("undeclared/{open}");
    let absent = topic(types::ThreadId::from_uuid(uuid::Uuid::from_u128(9)));
    let mut answers = Vec::new();
    for name in [topic(hidden), absent, undeclared, "thread/".into(), "nonsense".into(), String::new(), "x".repeat(300)]
    {
        client.send(json!({ "t": "sub", "s": 1, "topic": name, "after": "start", "as": "html" })).await;
        answers.push(client.expect("err").await.to_string());
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    assert!(answers[0].contains("/problems/not-found"));
}

#[tokio::test]
async fn an_expiring_token_is_asked_for_renewed_and_in_the_end_expires() {
    let world = World::new().await;
    let soon = |seconds| world.clock.now() + SignedDuration::from_secs(seconds);
    let (someone, other) = (world.someone_until("Astrid", soon(100)).await, world.someone("Birger").await);
    let (_, longer) = world.token(someone.person, soon(200)).await;
    let mut client = Client::over(world.wire(), world.address, None).await;
    let welcome = client.hello(Some(&someone.token_text)).await;
    assert_eq!(welcome["auth_expires"], soon(100).to_string());
    tokio::time::pause();
    let required = client.expect("auth_required").await;
    assert_eq!(required["by"], soon(100).to_string());
    client.send(json!({ "t": "auth", "token": longer })).await;
    assert_eq!(client.expect("auth_required").await["by"], soon(200).to_string());
    world.clock.advance_seconds(200);
    assert_eq!(client.end().await, (vec!["bye 4005".into()], Some(4005)));

    let mut client = Client::over(world.wire(), world.address, None).await;
    client.hello(Some(&other.token_text)).await;
    client.send(json!({ "t": "auth", "token": "erfa_nonsense" })).await;
    assert_eq!(client.end().await, (vec!["unauthorized".into()], Some(4500)));
}

#[tokio::test]
async fn access_that_ended_is_seen_to_before_anybody_was_woken_for_it() {
    let world = World::that_sleeps().await;
    let someone = world.someone("Astrid").await;
    let thread = world.thread(world.arena(ArenaAccess::Open).await).await;
    let mut client = world.enter(&someone).await;
    client.follow(1, &topic(thread)).await;
    let before = world.cursor(&someone);
    world.end_session(&someone).await;
    world.add(thread, "after").await;
    client.send(json!({ "t": "sub", "s": 2, "topic": topic(thread), "after": before, "as": "event" })).await;
    while let Some(frame) = client.next().await {
        assert_ne!(frame["t"], "ev", "{frame}");
    }
    assert_eq!(client.closed, Some(4503));
}
