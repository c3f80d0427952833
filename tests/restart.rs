//! `kill -9` under load: what was acknowledged is there, once, and sockets go on from where they were.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use contracts::forum::ArenaAccess;
use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Person, Server, Socket, World};
use tokio::{sync::Semaphore, task::JoinSet};

const WRITERS: usize = 8;
const POSTS_EACH: usize = 40;
/// After how many acknowledged posts the server is killed, and again.
const KILL_AFTER: [u32; 2] = [60, 150];
/// How long a writer goes on asking a server that is away.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a writer waits before it asks again, as a client does whose server is away.
const ASK_AGAIN_AFTER: Duration = Duration::from_millis(20);

/// Sends a post until it is acknowledged, as a careful integrator would: the same key and the same body each time.
async fn post(author: &Person, path: &str, key: &str, body: &str) -> Value {
    let until = tokio::time::Instant::now() + PATIENCE;
    loop {
        let request = author.request(Method::POST, path).header("idempotency-key", key).json(&json!({"body": body}));
        match request.send().await {
            Ok(response) if response.status() == 201 => {
                if let Ok(answer) = response.json().await {
                    return answer;
                }
            }
            Ok(response) if response.status().is_server_error() => {}
            Ok(response) => panic!("refused: {} {}", response.status(), response.text().await.unwrap_or_default()),
            Err(_) => {}
        }
        assert!(tokio::time::Instant::now() < until, "the server stays away");
        tokio::time::sleep(ASK_AGAIN_AFTER).await;
    }
}

#[tokio::test]
async fn killed_under_load_nothing_acknowledged_is_lost_and_nothing_comes_twice() {
    let data = tempfile::tempdir().unwrap();
    let (arena, people) = World::write(data.path(), async |world| {
        let agency = world.agency("Amyndigheten").await;
        let mut people = Vec::new();
        for _ in 0..WRITERS {
            people.push(world.person(agency, &[]).await);
        }
        let members: Vec<_> = people.iter().map(|inhabitant| inhabitant.person).collect();
        (world.arena("Under last", ArenaAccess::Open, &members).await, people)
    })
    .await;
    let mut server = Server::start(data.path());
    let address = server.address().to_owned();
    let opener = Person::with_token(&server.url, &people[0].token);
    let thread = json!({"kind": "discussion", "title": "Under last", "body": "Början."});
    let (_, thread) = opener.api(Method::POST, &format!("/api/forum/v1/arenas/{arena}/threads"), Some(&thread)).await;
    let thread = thread["id"].as_str().unwrap().to_owned();
    let topic = format!("thread/{thread}");
    assert_eq!(opener.api(Method::GET, &format!("/api/forum/v1/threads/{thread}"), None).await.0, 200);
    let path = format!("/api/forum/v1/threads/{thread}/posts");

    let acknowledged = Arc::new(Semaphore::new(0));
    let mut writers = JoinSet::new();
    for (writer, inhabitant) in people.iter().enumerate() {
        let author = Person::with_token(&server.url, &inhabitant.token);
        let (path, acknowledged) = (path.clone(), acknowledged.clone());
        writers.spawn(async move {
            let mut answers = Vec::new();
            for number in 0..POSTS_EACH {
                let text = format!("inlägg {writer}-{number}");
                answers.push((text.clone(), post(&author, &path, &format!("{writer}-{number}"), &text).await));
                acknowledged.add_permits(1);
            }
            answers
        });
    }

    let mut heard = Vec::new();
    let mut cursor = "start".to_owned();
    let mut taken = 0;
    for kill_after in KILL_AFTER {
        let mut socket = Socket::connect(&address, "forum", &people[0].token).await;
        socket.subscribe(1, &topic, &cursor, "event").await;
        let enough = tokio::time::timeout(PATIENCE, acknowledged.acquire_many(kill_after - taken)).await;
        enough.expect("the writers get on").unwrap().forget();
        taken = kill_after;
        server.kill();
        while let Some(frame) = socket.next().await {
            hear(&frame, &mut cursor, &mut heard);
        }
        server = Server::start_at(data.path(), &address, &[]);
    }
    let answers: BTreeMap<_, _> = writers.join_all().await.into_iter().flatten().collect();
    assert_eq!(answers.len(), WRITERS * POSTS_EACH);

    let mut socket = Socket::connect(&address, "forum", &people[0].token).await;
    socket.subscribe(1, &topic, &cursor, "event").await;
    while heard.len() < answers.len() + 1 {
        let frame = socket.next().await.expect("the socket stays open");
        hear(&frame, &mut cursor, &mut heard);
        socket.send(json!({"t": "ack", "s": 1, "c": cursor})).await;
    }
    let numbers: Vec<_> = heard.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=answers.len() as u64 + 1).collect::<Vec<_>>(), "every post was heard once, in order");

    let stored: BTreeSet<_> = heard.iter().map(|(_, body)| body.as_str()).collect();
    for (text, answer) in &answers {
        assert!(stored.contains(text.as_str()), "acknowledged and lost: {text} {answer}");
    }
    let (_, page) = opener.api(Method::GET, &path, None).await;
    assert_eq!(page["total"], answers.len() + 1, "{page}");
}

fn hear(frame: &Value, cursor: &mut String, heard: &mut Vec<(u64, String)>) {
    if let Some(c) = frame["c"].as_str() {
        cursor.clear();
        cursor.push_str(c);
    }
    if frame["t"] == "ev" && frame["e"]["type"] == "se.erfa.forum.post-added.v1" {
        let post = &frame["e"]["data"];
        heard.push((post["number"].as_u64().unwrap(), post["body"].as_str().unwrap().to_owned()));
    }
}
