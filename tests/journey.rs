//! One post, over form, API, page and socket: all of them see the same.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use contracts::{directory::Role, forum::ArenaAccess};
use reqwest::Method;
use serde_json::json;
use system_tests::{Inhabitant, Person, Server, Socket, World};
use types::ArenaId;

struct Setting {
    server: Server,
    arena: ArenaId,
    asked: Inhabitant,
    answers: Inhabitant,
    outsider: Inhabitant,
    _data: tempfile::TempDir,
}

async fn setting(access: ArenaAccess) -> Setting {
    let data = tempfile::tempdir().unwrap();
    let (arena, asked, answers, outsider) = World::write(data.path(), async |world| {
        let (a, b) = (world.agency("Amyndigheten").await, world.agency("Bemyndigheten").await);
        world.person(a, &[Role::Secretariat]).await;
        let (asked, answers) = (world.person(a, &[]).await, world.person(b, &[]).await);
        let outsider = world.person(b, &[]).await;
        let arena = world.arena("Arbetssätt", access, &[asked.person, answers.person]).await;
        (arena, asked, answers, outsider)
    })
    .await;
    Setting { server: Server::start(data.path()), arena, asked, answers, outsider, _data: data }
}

/// The one who asks opens a thread, and anyone can read it.
async fn open_thread(s: &Setting, asked: &Person) -> String {
    let thread = json!({"kind": "question", "title": "Hur gör ni?", "body": "Vi undrar **hur**."});
    let (status, thread) =
        asked.api(Method::POST, &format!("/api/forum/v1/arenas/{}/threads", s.arena), Some(&thread)).await;
    assert_eq!(status, 201, "{thread}");
    let thread = thread["id"].as_str().unwrap().to_owned();
    let (status, answer) = asked.api(Method::GET, &format!("/api/forum/v1/threads/{thread}"), None).await;
    assert_eq!(status, 200, "what one has written one can read: {answer}");
    thread
}

#[tokio::test]
async fn a_post_is_the_same_in_api_and_socket_and_comes_once() {
    let s = setting(ArenaAccess::Open).await;
    let asked = Person::with_token(&s.server.url, &s.asked.token);
    let thread = open_thread(&s, &asked).await;
    let topic = format!("thread/{thread}");
    let mut events = Socket::connect(s.server.address(), "forum", &s.asked.token).await;
    events.subscribe(1, &topic, "start", "event").await;
    let mut html = Socket::connect(s.server.address(), "forum", &s.asked.token).await;
    html.subscribe(1, &topic, "now", "html").await;
    html.until("live").await;

    let answers = Person::with_token(&s.server.url, &s.answers.token);
    let path = format!("/api/forum/v1/threads/{thread}/posts");
    let (status, answer) = answers.api(Method::POST, &path, Some(&json!({"body": "Vi gjorde det *stegvis*."}))).await;
    assert_eq!(status, 201, "{answer}");

    let fragment = html.until("html").await;
    assert_eq!(
        (fragment["target"].as_str(), fragment["action"].as_str()),
        (Some("posts"), Some("append")),
        "{fragment}"
    );
    assert!(fragment["html"].as_str().unwrap().contains("<em>stegvis</em>"), "{fragment}");

    let (status, posts) = asked.api(Method::GET, &path, None).await;
    assert_eq!(status, 200, "{posts}");
    assert_eq!(posts["items"].as_array().unwrap().len(), 2, "{posts}");
    assert_eq!(posts["items"][1]["body"], "Vi gjorde det *stegvis*.");

    let mut bodies = Vec::new();
    while bodies.len() < 2 {
        let event = events.until("ev").await;
        if event["e"]["type"] == "se.erfa.forum.post-added.v1" {
            bodies.push(event["e"]["data"]["body"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(bodies, ["Vi undrar **hur**.", "Vi gjorde det *stegvis*."]);
}

#[tokio::test]
async fn what_an_outsider_may_not_read_does_not_exist_for_them() {
    let s = setting(ArenaAccess::Invited).await;
    let asked = Person::with_token(&s.server.url, &s.asked.token);
    let thread = open_thread(&s, &asked).await;
    let outsider = Person::with_token(&s.server.url, &s.outsider.token);
    for path in [
        format!("/api/forum/v1/arenas/{}", s.arena),
        format!("/api/forum/v1/arenas/{}/threads", s.arena),
        format!("/api/forum/v1/threads/{thread}"),
        format!("/api/forum/v1/threads/{thread}/posts"),
    ] {
        let (status, answer) = outsider.api(Method::GET, &path, None).await;
        assert_eq!(status, 404, "{path}: {answer}");
    }
    let (_, arenas) = outsider.api(Method::GET, "/api/forum/v1/arenas", None).await;
    assert_eq!(arenas["items"], json!([]), "{arenas}");
    let mut socket = Socket::connect(s.server.address(), "forum", &s.outsider.token).await;
    socket.subscribe(1, &format!("thread/{thread}"), "start", "event").await;
    let theirs = socket.until("err").await;
    socket.subscribe(2, "thread/0192f0c1-2a3b-7c4d-8e5f-001122334455", "start", "event").await;
    let nobodys = socket.until("err").await;
    assert_eq!(theirs["problem"]["type"], nobodys["problem"]["type"], "hidden and missing are told alike");
}

#[tokio::test]
async fn a_repeated_request_posts_once_and_gets_the_first_answer() {
    let s = setting(ArenaAccess::Open).await;
    let asked = Person::with_token(&s.server.url, &s.asked.token);
    let thread = open_thread(&s, &asked).await;
    let path = format!("/api/forum/v1/threads/{thread}/posts");
    let send = async |body: &str| {
        let request = asked.request(Method::POST, &path).header("idempotency-key", "nyckel-1");
        let response = request.json(&json!({"body": body})).send().await.unwrap();
        (response.status().as_u16(), response.json::<serde_json::Value>().await.unwrap())
    };
    let (first, second) = (send("En gång.").await, send("En gång.").await);
    assert_eq!((first.0, second.0), (201, 201), "{first:?} {second:?}");
    assert_eq!(first.1["id"], second.1["id"]);
    assert_eq!(send("Något annat.").await.0, 422);
    let (_, posts) = asked.api(Method::GET, &path, None).await;
    assert_eq!(posts["total"], 2, "{posts}");
}
