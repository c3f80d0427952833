//! API tokens, from one's own page.

use contracts::{
    Actor, Audience, EventSet, Meta,
    directory::Role,
    forum::{ArenaAccess, ArenaEvent, ArenaOpened, MemberInvited, MemberJoined},
};
use event_log::{Commit, Expected, NewEvent};
use types::{ArenaId, Clock as _, CommitId, Line, Paragraphs, PersonId, StreamId, SystemIds};

use crate::testing::{Browser, World};

async fn start() -> (World, PersonId, Browser) {
    let world = World::empty().await;
    let agency = world.agency("Verket").await;
    let person = world.joined("namn@verket.example", "Bo", agency, Role::Participant).await;
    let browser = world.browser_of(person).await;
    (world, person, browser)
}

/// An arena, as the forum opens one, in which this happens next.
async fn arena(world: &World, name: &str, next: ArenaEvent) -> ArenaId {
    let arena = ArenaId::new(&SystemIds);
    let opened = ArenaOpened {
        name: Line::new(name).unwrap(),
        purpose: Paragraphs::new("Att prova.").unwrap(),
        need_areas: Vec::new(),
        access: ArenaAccess::Members,
    };
    let events = [opened.into(), next];
    let id = CommitId::derived(arena.uuid(), "test");
    let new = events.iter().enumerate().map(|(ordinal, event)| NewEvent::of(id, ordinal, event)).collect();
    let meta = Meta::new(Actor::System { part: "test".into() }, Audience::Arena(arena), world.clock.now());
    let stream = StreamId::new(ArenaEvent::CATEGORY, arena.uuid());
    world.log.append(Commit { id, stream, expected: Expected::Any, meta, events: new }).await.unwrap();
    world.read(world.head().await).await;
    arena
}

#[tokio::test]
async fn a_token_is_for_the_arenas_that_were_chosen_among_ones_own() {
    let (world, person, mut browser) = start().await;
    let own = arena(&world, "Egen arena", MemberJoined { person }.into()).await;
    arena(&world, "Andras arena", MemberInvited { person }.into()).await;
    let page = browser.get("/me").await.body;
    assert!(page.contains("Egen arena") && page.contains(&own.to_string()));
    assert!(!page.contains("Andras arena"), "one is no member of it");

    let own = own.to_string();
    let fields = [("label", "Diariet"), ("scopes", "read"), ("days", "30"), ("arenas", &*own)];
    let issued = browser.submit("/me", "/me/tokens", &fields).await;
    assert_eq!(issued.status, 200, "{}", issued.body);
    world.read(world.head().await).await;
    assert!(browser.get("/me").await.body.contains("bara en arena"));

    let refused = browser.submit("/me", "/me/tokens", &[fields[0], fields[1], fields[2], ("arenas", "ingen")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("error-arenas") && refused.body.contains("value=\"Diariet\""));
    let foreign = browser.submit("/me", "/me/tokens", &[fields[0], fields[1], fields[2], ("program", "ingen")]).await;
    assert_eq!(foreign.status, 422, "no token of one's own in the place of a program's");
    let without_label = browser.submit("/me", "/me/tokens", &[("label", ""), fields[1], fields[2], fields[3]]).await;
    assert_eq!(without_label.status, 422);
    let (_, choice) = without_label.body.split_once(&format!("value=\"{own}\"")).unwrap();
    assert!(choice.starts_with(" checked"), "what was chosen is kept");
}

#[tokio::test]
async fn a_token_gets_another_secret_and_its_use_is_noted_once_a_day() {
    let (world, _, mut participant) = start().await;
    let fields = [("label", "Diariet"), ("scopes", "read"), ("days", "30")];
    let issued = participant.submit("/me", "/me/tokens", &fields).await;
    let token = |page: &str| {
        let (_, rest) = page.split_once("erfa_").expect("a token");
        format!("erfa_{}", rest.split(['<', '"']).next().unwrap())
    };
    let first = token(&issued.body);
    world.read(world.head().await).await;
    let page = participant.get("/me").await.body;
    let (_, action) = page.split_once("action=\"/me/tokens/").expect("the token is listed");
    let rotate = format!("/me/tokens/{}", action.split('"').next().unwrap());
    assert!(rotate.ends_with("/rotate"), "{rotate}");
    let rotated = participant.submit("/me", &rotate, &[]).await;
    let second = token(&rotated.body);
    assert_ne!(first, second);
    world.read(world.head().await).await;
    let snapshot = world.directory.views().snapshot().unwrap();
    let gate = world.directory.gate();
    for text in [&first, &second] {
        assert!(gate.viewer_of_token(&snapshot, text).unwrap().is_some(), "both work for a day");
    }
    let uses = || async {
        world.commands().note_uses(gate.keys().take_tokens_used()).await.unwrap();
        world.read(world.head().await).await;
        world.events().await.into_iter().filter(|it| it.kind.contains("token-used")).count()
    };
    assert_eq!(uses().await, 1);
    gate.viewer_of_token(&snapshot, &second).unwrap();
    assert_eq!(uses().await, 1, "once a day");
    world.clock.advance_seconds(24 * 60 * 60);
    gate.viewer_of_token(&snapshot, &second).unwrap();
    assert_eq!(uses().await, 2);
    assert!(participant.get("/sign-in").await.status.as_u16() < 400);
}
