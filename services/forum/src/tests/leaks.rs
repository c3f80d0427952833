//! Whoever appears as their role or their agency is not named to others: not in the API, not in pages, not live.

use ::live::{Lang, Topics as _};
use access::Credentials;
use contracts::{Audience, forum::ArenaAccess};
use serde_json::json;

use super::world::{Someone, World};
use crate::live::ForumTopics;

/// Everything that a reader is shown of a thread that Bo opened and closed, without ever being named.
async fn shown(world: &World, reader: &Someone, bo: &Someone, shown_as: &str, arena: types::ArenaId) -> String {
    let opened = json!({ "kind": "question", "title": "T", "body": "Ett", "shownAs": shown_as });
    let opened = world.post(bo, &format!("/arenas/{arena}/threads"), opened).await.is(201).json();
    let thread = opened["id"].as_str().unwrap();
    let post = json!({ "body": "Två", "shownAs": shown_as, "replyTo": opened["post"] });
    world.post(bo, &format!("/threads/{thread}/posts"), post).await.is(201);
    world.settle().await;
    let reason = json!({ "reason": "Klart" });
    world.api_with(bo, http::Method::PUT, &format!("/threads/{thread}/closing"), &[], Some(reason)).await.is(200);
    let mut all = String::new();
    for path in [
        format!("/arenas/{arena}/threads"),
        format!("/threads/{thread}"),
        format!("/threads/{thread}/posts"),
        format!("/posts/{}", opened["post"].as_str().unwrap()),
        format!("/posts/{}/revisions", opened["post"].as_str().unwrap()),
    ] {
        all += &world.read(reader, &path).await.is(200).text;
    }
    for lang in ["sv", "en"] {
        for path in ["/".to_owned(), format!("/arenas/{arena}"), format!("/threads/{thread}?reply-to=2")] {
            all += &world.page_in(reader, &path, lang).await.is(200).text;
        }
    }
    let gate = world.forum.gate();
    let snapshot = world.forum.views().snapshot().unwrap();
    let reading = gate.reading(&Credentials::Token(reader.token().to_owned()), None).await.unwrap();
    let page = world.log.read_all(types::Position::START, &event_log::Filter::all(), 4_096).await.unwrap();
    for event in page.events.iter().filter(|event| event.stream.to_string() == format!("thread-{thread}")) {
        assert!(access::visible(&snapshot, &reading.viewer, event).unwrap());
        all += &ForumTopics.event(event).to_string();
        for topic in ForumTopics.topics_of(event) {
            let made = ForumTopics.fragments(&snapshot, &reading.viewer, Lang::Sv, &topic, event).unwrap();
            all.extend(made.into_iter().map(|fragment| fragment.html));
        }
    }
    all
}

#[tokio::test]
async fn nobody_is_named_who_does_not_want_to_be() {
    let world = World::new().await;
    let (one, other) = (world.agency("Ena verket").await, world.agency("Andra verket").await);
    let kansli = world.secretariat("Kim", one).await;
    let anna = world.person("Anna", one).await;
    for (shown_as, bo, named, titled) in [
        ("name", world.person("Bosse", other).await, true, true),
        ("role", world.person("Birgitta", other).await, false, true),
        ("agency", world.person("Bertil", other).await, false, false),
    ] {
        let arena = world.arena(&kansli, ArenaAccess::Open, &[&anna, &bo]).await;
        for reader in [&anna, &kansli] {
            let all = shown(&world, reader, &bo, shown_as, arena).await;
            assert!(all.contains("Andra verket"), "{shown_as}");
            // The title holds the name, so it is taken out before the name is looked for.
            let title = format!("titel-{}", bo.name);
            assert_eq!(all.contains(&title), titled, "{shown_as}");
            let rest = all.replace(&title, "");
            assert_eq!(rest.contains(bo.name), named, "{shown_as}");
            assert_eq!(rest.contains(&bo.id.to_string()), named, "{shown_as}");
            assert!(!rest.contains("\"own\":true"), "{shown_as}");
        }
        let own = shown(&world, &bo, &bo, shown_as, arena).await;
        assert!(own.contains("\"own\":true") && own.contains("Ditt inlägg"));
    }
}

#[tokio::test]
async fn who_wrote_something_can_t_be_worked_out_from_its_id() {
    // Two installations in which the same happened: whoever knows of an author all that readers know of everyone, and
    // guesses the key that was sent along, is still left without what only the installation knows.
    let mut seen = Vec::new();
    for _ in 0..2 {
        let world = World::new().await;
        let one = world.agency("Ena verket").await;
        let (kansli, bo) = (world.secretariat("Kim", one).await, world.person("Bo", one).await);
        let arena = world.arena(&kansli, ArenaAccess::Open, &[&bo]).await;
        let opened = json!({ "kind": "question", "title": "T", "body": "Ett", "shownAs": "agency" });
        let path = format!("/arenas/{arena}/threads");
        world.settle().await;
        let send = || world.api_with(&bo, http::Method::POST, &path, &[("idempotency-key", "1")], Some(opened.clone()));
        let (first, again) = (send().await.is(201).json(), send().await.is(201).json());
        assert_eq!(first, again, "the same key and body do it once");
        let event = world.newest("se.erfa.forum.post-added.v1").await.id;
        seen.push((bo.id, arena, [first["id"].to_string(), first["post"].to_string(), event.to_string()]));
    }
    let [(bo, arena, ids), (other_bo, other_arena, other_ids)] = &seen[..] else { panic!("{seen:?}") };
    assert_eq!((bo, arena), (other_bo, other_arena), "readers know the same in both");
    assert!(ids.iter().zip(other_ids).all(|(id, other)| id != other), "{ids:?} {other_ids:?}");
}

#[tokio::test]
async fn what_somebody_may_not_do_is_noted_for_the_administrators() {
    let world = World::new().await;
    let agency = world.agency("Ena verket").await;
    let (kansli, anna) = (world.secretariat("Kim", agency).await, world.person("Anna", agency).await);
    let arena = world.arena(&kansli, ArenaAccess::Open, &[]).await;
    world.post(&anna, "/arenas", json!({ "name": "Ny", "purpose": "Att prova.", "access": "open" })).await.is(403);
    let noted = world.newest("se.erfa.directory.access-refused.v1").await;
    assert_eq!(noted.meta.audience, Audience::Administration);
    let said: serde_json::Value = serde_json::from_slice(&noted.data).unwrap();
    assert_eq!(said, json!({ "person": anna.id, "route": "/api/forum/v1/arenas" }));

    let events = world.events().await;
    assert_eq!(world.page(&anna, &format!("/arenas/{arena}/edit")).await.status, 403);
    assert_eq!(world.events().await, events + 1, "pages too");
    world.read(&kansli, "/arenas/0192f0c1-2a3b-7c4d-8e5f-001122334455").await.is(404);
    assert_eq!(world.events().await, events + 1, "what is not there was refused to nobody");
}
