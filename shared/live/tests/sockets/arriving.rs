//! From the request to the welcome.

use contracts::forum::ArenaAccess;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::{
    client::{Client, try_connect},
    world::{World, topic},
};

#[tokio::test]
async fn only_our_own_pages_and_programs_come_in() {
    let world = World::new().await;
    let someone = world.someone("Astrid").await;
    let own = format!("http://{}", world.address);
    let look_alike = format!("http://{}.evil.example", world.address);
    let protocol = ("sec-websocket-protocol", "erfa.live.v1");
    let cookie = ("cookie", someone.cookie.as_str());
    for (headers, status) in [
        (vec![protocol, cookie, ("origin", own.as_str())], None),
        (vec![protocol, cookie], Some(403)),
        (vec![protocol, cookie, ("origin", "null")], Some(403)),
        (vec![protocol, cookie, ("origin", "https://evil.example")], Some(403)),
        (vec![protocol, cookie, ("origin", look_alike.as_str())], Some(403)),
        (vec![protocol, cookie, ("origin", own.as_str()), ("sec-fetch-site", "cross-site")], Some(403)),
        (vec![protocol], None),
        (vec![protocol, ("origin", "https://evil.example")], Some(403)),
        (vec![cookie, ("origin", own.as_str())], Some(400)),
        (vec![("sec-websocket-protocol", "graphql-ws"), cookie, ("origin", own.as_str())], Some(400)),
    ] {
        assert_eq!(try_connect(world.address, &headers).await.err(), status, "{headers:?}");
    }
    let url = format!("http://{}/api/test/v1/live", world.address);
    // The client may know TLS when it was built together with what needs it, and then wants to be told whose.
    let _ = rustls::crypto::ring::default_provider().install_default();
    assert!(reqwest::get(url).await.unwrap().status().is_client_error(), "not an upgrade");
}

#[tokio::test]
async fn a_page_is_known_by_its_cookie_and_a_program_by_its_token() {
    let world = World::new().await;
    let someone = world.someone("Astrid").await;
    let mut page = Client::connect(world.address, Some(&someone.cookie)).await;
    let welcome = page.hello(None).await;
    assert_eq!(welcome["heartbeat"], 25);
    assert_eq!(welcome["epoch"], world.log.epoch().to_string());
    assert_eq!(welcome["limits"]["subscriptions"], 64);
    assert_eq!(welcome["auth_expires"], "2026-03-02T21:00:00Z");
    let mut program = Client::connect(world.address, None).await;
    program.hello(Some(&someone.token_text)).await;
    assert_eq!(world.live.sockets(), 2);

    for token in [None, Some(""), Some("erfa_nonsense"), Some(&*format!("{}x", someone.token_text))] {
        let mut client = Client::connect(world.address, None).await;
        client.send(json!({ "t": "hello", "v": 1, "client": "test", "token": token })).await;
        assert_eq!(client.end().await, (vec!["unauthorized".into()], Some(4500)), "{token:?}");
    }
    let mut signed_out = Client::connect(world.address, Some("erfa-session=nonsense")).await;
    signed_out.send(json!({ "t": "hello", "v": 1, "client": "test" })).await;
    assert_eq!(signed_out.end().await, (vec!["unauthorized".into()], Some(4500)));
}

#[tokio::test]
async fn what_is_no_frame_gets_an_error_and_the_close() {
    let world = World::new().await;
    let someone = world.someone("Astrid").await;
    let large = format!(r#"{{"t":"typing","topic":"{}"}}"#, "x".repeat(70_000));
    for (message, problem) in [
        (Message::text("nonsense"), "live-malformed"),
        (Message::text(r#"{"t":"post","body":"x"}"#), "live-malformed"),
        (Message::text(r#"{"t":"pong","extra":1}"#), "live-malformed"),
        (Message::text(large), "live-too-large"),
        (Message::text("x".repeat(200_000)), "live-too-large"),
        (Message::binary(vec![1, 2, 3]), "live-not-text"),
    ] {
        let mut client = world.enter(&someone).await;
        client.say(message.clone()).await;
        let (heard, code) = client.end().await;
        let what = message.to_string().chars().take(40).collect::<String>();
        assert_eq!((heard, code), (vec![problem.to_owned()], Some(4501)), "{what}");
    }
    // Far too much is not even read to its end: the error may be lost, the close is not.
    let mut client = world.enter(&someone).await;
    client.say(Message::text("x".repeat(3_000_000))).await;
    client.end().await;
    while world.live.sockets() > 0 {
        tokio::task::yield_now().await;
    }
    let mut early = Client::connect(world.address, Some(&someone.cookie)).await;
    early.send(json!({ "t": "pong" })).await;
    assert_eq!(early.end().await, (vec!["live-hello-first".into()], Some(4501)));
}

#[tokio::test]
async fn who_does_not_say_hello_in_time_is_closed() {
    let world = World::new().await;
    tokio::time::pause();
    let began = tokio::time::Instant::now();
    let mut client = Client::over(world.wire(), world.address, None).await;
    assert_eq!(client.end().await, (vec!["live-hello-late".into()], Some(4008)));
    let took = began.elapsed();
    assert_eq!(took.as_secs(), 5, "{took:?}");
}

#[tokio::test]
async fn stopping_says_goodbye_and_when_to_come_back() {
    let world = World::new().await;
    let someone = world.someone("Astrid").await;
    let thread = world.thread(world.arena(ArenaAccess::Open).await).await;
    let mut clients = Vec::new();
    for _ in 0..3 {
        let mut client = world.enter(&someone).await;
        client.follow(1, &topic(thread)).await;
        clients.push(client);
    }
    let (drained, ends) = tokio::join!(
        world.live.drain(),
        futures_util::future::join_all(clients.iter_mut().map(|client| async {
            let bye = client.expect("bye").await;
            (bye["code"].clone(), bye["after_ms"].as_u64().unwrap(), client.end().await.1)
        }))
    );
    let () = drained;
    assert!(ends.iter().all(|(code, _, closed)| *code == 4001 && *closed == Some(4001)), "{ends:?}");
    let spread: std::collections::BTreeSet<_> = ends.iter().map(|(_, after_ms, _)| after_ms).collect();
    assert_eq!(spread.len(), 3, "they do not come back at once: {ends:?}");
    assert_eq!(world.live.sockets(), 0);
    let headers = [("sec-websocket-protocol", "erfa.live.v1")];
    assert_eq!(try_connect(world.address, &headers).await.err(), Some(503));
}
