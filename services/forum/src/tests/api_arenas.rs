//! Arenas over the API: who sees what, who comes in, what a repeated request does.

use contracts::forum::ArenaAccess;
use http::Method;
use serde_json::json;

use super::world::{Someone, World};

async fn world() -> (World, Someone, Someone, Someone) {
    let world = World::new().await;
    let (one, other) = (world.agency("Ena verket").await, world.agency("Andra verket").await);
    let kansli = world.secretariat("Kim", one).await;
    let (anna, bo) = (world.person("Anna", one).await, world.person("Bo", other).await);
    (world, kansli, anna, bo)
}

#[tokio::test]
async fn who_sees_and_reads_what_in_the_three_kinds_of_arena() {
    let (world, kansli, member, outsider) = world().await;
    for (access, card, read) in
        [(ArenaAccess::Open, 200, 200), (ArenaAccess::Members, 200, 403), (ArenaAccess::Invited, 404, 404)]
    {
        let arena = world.arena(&kansli, access, &[&member]).await;
        let thread = world.thread(&member, arena).await;
        let thread_read = if read == 200 { 200 } else { 404 };
        for (path, expected) in [
            (format!("/arenas/{arena}"), card),
            (format!("/arenas/{arena}/threads"), read),
            (format!("/arenas/{arena}/members"), read),
            (format!("/threads/{thread}"), thread_read),
            (format!("/threads/{thread}/posts"), thread_read),
        ] {
            world.read(&outsider, &path).await.is(expected);
            world.read(&member, &path).await.is(200);
            world.read(&kansli, &path).await.is(200);
        }
        let shown = world.read(&outsider, "/arenas?limit=100").await.json()["items"].to_string();
        assert_eq!(shown.contains(&arena.to_string()), card == 200);
        // Nobody but members is told how much is in it.
        let counts = world.read(&outsider, &format!("/arenas/{arena}")).await.json()["counts"].is_object();
        assert_eq!(counts, read == 200, "{access:?}");
        let post = json!({ "body": "Hej" });
        let refused = if read == 200 { "not-a-member" } else { "thread-not-found" };
        assert_eq!(world.post(&outsider, &format!("/threads/{thread}/posts"), post).await.problem(), refused);
    }
}

#[tokio::test]
async fn what_is_hidden_answers_as_what_never_was() {
    let (world, kansli, member, outsider) = world().await;
    let arena = world.arena(&kansli, ArenaAccess::Invited, &[&member]).await;
    let hidden = world.read(&outsider, &format!("/arenas/{arena}")).await.text;
    let never = world.read(&outsider, "/arenas/00000000-0000-7000-8000-000000000000").await.text;
    assert_eq!(hidden.replace(&arena.to_string(), "x"), never.replace("00000000-0000-7000-8000-000000000000", "x"));
}

#[tokio::test]
async fn only_the_secretariat_opens_changes_invites_and_removes() {
    let (world, kansli, anna, bo) = world().await;
    let body = json!({ "name": "A", "purpose": "B", "access": "open" });
    assert_eq!(world.post(&anna, "/arenas", body).await.is(403).problem(), "secretariat-only");
    let arena = world.arena(&kansli, ArenaAccess::Open, &[&anna, &bo]).await;
    let patch = |who| {
        let path = format!("/arenas/{arena}");
        let world = &world;
        async move {
            world.api_with(who, Method::PATCH, &path, &[("if-match", "\"0\"")], Some(json!({ "name": "Ny" }))).await
        }
    };
    patch(&anna).await.is(403);
    patch(&kansli).await.is(200);
    let member = format!("/arenas/{arena}/members/{}", bo.id);
    let remove = |who| world.api_with(who, Method::DELETE, &member, &[], Some(json!({ "reason": "Bytte jobb" })));
    remove(&anna).await.is(403);
    world.api_with(&kansli, Method::DELETE, &member, &[], None).await.is(422);
    remove(&kansli).await.is(200);
    assert!(!world.read(&anna, &format!("/arenas/{arena}/members")).await.text.contains(&bo.id.to_string()));
}

#[tokio::test]
async fn an_invitation_opens_the_door_and_leaving_closes_it() {
    let (world, kansli, anna, _) = world().await;
    let arena = world.arena(&kansli, ArenaAccess::Invited, &[]).await;
    let members = format!("/arenas/{arena}/members");
    assert_eq!(world.post(&anna, &members, json!({})).await.is(404).problem(), "arena-not-found");
    world.post(&kansli, &members, json!({ "person": anna.id })).await.is(201);
    assert_eq!(world.read(&anna, &format!("/arenas/{arena}")).await.json()["you"]["invited"], true);
    world.read(&anna, &members).await.is(403);
    world.post(&anna, &members, json!({})).await.is(201);
    let items = world.read(&anna, &members).await.json()["items"].clone();
    assert_eq!((&items[0]["state"], &items[0]["name"], &items[1]), (&json!("member"), &json!("Anna"), &json!(null)));
    world.api_with(&anna, Method::DELETE, &format!("{members}/{}", anna.id), &[], None).await.is(200);
    world.read(&anna, &format!("/arenas/{arena}")).await.is(404);
    let nobody = json!({ "person": "00000000-0000-7000-8000-000000000000" });
    assert_eq!(world.post(&kansli, &members, nobody).await.is(422).problem(), "person-not-found");
}

