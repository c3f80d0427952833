//! Threads and posts over the API.

use contracts::forum::ArenaAccess;
use http::Method;
use serde_json::{Value, json};
use types::ThreadId;

use super::world::{Someone, World};

struct Talk {
    world: World,
    kansli: Someone,
    anna: Someone,
    bo: Someone,
    thread: ThreadId,
}

/// Anna opened a thread in an open arena; Bo is a member too.
async fn talk() -> Talk {
    let world = World::new().await;
    let (one, other) = (world.agency("Ena verket").await, world.agency("Andra verket").await);
    let kansli = world.secretariat("Kim", one).await;
    let (anna, bo) = (world.person("Anna", one).await, world.person("Bo", other).await);
    let arena = world.arena(&kansli, ArenaAccess::Open, &[&anna, &bo]).await;
    let thread = world.thread(&anna, arena).await;
    Talk { world, kansli, anna, bo, thread }
}

impl Talk {
    async fn posts(&self, query: &str) -> Value {
        self.world.read(&self.anna, &format!("/threads/{}/posts{query}", self.thread)).await.is(200).json()
    }

    async fn post(&self, who: &Someone, body: Value) -> super::world::Answer {
        self.world.post(who, &format!("/threads/{}/posts", self.thread), body).await
    }

    async fn closing(&self, who: &Someone, method: Method) -> super::world::Answer {
        self.world.settle().await;
        let path = format!("/threads/{}/closing", self.thread);
        self.world.api_with(who, method, &path, &[], Some(json!({ "reason": "Klart" }))).await
    }

    async fn edit(&self, who: &Someone, post: &str, etag: Option<&str>, body: &str) -> super::world::Answer {
        self.world.settle().await;
        let headers: Vec<_> = etag.map(|etag| ("if-match", etag)).into_iter().collect();
        let path = format!("/posts/{post}");
        self.world.api_with(who, Method::PATCH, &path, &headers, Some(json!({ "body": body }))).await
    }
}

#[tokio::test]
async fn a_post_is_there_for_whoever_reads_with_its_cursor() {
    let talk = talk().await;
    let path = format!("/threads/{}/posts", talk.thread);
    talk.world.settle().await;
    let added = talk.world.api_with(&talk.bo, Method::POST, &path, &[], Some(json!({ "body": "Hej" }))).await.is(201);
    let added = (added.location(), added.json());
    assert_eq!(added.1["number"], 2);
    let cursor = added.1["cursor"].as_str().unwrap();
    let read = talk.world.api_with(&talk.bo, Method::GET, &format!("{path}?at-least={cursor}"), &[], None).await;
    assert_eq!(read.is(200).json()["items"][1]["body"], "Hej");
    let path = added.0.strip_prefix("/api/forum/v1").unwrap();
    let read = talk.world.api_with(&talk.bo, Method::GET, path, &[("erfa-at-least", cursor)], None).await.is(200);
    assert_eq!((&read.json()["id"], &read.headers["etag"]), (&added.1["id"], &"\"0\"".parse().unwrap()));
    // Somebody else's cursor is not theirs to use.
    let path = format!("{path}?at-least={cursor}");
    let foreign = talk.world.api_with(&talk.anna, Method::GET, &path, &[], None).await.is(400);
    assert_eq!(foreign.problem(), "bad-cursor");
}

#[tokio::test]
async fn posts_are_numbered_answered_and_cut_into_pages() {
    let talk = talk().await;
    let first = talk.posts("").await["items"][0]["id"].clone();
    for number in 2..=7 {
        let answer = talk.post(&talk.bo, json!({ "body": format!("Nummer {number}"), "replyTo": first })).await;
        assert_eq!(answer.is(201).json()["number"], number);
    }
    let page = talk.posts("?limit=3&page=2").await;
    let numbers: Vec<_> = page["items"].as_array().unwrap().iter().map(|post| post["number"].clone()).collect();
    assert_eq!((numbers, &page["total"]), (vec![json!(4), json!(5), json!(6)], &json!(7)));
    assert_eq!(page["items"][0]["replyTo"], json!({ "id": first, "number": 1 }));
    assert_eq!(talk.posts("?limit=3&page=9").await["items"], json!([]));
    let missing = json!({ "body": "x", "replyTo": "00000000-0000-7000-8000-000000000000" });
    assert_eq!(talk.post(&talk.bo, missing).await.is(422).problem(), "nothing-to-answer");
}

