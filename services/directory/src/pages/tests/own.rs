//! One's own page: profile, sessions, tokens.

use contracts::directory::Role;
use http::Request;
use types::PersonId;

use crate::testing::{Browser, World};

async fn world() -> (World, PersonId, Browser) {
    let world = World::empty().await;
    let agency = world.agency("Verket").await;
    let person = world.joined("namn@verket.example", "Anna", agency, Role::Participant).await;
    let browser = world.browser_of(person).await;
    (world, person, browser)
}

#[tokio::test]
async fn a_profile_is_changed_and_seen_at_once() {
    let (_world, person, mut browser) = world().await;
    let saved = browser.submit("/me", "/me", &[("name", "Anna Exempelberg"), ("title", "")]).await;
    assert_eq!((saved.status.as_u16(), saved.location()), (303, "/me"));
    assert!(browser.cookies.contains_key("erfa-at-least"));
    assert!(browser.get("/me").await.body.contains("Anna Exempelberg"));
    let seen = browser.get(&format!("/people/{person}")).await;
    assert!(seen.body.contains("Anna Exempelberg") && !seen.body.contains("namn@verket.example"));

    let long = "n".repeat(121);
    let refused = browser.submit("/me", "/me", &[("name", &long), ("title", "x\u{202E}y")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("error-name") && refused.body.contains("error-title"));
    assert!(refused.body.contains(&long), "what was written is kept");
}

#[tokio::test]
async fn what_is_kept_is_shown() {
    let (_world, _, mut browser) = world().await;
    let page = browser.get("/me").await;
    for expected in ["namn@verket.example", "Verket, sedan", "Deltagare, Verket", "Handläggare"] {
        assert!(page.body.contains(expected), "{expected}");
    }
}

#[tokio::test]
async fn another_session_is_ended() {
    let (world, person, mut browser) = world().await;
    let mut other = world.browser_of(person).await;
    assert_eq!(other.get("/me").await.status, 200);
    let page = browser.get("/me").await;
    assert_eq!(page.body.matches("Den här webbläsaren").count(), 1);
    let (_, action) = page.body.split_once("action=\"/me/sessions/").expect("the other session can be ended");
    let path = format!("/me/sessions/{}", action.split('"').next().unwrap());
    let ended = browser.submit("/me", &path, &[]).await;
    assert_eq!((ended.status.as_u16(), ended.location()), (303, "/me#sessions"));
    assert!(!browser.get("/me").await.body.contains("action=\"/me/sessions/"));
    assert_eq!(other.get("/me").await.status, 303);

    let csrf = browser.get("/me").await.field("csrf").unwrap();
    for path in ["/me/sessions/0192f0c1-2a3b-7c4d-8e5f-001122334455/end", "/me/sessions/x/end"] {
        assert_eq!(browser.post(path, &[("csrf", &csrf)]).await.status, 404, "{path}");
    }
}

async fn with_token(world: &World, token: &str, method: &str, path: &str) -> (u16, serde_json::Value) {
    let request = Request::builder()
        .method(method)
        .uri(format!("/api/directory/v1{path}"))
        .header("authorization", format!("Bearer {token}"));
    let answer = world.browser().send(request, String::new()).await;
    (answer.status.as_u16(), serde_json::from_str(&answer.body).unwrap_or_default())
}

#[tokio::test]
async fn a_token_is_issued_used_and_revoked() {
    let (world, _, mut browser) = world().await;
    for (fields, error) in [
        (&[("label", ""), ("scopes", "read"), ("days", "30")][..], "error-label"),
        (&[("label", "Diariet"), ("days", "30")], "error-scopes"),
        (&[("label", "Diariet"), ("scopes", "read"), ("days", "367")], "error-days"),
        (&[("label", "Diariet"), ("scopes", "read"), ("days", "en")], "error-days"),
    ] {
        let refused = browser.submit("/me", "/me/tokens", fields).await;
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains(error), "{error}");
    }

    let page = browser.get("/me").await;
    let (csrf, commit) = (page.field("csrf").unwrap(), page.field("commit").unwrap());
    let fields = [("csrf", &*csrf), ("commit", &*commit), ("label", "Diariet"), ("scopes", "read"), ("days", "30")];
    let issued = browser.post("/me/tokens", &fields).await;
    assert_eq!(issued.status, 200, "{}", issued.body);
    let (_, rest) = issued.body.split_once("value=\"erfa_").expect("the token is shown");
    let token = format!("erfa_{}", rest.split('"').next().unwrap());
    let again = browser.post("/me/tokens", &fields).await;
    assert!(again.body.contains(&token), "a form that was sent twice makes one token");
    world.read(world.head().await).await;

    let me = browser.get("/me").await;
    assert_eq!(me.body.matches("<h3>Diariet</h3>").count(), 1);
    assert!(!me.body.contains(&token), "it is not shown again");

    assert_eq!(with_token(&world, &token, "GET", "/me").await.0, 200);
    assert_eq!(with_token(&world, &token, "GET", "/agencies").await.1["total"], 1);
    assert_eq!(with_token(&world, &token[..token.len() - 1], "GET", "/me").await.0, 401);
    let id = with_token(&world, &token, "GET", "/me/tokens").await.1["items"][0]["id"].as_str().unwrap().to_owned();
    let own = format!("/me/tokens/{id}");
    assert_eq!(with_token(&world, &token, "DELETE", &own).await.0, 403, "its scope is to read");

    let revoked = browser.submit("/me", &format!("{own}/revoke"), &[]).await;
    assert_eq!(revoked.status, 303, "{}", revoked.body);
    world.read(world.head().await).await;
    assert_eq!(with_token(&world, &token, "GET", "/me").await.0, 401);
    assert!(browser.get("/me").await.body.contains("Gäller inte längre"));
}

#[tokio::test]
async fn pages_are_in_both_languages() {
    let (_world, person, mut browser) = world().await;
    let agency = browser.get("/agencies").await.body;
    let agency = agency.split("href=\"/agencies/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    for path in [
        "/me",
        "/agencies",
        "/agencies?q=inget",
        "/people",
        &format!("/people/{person}"),
        &format!("/agencies/{agency}"),
    ] {
        for (lang, html) in [("sv", "<html lang=\"sv\""), ("en", "<html lang=\"en\"")] {
            browser.lang = lang;
            let page = browser.get(path).await;
            assert_eq!(page.status, 200, "{path}");
            assert!(page.body.contains(html), "{path}");
            assert_eq!(page.body.matches("<h1").count(), 1, "{path}");
            assert!(!page.body.contains('\u{27E6}'), "{path} has a text that is missing");
        }
    }
}