#[tokio::test]
async fn a_change_needs_the_version_that_was_read() {
    let (world, kansli, ..) = world().await;
    let arena = world.arena(&kansli, ArenaAccess::Open, &[]).await;
    let path = format!("/arenas/{arena}");
    let read = world.read(&kansli, &path).await;
    assert_eq!(read.headers["etag"], "\"0\"");
    let patch = |headers: Vec<(&'static str, &'static str)>, name: &'static str| {
        let (world, path, kansli) = (&world, &path, &kansli);
        async move {
            world.settle().await;
            world.api_with(kansli, Method::PATCH, path, &headers, Some(json!({ "name": name }))).await
        }
    };
    assert_eq!(patch(vec![], "A").await.is(428).problem(), "precondition-required");
    let changed = patch(vec![("if-match", "\"0\"")], "A").await.is(200);
    assert_eq!((changed.headers["etag"].to_str().unwrap(), &changed.json()["revision"]), ("\"1\"", &json!(1)));
    let late = patch(vec![("if-match", "\"0\"")], "B").await.is(412);
    assert_eq!((late.problem().as_str(), &late.json()["currentRevision"]), ("arena-changed", &json!(1)));
    let now = world.read(&kansli, &path).await.json();
    assert_eq!((&now["name"], &now["purpose"], &now["revision"]), (&json!("A"), &json!("Att lära"), &json!(1)));
}

#[tokio::test]
async fn a_repeated_request_is_answered_as_the_first_and_done_once() {
    let (world, kansli, ..) = world().await;
    let body = |name: &str| Some(json!({ "name": name, "purpose": "B", "access": "open" }));
    let key = [("idempotency-key", "nyckel-1")];
    let first = world.api_with(&kansli, Method::POST, "/arenas", &key, body("A")).await.is(201);
    let events = world.events().await;
    world.settle().await;
    let second = world.api_with(&kansli, Method::POST, "/arenas", &key, body("A")).await.is(201);
    assert_eq!((&first.text, first.location()), (&second.text, second.location()));
    assert_eq!(world.events().await, events);
    let other = world.api_with(&kansli, Method::POST, "/arenas", &key, body("B")).await.is(422);
    assert_eq!(other.problem(), "key-reused");
}

#[tokio::test]
async fn lists_are_cut_into_pages_in_swedish_order() {
    let (world, kansli, ..) = world().await;
    for name in ["Öppna data", "Arkiv", "Ånger", "Zoner", "Ärenden"] {
        let body = json!({ "name": name, "purpose": "B", "access": "open" });
        world.post(&kansli, "/arenas", body).await.is(201);
    }
    let page = world.read(&kansli, "/arenas?limit=2&page=2").await.json();
    let names: Vec<_> = page["items"].as_array().unwrap().iter().map(|arena| arena["name"].clone()).collect();
    assert_eq!(names, ["Ånger", "Ärenden"]);
    assert_eq!((&page["total"], &page["page"], &page["limit"]), (&json!(5), &json!(2), &json!(2)));
    world.read(&kansli, "/arenas?limit=101").await.is(400);
}

#[tokio::test]
async fn bad_input_is_named_by_its_place_and_changes_nothing() {
    let (world, kansli, ..) = world().await;
    let before = world.events().await;
    for (body, pointer) in [
        (json!({ "name": "A", "purpose": "B", "access": "open", "colour": 1 }), "/colour"),
        (json!({ "name": "A", "purpose": "B" }), "/access"),
        (json!({ "name": "", "purpose": "B", "access": "open" }), "/name"),
        (json!({ "name": "a\nb", "purpose": "B", "access": "open" }), "/name"),
        (json!({ "name": "x".repeat(121), "purpose": "B", "access": "open" }), "/name"),
        (json!({ "name": "A", "purpose": "a\u{202E}b", "access": "open" }), "/purpose"),
        (json!({ "name": "A", "purpose": "B", "access": "secret" }), "/access"),
        (json!({ "name": "A", "purpose": "B", "access": "open", "needAreas": ["x"] }), "/needAreas/0"),
    ] {
        let answer = world.post(&kansli, "/arenas", body).await.is(422);
        assert_eq!(answer.json()["errors"][0]["pointer"], pointer, "{}", answer.text);
    }
    assert_eq!(world.events().await, before);
}
