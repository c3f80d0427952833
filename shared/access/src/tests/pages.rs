//! The extractors of pages, through a router.

use std::time::Duration;

use axum::{Router, body::Body, routing::get};
use contracts::{Actor, Audience, directory::Role};
use http::Request;
use tower::ServiceExt as _;
use types::Position;

use super::world::World;
use crate::{Gate, JoiningPage, PageReading, Reading, Secret, SignedInPage, Subject, local_path};

fn answer(reading: &Reading) -> String {
    let who = if reading.viewer.signed_in().is_some() { "somebody" } else { "nobody" };
    format!("{who} at {}", reading.position())
}

async fn get_page(world: &World, path: &str, cookies: &str) -> (u16, String) {
    async fn anyone(PageReading(reading): PageReading) -> String {
        answer(&reading)
    }
    async fn signed_in(SignedInPage(reading): SignedInPage) -> String {
        answer(&reading)
    }
    async fn joining(JoiningPage(reading): JoiningPage) -> String {
        answer(&reading)
    }
    let threads: Router<Gate> = Router::new().route("/{id}", get(signed_in));
    let router = Router::new()
        .route("/", get(anyone))
        .route("/join", get(joining))
        .nest("/threads", threads)
        .with_state(world.gate.clone());
    let request = Request::get(path).header("cookie", cookies).body(Body::empty()).unwrap();
    let response = router.oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    if let Some(location) = response.headers().get("location") {
        return (status, location.to_str().unwrap().to_owned());
    }
    let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn a_page_is_shown_or_says_where_to_go_first() {
    let world = World::new().await;
    let agency = world.agency("A").await;
    let (_, joined) = world.signs_in(world.person(agency).await).await;
    let (_, waiting) = world.signs_in(world.invited(agency).await).await;
    let (joined, waiting) = (&*format!("a=b; erfa-session={joined}"), &*format!("erfa-session={waiting}"));
    let at = world.snapshot().await.position();
    let (nobody, somebody) = (&*format!("nobody at {at}"), &*format!("somebody at {at}"));
    for (path, cookies, status, body) in [
        ("/", "", 200, nobody),
        ("/", "erfa-session=wrong", 200, nobody),
        ("/", joined, 200, somebody),
        ("/", waiting, 200, somebody),
        ("/join", "", 303, "/sign-in?next=%2Fjoin"),
        ("/join", joined, 200, somebody),
        ("/join", waiting, 200, somebody),
        ("/threads/1?page=2&x=å", "", 303, "/sign-in?next=%2F"),
        ("/threads/1?page=2&x=%C3%A5", "", 303, "/sign-in?next=%2Fthreads%2F1%3Fpage%3D2%26x%3D%25C3%25A5"),
        ("/threads/1", "erfa-session=wrong", 303, "/sign-in?next=%2Fthreads%2F1"),
        ("/threads/1", joined, 200, somebody),
        ("/threads/1", waiting, 303, "/join"),
    ] {
        assert_eq!(get_page(&world, path, cookies).await, (status, body.to_owned()), "{path} {cookies}");
    }
}

#[test]
fn one_is_only_sent_to_erfas_own_pages() {
    for (path, local) in [
        ("/threads/1?page=2#post-3", true),
        ("/", true),
        ("", false),
        ("threads", false),
        ("//evil.example", false),
        ("/\\evil.example", false),
        ("/\t/evil.example", false),
        ("/a b", false),
        ("https://evil.example/", false),
        ("javascript:alert(1)", false),
    ] {
        assert_eq!(local_path(path), if local { path } else { "/" });
    }
}

#[tokio::test]
async fn a_page_shows_what_the_browser_has_just_written() {
    let world = World::with(Duration::from_secs(20)).await;
    let person = world.person(world.agency("A").await).await;
    let (_, cookie) = world.signs_in(person).await;
    for _ in 0..20 {
        world.signs_in(person).await;
        let head = world.head().await;
        let cursor = world.gate.cursors().seal(world.log.epoch(), head, Subject::Person(person));
        let cookies = format!("erfa-session={cookie}; erfa-at-least={cursor}");
        assert_eq!(get_page(&world, "/", &cookies).await, (200, format!("somebody at {head}")));
    }
}

#[tokio::test]
async fn a_page_that_waits_in_vain_or_for_another_shows_what_there_is() {
    let world = World::new().await;
    let person = world.person(world.agency("A").await).await;
    let (_, cookie) = world.signs_in(person).await;
    let at = world.snapshot().await.position();
    let seal = |position, subject| world.gate.cursors().seal(world.log.epoch(), Position::new(position), subject);
    for at_least in
        ["nonsense".to_owned(), seal(at.get() + 1_000, Subject::Person(person)), seal(1, Subject::Anonymous)]
    {
        let cookies = format!("erfa-session={cookie}; erfa-at-least={at_least}");
        assert_eq!(get_page(&world, "/", &cookies).await, (200, format!("somebody at {at}")));
    }
}

#[tokio::test]
async fn a_reading_says_who_acts_for_whom() {
    let world = World::new().await;
    let (own, other) = (world.agency("A").await, world.agency("B").await);
    let person = world.person(own).await;
    world.mandate(person, Role::Secretariat, other, world.now(), None).await;
    let (_, cookie) = world.signs_in(person).await;
    world.snapshot().await;
    let reading = world.gate.reading(&crate::Credentials::Session(cookie), None).await.unwrap();
    let meta = reading.meta(Audience::Participants);
    assert_eq!(meta.actor, Actor::Person { person, token: None });
    assert_eq!(meta.on_behalf_of.map(|it| (it.agency, it.role)), Some((own, Role::Participant)));
    assert_eq!((meta.audience, meta.occurred_at), (Audience::Participants, world.now()));
    let meta = reading.meta_as(Role::Secretariat, Audience::Participants);
    assert_eq!(meta.on_behalf_of.map(|it| (it.agency, it.role)), Some((other, Role::Secretariat)));
    let opened = world.gate.cursors().open(&reading.cursor()).unwrap();
    assert_eq!(opened.position_for(&reading.viewer, world.log.epoch()), Ok(reading.position()));
}

#[tokio::test]
async fn cookies_are_out_of_reach_of_scripts_and_other_sites() {
    let world = World::new().await;
    let at_https = crate::GateOptions::new("https://Erfa.example:443/");
    let gates = [
        (world.gate.clone(), "", false),
        (Gate::new(world.views.clone(), crate::Keys::in_memory(), world.clock.clone(), at_https), "__Host-", true),
    ];
    for (gate, prefix, secure) in gates {
        let (session, secret) = (types::SessionId::from_uuid(uuid::Uuid::from_u128(1)), Secret::new());
        let cookies = [
            (gate.session_cookie(session, &secret, world.after(60)), format!("{prefix}erfa-session"), 60),
            (gate.no_session_cookie(), format!("{prefix}erfa-session"), 0),
            (gate.browser_cookie(&secret), format!("{prefix}erfa-browser"), 3_600),
            (gate.at_least_cookie("c".into()), "erfa-at-least".into(), 60),
        ];
        for (cookie, name, seconds) in cookies {
            let text = cookie.to_string();
            assert!(text.starts_with(&format!("{name}=")), "{text}");
            for part in ["HttpOnly", "SameSite=Lax", "Path=/", &format!("Max-Age={seconds}")] {
                assert!(text.split("; ").any(|it| it == part), "{text} {part}");
            }
            assert_eq!(text.contains("Secure"), secure, "{text}");
            assert!(!text.contains("Domain"), "{text}");
        }
    }
}
