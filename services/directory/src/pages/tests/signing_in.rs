//! Signing in, joining, signing out.

use contracts::directory::Role;

use crate::{
    Persona,
    commands::LINK_MINUTES,
    testing::{Browser, World},
};

/// Asks for a link in the browser and gives the path in the mail.
async fn link(world: &World, browser: &mut Browser, next: &str) -> String {
    let on = format!("/sign-in?next={next}");
    let sent = browser.submit(&on, "/sign-in", &[("email", "namn@verket.example")]).await;
    assert_eq!((sent.status.as_u16(), sent.location()), (303, "/sign-in/sent"), "{}", sent.body);
    world.commands().links_settled().await;
    let mail = world.mails().pop().expect("a mail");
    let (_, path) = mail.split_once(crate::testing::ORIGIN).unwrap();
    path.split_whitespace().next().unwrap().to_owned()
}

async fn invited() -> World {
    let world = World::empty().await;
    let agency = world.agency("Verket").await;
    world.invited("namn@verket.example", agency, Role::Participant).await;
    world
}

#[tokio::test]
async fn from_the_invitation_to_the_first_page_and_out_again() {
    let world = invited().await;
    let mut browser = world.browser();
    let path = link(&world, &mut browser, "/agencies?q=verket").await;

    let events = world.events().await.len();
    for _ in 0..2 {
        let page = browser.get(&path).await;
        assert_eq!(page.status, 200);
        assert!(!browser.cookies.contains_key("erfa-session"));
    }
    assert_eq!(world.events().await.len(), events, "reading the page changes nothing");

    let signed_in = browser.submit(&path, "/sign-in/link", &[]).await;
    assert_eq!((signed_in.status.as_u16(), signed_in.location()), (303, "/agencies?q=verket"));
    assert!(browser.cookies.contains_key("erfa-session"));

    let sent_on = browser.get("/agencies?q=verket").await;
    assert_eq!((sent_on.status.as_u16(), sent_on.location()), (303, "/join"), "{}", sent_on.body);
    let empty = browser.submit("/join", "/join", &[("name", " "), ("title", "Jurist")]).await;
    assert_eq!(empty.status, 422);
    assert!(empty.body.contains("error-name") && empty.body.contains("value=\"Jurist\""), "{}", empty.body);
    let joined = browser.submit("/join", "/join", &[("name", "Åsa Exempelöst"), ("title", "Jurist")]).await;
    assert_eq!((joined.status.as_u16(), joined.location()), (303, "/"), "{}", joined.body);
    let page = browser.get("/agencies?q=verket").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Åsa Exempelöst") && page.body.contains("Verket"));
    assert_eq!(browser.get("/join").await.location(), "/", "who has joined does not join again");
    assert_eq!(browser.get("/sign-in?next=/people").await.location(), "/people");

    let mut other = browser.clone();
    let out = browser.submit("/me", "/sign-out", &[]).await;
    assert_eq!((out.status.as_u16(), out.location()), (303, "/sign-in"));
    assert!(!browser.cookies.contains_key("erfa-session"));
    world.read(world.head().await).await;
    assert_eq!(other.get("/me").await.status, 303, "the cookie alone is worth nothing now");
}

#[tokio::test]
async fn signing_in_again_ends_the_session_from_before() {
    let world = World::empty().await;
    let agency = world.agency("Verket").await;
    let person = world.joined("namn@verket.example", "Namn", agency, Role::Participant).await;
    let mut browser = world.browser();
    let mut sessions = Vec::new();
    for _ in 0..2 {
        let link = world.commands().sign_in_link_for(person).await.unwrap().url;
        let path = link.strip_prefix(crate::testing::ORIGIN).unwrap().to_owned();
        assert_eq!(browser.submit(&path, "/sign-in/link", &[]).await.status, 303);
        world.read(world.head().await).await;
        sessions.push(browser.clone());
    }
    let mut status = Vec::new();
    for mut browser in sessions {
        status.push(browser.get("/me").await.status.as_u16());
    }
    assert_eq!(status, [303, 200]);
}

#[tokio::test]
async fn the_answer_is_the_same_whether_the_address_is_known_or_not() {
    let world = invited().await;
    let mut answers = Vec::new();
    for email in ["namn@verket.example", "okand@verket.example"] {
        let mut browser = world.browser();
        let answer = browser.submit("/sign-in", "/sign-in", &[("email", email)]).await;
        let headers: Vec<_> = answer.headers.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
        answers.push((answer.status, headers, answer.body, browser.get("/sign-in/sent").await.body));
    }
    assert_eq!(answers[0], answers[1]);
    world.commands().links_settled().await;
    assert_eq!(world.mails().len(), 1);
}

#[tokio::test]
async fn what_is_no_address_is_said_beside_the_field() {
    let world = invited().await;
    let answer = world.browser().submit("/sign-in?next=/people", "/sign-in", &[("email", "namn\"><b")]).await;
    assert_eq!(answer.status, 422);
    assert!(answer.body.contains("error-email") && answer.body.contains("error-summary"));
    assert!(answer.body.contains("namn&#34;&#62;&#60;b"), "what was written is kept, and is harmless: {}", answer.body);
    assert_eq!(answer.field("next").unwrap(), "/people");
}

