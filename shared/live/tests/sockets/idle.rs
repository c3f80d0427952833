//! Sessions that lie unused while a socket is open.
//!
//! Time is stopped, and what a client waits for makes it run; the clock by which sessions end is set by hand.

use contracts::{directory::Role, forum::ArenaAccess};
use jiff::SignedDuration;
use serde_json::json;
use tokio::time::{Duration, Instant};
use types::{Clock as _, ThreadId};

use crate::{
    client::Client,
    world::{Someone, World, topic},
};

/// How long a session may lie unused, as SECURITY.md promises.
const IDLE_SECONDS: i64 = 2 * 60 * 60;
/// How long one lasts at most in this world.
const SESSION_HOURS: i64 = 12;

async fn world() -> (World, Someone, ThreadId) {
    let world = World::new().await;
    let someone = world.someone("Astrid").await;
    let thread = world.thread(world.arena(ArenaAccess::Open).await).await;
    (world, someone, thread)
}

/// Whether the server still answers, also after it has answered: before it reads on it looks whether it may.
async fn is_open(client: &mut Client) -> bool {
    for _ in 0..2 {
        client.send(json!({ "t": "typing", "topic": "nothing" })).await;
        loop {
            match client.next().await {
                Some(frame) if frame["t"] == "err" => break,
                Some(_) => {}
                None => return false,
            }
        }
    }
    true
}

/// The socket is cut, as soon as it is time.
async fn is_cut(client: &mut Client) {
    let began = Instant::now();
    assert_eq!(client.end().await, (vec!["bye 4005".into()], Some(4005)));
    assert!(began.elapsed() <= Duration::from_secs(1), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_page_that_stands_open_does_not_keep_its_session_and_is_cut_with_it() {
    let (world, someone, thread) = world().await;
    let mut page = world.enter_within(&someone).await;
    page.follow(1, &topic(thread)).await;
    tokio::time::pause();
    world.clock.advance_seconds(IDLE_SECONDS - 1);
    // All that a page does by itself.
    page.send(json!({ "t": "presence", "topic": topic(thread), "state": "here" })).await;
    page.send(json!({ "t": "unsub", "s": 1 })).await;
    page.sub(2, &topic(thread), "now", "html").await;
    assert!(is_open(&mut page).await);
    let mut other = world.enter_within(&someone).await;
    assert!(is_open(&mut other).await);
    world.clock.advance_seconds(1);
    is_cut(&mut page).await;
    is_cut(&mut other).await;
    let mut again = Client::over(world.wire(), world.address, Some(&someone.cookie)).await;
    again.send(json!({ "t": "hello", "v": 1, "client": "test" })).await;
    assert_eq!(again.end().await, (vec!["unauthorized".into()], Some(4500)), "it stays ended");
}

#[tokio::test]
async fn whoever_asks_for_pages_or_writes_keeps_their_sockets() {
    let (world, someone, thread) = world().await;
    let mut page = world.enter_within(&someone).await;
    page.follow(1, &topic(thread)).await;
    tokio::time::pause();
    world.clock.advance_seconds(IDLE_SECONDS - 1);
    let snapshot = world.gate.views().snapshot().unwrap();
    let cookie = someone.cookie.split_once('=').unwrap().1;
    assert!(world.gate.viewer_of_session(&snapshot, cookie).unwrap().signed_in().is_some(), "they open another page");
    world.clock.advance_seconds(IDLE_SECONDS - 1);
    assert!(is_open(&mut page).await);
    page.send(json!({ "t": "typing", "topic": topic(thread) })).await;
    assert!(is_open(&mut page).await);
    world.clock.advance_seconds(IDLE_SECONDS - 1);
    assert!(is_open(&mut page).await);
    world.clock.advance_seconds(1);
    is_cut(&mut page).await;
}

#[tokio::test]
async fn whoever_writes_all_day_is_signed_out_in_the_end() {
    let (world, someone, thread) = world().await;
    let mut page = world.enter_within(&someone).await;
    page.follow(1, &topic(thread)).await;
    tokio::time::pause();
    for _ in 1..SESSION_HOURS {
        world.clock.advance_seconds(60 * 60);
        page.send(json!({ "t": "typing", "topic": topic(thread) })).await;
        assert!(is_open(&mut page).await);
    }
    world.clock.advance_seconds(60 * 60);
    is_cut(&mut page).await;
}

#[tokio::test]
async fn a_program_may_listen_in_silence() {
    let (world, someone, thread) = world().await;
    let mut program = Client::over(world.wire(), world.address, None).await;
    program.hello(Some(&someone.token_text)).await;
    program.follow(1, &topic(thread)).await;
    tokio::time::pause();
    world.clock.advance_seconds(2 * IDLE_SECONDS);
    assert!(is_open(&mut program).await);
}

/// What time alone ends is seen to at that time, and not when something happens next.
#[tokio::test]
async fn a_mandate_that_is_over_ends_its_topics_without_an_event() {
    let (world, someone, _) = world().await;
    let thread = world.thread(world.arena(ArenaAccess::Members).await).await;
    let until = world.clock.now() + SignedDuration::from_secs(1);
    world.grant_until(&someone, Role::Secretariat, until).await;
    let mut page = world.enter_within(&someone).await;
    page.follow(1, &topic(thread)).await;
    tokio::time::pause();
    world.clock.advance_seconds(1);
    let began = Instant::now();
    assert_eq!(page.expect("drop").await["code"], "access-ended");
    assert_eq!(began.elapsed().as_secs(), 1);
}