#[tokio::test]
async fn threads_stand_by_their_latest_post() {
    let talk = talk().await;
    let thread = talk.world.read(&talk.anna, &format!("/threads/{}", talk.thread)).await.json();
    let arena = thread["arena"].as_str().unwrap().parse().unwrap();
    let newer = talk.world.thread(&talk.bo, arena).await;
    let order = async || {
        let items = talk.world.read(&talk.anna, &format!("/arenas/{arena}/threads")).await.json()["items"].clone();
        items.as_array().unwrap().iter().map(|thread| thread["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(order().await, [newer.to_string(), talk.thread.to_string()]);
    talk.post(&talk.bo, json!({ "body": "Hej" })).await.is(201);
    assert_eq!(order().await, [talk.thread.to_string(), newer.to_string()]);
    let paged = talk.world.read(&talk.anna, &format!("/arenas/{arena}/threads?limit=1&page=2")).await.json();
    assert_eq!((&paged["items"][0]["id"], &paged["total"]), (&json!(newer), &json!(2)));
}

#[tokio::test]
async fn the_same_key_posts_once_and_another_body_is_refused() {
    let talk = talk().await;
    let path = format!("/threads/{}/posts", talk.thread);
    let send = async |who: &Someone, body: &str| {
        talk.world.settle().await;
        let key = [("idempotency-key", "k-1")];
        talk.world.api_with(who, Method::POST, &path, &key, Some(json!({ "body": body }))).await
    };
    let first = send(&talk.bo, "Hej").await.is(201);
    assert_eq!(send(&talk.bo, "Hej").await.is(201).text, first.text);
    assert_eq!(send(&talk.bo, "Hallå").await.is(422).problem(), "key-reused");
    // The key is Bo's: Anna's is another one.
    assert_eq!(send(&talk.anna, "Hej").await.is(201).json()["number"], 3);
    assert_eq!(talk.posts("").await["total"], 3);
}

#[tokio::test]
async fn a_post_is_changed_with_the_version_that_was_read_and_keeps_its_history() {
    let talk = talk().await;
    let post = talk.post(&talk.bo, json!({ "body": "Ett" })).await.json()["id"].as_str().unwrap().to_owned();
    talk.edit(&talk.bo, &post, None, "Två").await.is(428);
    let changed = talk.edit(&talk.bo, &post, Some("\"0\""), "Två").await.is(200);
    assert_eq!(changed.headers["etag"], "\"1\"");
    let late = talk.edit(&talk.bo, &post, Some("\"0\""), "Tre").await.is(412);
    assert_eq!((late.problem().as_str(), &late.json()["currentRevision"]), ("post-changed", &json!(1)));
    assert_eq!(talk.edit(&talk.anna, &post, Some("\"1\""), "Fyra").await.is(403).problem(), "not-the-author");
    let read = talk.world.read(&talk.anna, &format!("/posts/{post}/revisions")).await.json();
    let bodies: Vec<_> = read["items"].as_array().unwrap().iter().map(|revision| revision["body"].clone()).collect();
    assert_eq!(bodies, ["Ett", "Två"]);
}

#[tokio::test]
async fn a_withdrawn_post_leaves_only_its_number() {
    let talk = talk().await;
    let post = talk.post(&talk.bo, json!({ "body": "Kanariefågel" })).await.json()["id"].as_str().unwrap().to_owned();
    talk.edit(&talk.bo, &post, Some("\"0\""), "Papegoja").await.is(200);
    talk.world.settle().await;
    let withdraw = async |who| talk.world.api_with(who, Method::DELETE, &format!("/posts/{post}"), &[], None).await;
    withdraw(&talk.anna).await.is(403);
    withdraw(&talk.bo).await.is(200);
    withdraw(&talk.bo).await.is(200);
    for who in [&talk.anna, &talk.bo, &talk.kansli] {
        for path in
            [format!("/posts/{post}"), format!("/posts/{post}/revisions"), format!("/threads/{}/posts", talk.thread)]
        {
            let text = talk.world.read(who, &path).await.is(200).text;
            assert!(!text.contains("Kanariefågel") && !text.contains("Papegoja"), "{path}: {text}");
        }
    }
    let shown = &talk.posts("").await["items"][1];
    assert_eq!((&shown["number"], &shown["author"], &shown["body"]), (&json!(2), &json!(null), &json!(null)));
    assert!(shown["withdrawnAt"].is_string());
    assert_eq!(talk.edit(&talk.bo, &post, Some("\"1\""), "Åter").await.is(409).problem(), "post-withdrawn");
}

#[tokio::test]
async fn a_closed_thread_takes_nothing_until_it_is_reopened() {
    let talk = talk().await;
    let post = talk.post(&talk.bo, json!({ "body": "Hej" })).await.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(talk.closing(&talk.bo, Method::PUT).await.is(403).problem(), "not-the-opener");
    talk.closing(&talk.anna, Method::PUT).await.is(200);
    let closed = talk.world.read(&talk.bo, &format!("/threads/{}", talk.thread)).await.json()["closed"].clone();
    assert_eq!((&closed["reason"], &closed["byOpener"]), (&json!("Klart"), &json!(true)));
    assert_eq!(talk.post(&talk.bo, json!({ "body": "Sent" })).await.is(409).problem(), "thread-closed");
    assert_eq!(talk.edit(&talk.bo, &post, Some("\"0\""), "Sent").await.is(409).problem(), "thread-closed");
    talk.closing(&talk.kansli, Method::DELETE).await.is(200);
    talk.post(&talk.bo, json!({ "body": "I tid" })).await.is(201);
    talk.closing(&talk.kansli, Method::PUT).await.is(200);
    let closed = talk.world.read(&talk.bo, &format!("/threads/{}", talk.thread)).await.json()["closed"].clone();
    assert_eq!(closed["byOpener"], false);
}

#[tokio::test]
async fn whoever_left_their_agency_is_named_no_more() {
    let talk = talk().await;
    talk.post(&talk.bo, json!({ "body": "Hej" })).await.is(201);
    assert_eq!(talk.posts("").await["items"][1]["author"]["name"], "Bo");
    talk.world.leaves_their_agency(&talk.bo).await;
    let author = talk.posts("").await["items"][1]["author"].clone();
    assert_eq!(
        (&author["name"], &author["person"], &author["former"]),
        (&json!(null), &json!(null), &json!("participant"))
    );
    assert_eq!(author["agency"]["name"], "Andra verket");
}

#[tokio::test]
async fn a_view_that_is_made_anew_says_the_same() {
    let talk = talk().await;
    let post = talk.post(&talk.bo, json!({ "body": "Ett" })).await.json()["id"].as_str().unwrap().to_owned();
    talk.edit(&talk.bo, &post, Some("\"0\""), "Två").await.is(200);
    talk.post(&talk.anna, json!({ "body": "Svar", "replyTo": post, "shownAs": "agency" })).await.is(201);
    talk.closing(&talk.kansli, Method::PUT).await.is(200);
    let thread = talk.world.read(&talk.anna, &format!("/threads/{}", talk.thread)).await.json();
    let arena = thread["arena"].as_str().unwrap().to_owned();
    let everything = async || {
        let mut all = String::new();
        for path in [
            "/arenas".to_owned(),
            format!("/arenas/{arena}/members"),
            format!("/arenas/{arena}/threads"),
            format!("/threads/{}/posts", talk.thread),
            format!("/posts/{post}/revisions"),
        ] {
            all += &talk.world.read(&talk.anna, &path).await.is(200).text;
        }
        all + &talk.world.page(&talk.anna, &format!("/arenas/{arena}/members")).await.text
    };
    let before = everything().await;
    talk.world.forum.views().rebuild(|_, _| {}).await.unwrap();
    assert_eq!(everything().await, before);
}