#[tokio::test]
async fn a_link_is_refused_with_what_to_do() {
    let world = invited().await;
    let mut browser = world.browser();
    let path = link(&world, &mut browser, "/").await;

    let mut other = world.browser();
    let refused = other.submit(&path, "/sign-in/link", &[]).await;
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("annan webbläsare") && refused.body.contains("href=\"/sign-in?next="));

    assert_eq!(browser.submit(&path, "/sign-in/link", &[]).await.status, 303);
    browser.cookies.remove("erfa-session");
    let used = browser.submit(&path, "/sign-in/link", &[]).await;
    assert_eq!(used.status, 410);
    assert!(used.body.contains("redan använd"));

    world.clock.advance_seconds(1);
    let path = link(&world, &mut browser, "/").await;
    world.clock.advance_seconds(LINK_MINUTES * 60);
    let expired = browser.submit(&path, "/sign-in/link", &[]).await;
    assert_eq!(expired.status, 410);
    assert!(expired.body.contains("för gammal"));

    for path in ["/sign-in/link", "/sign-in/link?session=x&secret=y", &path[..path.len() - 60]] {
        let broken = browser.get(path).await;
        assert_eq!(broken.status, 404, "{path}");
        assert!(broken.body.contains("Be om en ny länk"));
    }
    assert!(!browser.cookies.contains_key("erfa-session"));
}

#[tokio::test]
async fn a_form_is_taken_from_our_own_page_alone() {
    let world = invited().await;
    let mut browser = world.browser();
    let path = link(&world, &mut browser, "/").await;
    let page = browser.get(&path).await;
    let fields = |csrf: &str| {
        ["session", "secret", "next"]
            .map(|name| (name.to_owned(), page.field(name).unwrap()))
            .into_iter()
            .chain([("csrf".to_owned(), csrf.to_owned())])
            .collect::<Vec<_>>()
    };
    let events = world.events().await.len();
    for (origin, csrf) in [
        (Some("https://evil.example"), page.field("csrf").unwrap()),
        (None, page.field("csrf").unwrap()),
        (Some(crate::testing::ORIGIN), String::new()),
        (Some(crate::testing::ORIGIN), world.browser().get(&path).await.field("csrf").unwrap()),
    ] {
        browser.origin = origin;
        let fields = fields(&csrf);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(browser.post("/sign-in/link", &fields).await.status, 403, "{origin:?}");
    }
    assert_eq!(world.events().await.len(), events);
    assert!(!browser.cookies.contains_key("erfa-session"));
}

#[tokio::test]
async fn one_is_led_back_to_our_own_pages_alone() {
    let world = invited().await;
    let mut browser = world.browser();
    for next in ["https://evil.example", "//evil.example", "/\\evil.example"] {
        let page = browser.get(&format!("/sign-in?next={}", crate::pages::percent_encoded(next))).await;
        assert_eq!(page.field("next").unwrap(), "/", "{next}");
    }
    let path = link(&world, &mut browser, "/").await;
    let page = browser.get(&path).await;
    let fields = ["csrf", "session", "secret"].map(|name| (name, page.field(name).unwrap()));
    let mut fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    fields.push(("next", "//evil.example"));
    assert_eq!(browser.post("/sign-in/link", &fields).await.location(), "/");
}

#[tokio::test]
async fn a_demo_signs_in_by_a_click_as_those_it_offers() {
    let world = World::demo().await;
    let agency = world.agency("Verket").await;
    let offered = world.joined("a@verket.example", "Anna Demo", agency, Role::Participant).await;
    let hidden = world.joined("b@verket.example", "Bo Demo", agency, Role::Secretariat).await;
    let about = "Svarar på frågor".to_owned();
    world.directory.offer(vec![Persona { person: offered, about_sv: about, about_en: "Answers".to_owned() }]);
    let mut browser = world.browser();
    let page = browser.get("/sign-in").await;
    assert!(page.body.contains("Anna Demo") && page.body.contains("Svarar på frågor") && page.body.contains("Verket"));
    assert!(!page.body.contains("Bo Demo"));
    let csrf = page.field("csrf").unwrap();
    let refused = browser.post("/sign-in/demo", &[("csrf", &csrf), ("person", &hidden.to_string())]).await;
    assert_eq!(refused.status, 404);
    let signed_in = browser.submit("/sign-in", "/sign-in/demo", &[]).await;
    assert_eq!(signed_in.status, 303);
    let me = browser.get("/me").await;
    assert!(me.body.contains("Anna Demo") && me.body.contains("class=\"demo\""));
}

#[tokio::test]
async fn nobody_is_signed_in_by_a_click_but_in_a_demo() {
    let world = World::empty().await;
    let agency = world.agency("Verket").await;
    let person = world.joined("a@verket.example", "Anna", agency, Role::Participant).await;
    world.directory.offer(vec![Persona { person, about_sv: String::new(), about_en: String::new() }]);
    let mut browser = world.browser();
    let page = browser.get("/sign-in").await;
    assert!(!page.body.contains("Anna"));
    let csrf = page.field("csrf").unwrap();
    let refused = browser.post("/sign-in/demo", &[("csrf", &csrf), ("person", &person.to_string())]).await;
    assert_eq!(refused.status, 404);
    assert!(!browser.cookies.contains_key("erfa-session"));
}
