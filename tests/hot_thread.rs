//! Many people write into one thread at once, and it is closed meanwhile.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use contracts::{directory::Role, forum::ArenaAccess};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Person, Server, Socket, World};

const PEOPLE: usize = 40;
/// After so many acknowledged posts somebody closes the thread.
const POSTS_BEFORE: usize = 60;

/// Writes until the thread is closed: what was acknowledged.
async fn write(person: &Person, name: usize, posts: &str, acknowledged: &tokio::sync::Semaphore) -> Vec<String> {
    let mut written = Vec::new();
    loop {
        let body = format!("Inlägg {} av {name}", written.len() + 1);
        let (status, answer) = person.api(Method::POST, posts, Some(&json!({ "body": body }))).await;
        if status != 201 {
            assert_eq!(answer["type"], "/problems/thread-closed", "nobody hears of a conflict: {status} {answer}");
            return written;
        }
        written.push(body);
        acknowledged.add_permits(1);
    }
}

/// The posts of the thread, all pages of them: number and text.
async fn all(reader: &Person, posts: &str) -> Vec<(u64, String)> {
    let mut all = Vec::new();
    loop {
        let page = all.len() / 100 + 1;
        let (status, answer) = reader.api(Method::GET, &format!("{posts}?limit=100&page={page}"), None).await;
        assert_eq!(status, 200, "{answer}");
        let posts = answer["items"].as_array().unwrap();
        all.extend(posts.iter().map(number_and_text));
        if posts.len() < 100 {
            return all;
        }
    }
}

fn number_and_text(post: &Value) -> (u64, String) {
    (post["number"].as_u64().unwrap(), post["body"].as_str().unwrap().to_owned())
}

/// The posts that a socket hears of, until it hears that the thread was closed.
async fn heard(mut socket: Socket) -> Vec<(u64, String)> {
    let mut heard = Vec::new();
    loop {
        let frame = socket.until("ev").await;
        socket.send(json!({ "t": "ack", "s": 1, "c": frame["c"] })).await;
        match frame["e"]["type"].as_str().unwrap() {
            "se.erfa.forum.post-added.v1" => heard.push(number_and_text(&frame["e"]["data"])),
            "se.erfa.forum.thread-closed.v1" => return heard,
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thread_that_is_closed_keeps_what_was_acknowledged_and_takes_no_more() {
    let data = tempfile::tempdir().unwrap();
    let (arena, secretariat, people) = World::write(data.path(), async |world| {
        let agency = world.agency("Amyndigheten").await;
        let secretariat = world.person(agency, &[Role::Secretariat]).await;
        let mut people = Vec::new();
        for _ in 0..PEOPLE {
            people.push(world.person(agency, &[]).await);
        }
        let members: Vec<_> = people.iter().map(|person| person.person).collect();
        (world.arena("Arbetssätt", ArenaAccess::Open, &members).await, secretariat, people)
    })
    .await;
    let server = Server::start(data.path());
    let writers: Vec<_> = people.iter().map(|person| Person::with_token(&server.url, &person.token)).collect();
    let thread = json!({ "kind": "discussion", "title": "Hur gör ni?", "body": "Vi undrar." });
    let path = format!("/api/forum/v1/arenas/{arena}/threads");
    let (status, thread) = writers[0].api(Method::POST, &path, Some(&thread)).await;
    assert_eq!(status, 201, "{thread}");
    let thread = format!("/api/forum/v1/threads/{}", thread["id"].as_str().unwrap());
    assert_eq!(writers[0].api(Method::GET, &thread, None).await.0, 200);
    let mut sockets = Vec::new();
    for person in &people[..3] {
        let mut socket = Socket::connect(server.address(), "forum", &person.token).await;
        socket.subscribe(1, &thread.replace("/api/forum/v1/threads", "thread"), "start", "event").await;
        sockets.push(heard(socket));
    }

    let (posts, acknowledged) = (format!("{thread}/posts"), tokio::sync::Semaphore::new(0));
    let writing = join_all(writers.iter().enumerate().map(|(name, person)| write(person, name, &posts, &acknowledged)));
    let secretariat = Person::with_token(&server.url, &secretariat.token);
    let closing = async {
        acknowledged.acquire_many(POSTS_BEFORE as u32).await.unwrap().forget();
        let reason = json!({ "reason": "Nu räcker det." });
        let (status, answer) = secretariat.api(Method::PUT, &format!("{thread}/closing"), Some(&reason)).await;
        assert_eq!(status, 200, "{answer}");
    };
    let (written, (), heard) = tokio::join!(writing, closing, join_all(sockets));

    let all = all(&secretariat, &posts).await;
    assert!(all.iter().map(|(number, _)| *number).eq(1..=all.len() as u64), "each has its number: {all:?}");
    let mut of_all: Vec<_> = all.iter().skip(1).map(|(_, text)| text.clone()).collect();
    let mut of_writers: Vec<_> = written.iter().flatten().cloned().collect();
    of_all.sort();
    of_writers.sort();
    assert!(of_writers.len() >= POSTS_BEFORE);
    assert_eq!(of_all, of_writers, "what was acknowledged is there, and nothing else");
    for (name, written) in written.iter().enumerate() {
        let of_one = all.iter().map(|(_, text)| text).filter(|text| text.ends_with(&format!(" av {name}")));
        assert!(of_one.eq(written), "what one has written is in their order");
    }
    for heard in heard {
        assert_eq!(heard, all, "everybody hears the same, in the same order, and nothing after the closing");
    }
}
