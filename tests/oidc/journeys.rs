//! What is meant to work.

use reqwest::Method;
use serde_json::json;
use system_tests::Person;

use crate::{
    provider::Provider,
    stage::{KEY, Stage},
};

#[tokio::test]
async fn a_linked_account_signs_in_until_it_is_unlinked() {
    let stage = Stage::with("name_en = \"Sign in with Verket\"\n").await;
    let mut browser = stage.browser();
    let unknown = browser.sign_in("agency").await;
    assert_eq!(unknown.status, 403);
    assert!(unknown.page.html.contains("You are not known here"), "{}", unknown.page.html);
    assert!(!browser.is_in().await);

    stage.link().await;
    let signed_in = browser.sign_in("agency").await;
    assert_eq!((signed_in.status, signed_in.location.unwrap().path()), (303, "/me"));
    let me = browser.open("/me").await.page.html;
    assert!(me.contains("Sign in with Verket: ada, since"), "the account is among what is kept: {me}");

    let (_, unlink) = me.split_once("action=\"/me/identities/").unwrap();
    let unlink = format!("/me/identities/{}", unlink.split('"').next().unwrap());
    let unlinked = browser.submit("/me", &unlink, &[]).await;
    assert_eq!(unlinked.status, 303, "{}", unlinked.page.html);
    assert!(!browser.open("/me").await.page.html.contains(&unlink));
    assert_eq!(stage.browser().sign_in("agency").await.status, 403);
}

#[tokio::test]
async fn who_was_invited_links_an_account_before_they_join() {
    let stage = Stage::with("name_en = \"Sign in with Verket\"\n").await;
    let mut invited = stage.browser_of_invited();
    let leave = invited.submit("/join", "/me/identities", &[]).await;
    let answer = invited.through(&leave).await;
    let linked = invited.open(answer.as_str()).await;
    assert_eq!((linked.status, linked.location.unwrap().path()), (303, "/join"), "{}", linked.page.html);
    let page = invited.open("/join").await.page.html;
    assert!(page.contains("Sign in with Verket") && !page.contains("/me/identities"), "it is linked: {page}");

    let mut elsewhere = stage.browser();
    assert_eq!(elsewhere.sign_in("agency").await.status, 303);
    assert_eq!(elsewhere.open("/me").await.location.unwrap().path(), "/join", "the invitation is still to be taken");
}

#[tokio::test]
async fn an_account_is_unlinked_by_who_looks_after_all() {
    let stage = Stage::with("").await;
    stage.link().await;
    let path = format!("/admin/people/{}", stage.ada.person);
    let mut secretary = stage.browser_of_ada();
    let page = secretary.open(&path).await.page.html;
    let (_, unlink) = page.split_once(&format!("action=\"{path}/identities/")).expect("the account is listed");
    let unlink = format!("{path}/identities/{}", unlink.split('"').next().unwrap());
    let unlinked = secretary.submit(&path, &unlink, &[]).await;
    assert_eq!((unlinked.status, unlinked.location.unwrap().path()), (303, &*path));
    assert!(!secretary.open(&path).await.page.html.contains(&unlink));
    assert_eq!(stage.browser().sign_in("agency").await.status, 403);
}

#[tokio::test]
async fn who_signs_out_is_led_to_sign_out_at_the_provider_too() {
    let stage = Stage::with("name_en = \"Sign in with Verket\"\n").await;
    stage.link().await;
    let mut browser = stage.browser();
    browser.sign_in("agency").await;
    let out = browser.submit("/me", "/sign-out", &[]).await;
    assert_eq!(out.status, 200, "{}", out.page.html);
    assert!(out.page.html.contains("“Sign in with Verket”"), "{}", out.page.html);
    assert!(!browser.is_in().await, "here one is signed out whatever comes next");
    let (_, link) = out.page.html.split_once("<a class=\"button\" href=\"").unwrap();
    let link = link.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
    let there = browser.open(&link).await;
    assert_eq!(there.status, 200, "the provider knows where to send the browser back: {}", there.page.html);

    let mut by_link = stage.browser_of_ada();
    let out = by_link.submit("/me", "/sign-out", &[]).await;
    assert_eq!((out.status, out.location.unwrap().path()), (303, "/sign-in"));
}

#[tokio::test]
async fn an_account_is_one_persons() {
    let stage = Stage::with("").await;
    stage.link().await;
    let mut browser = stage.browser();
    stage.provider().told(json!({ "account": "bob", "claims": { "email": stage.ada.email } })).await;
    assert_eq!(browser.sign_in("agency").await.status, 403, "a mail address links nothing");
    assert!(!browser.is_in().await);
}

#[tokio::test]
async fn erfa_proves_itself_with_its_key() {
    let key = oidc::ClientKey::from_pem(KEY.as_bytes()).unwrap();
    let keys = json!({ "keys": [key.public()] });
    let provider = Provider::start(Some(keys.clone()));
    let more = "client_auth = \"private_key_jwt\"\nkey_file = \"KEY_FILE\"\n";
    let stage = Stage::start(vec![("agency", provider)], more).await;
    stage.link().await;
    assert_eq!(stage.browser().sign_in("agency").await.status, 303);
    let published = stage.browser().open("/sign-in/openid/keys").await.page.html;
    assert_eq!(serde_json::from_str::<serde_json::Value>(&published).unwrap(), keys);
}

#[tokio::test]
async fn somebody_whose_organisation_is_known_comes_in_without_a_mandate() {
    let more =
        "admit_unknown = true\naccount_claim = \"orgAffiliation\"\norganisations = { \"202100-0001\" = \"Verket\" }\n";
    let stage = Stage::with(more).await;
    let told = |organisation: &str| json!({ "claims": { "orgAffiliation": format!("ny01@{organisation}"), "name": "Ny Person" } });
    stage.provider().told(told("202100-0002")).await;
    assert_eq!(stage.browser().sign_in("agency").await.status, 403, "the organisation is not known");
    stage.provider().told(json!({ "claims": {} })).await;
    assert_eq!(stage.browser().sign_in("agency").await.status, 403, "the account has no key");

    stage.provider().told(told("2021000001")).await;
    let mut browser = stage.browser();
    let signed_in = browser.sign_in("agency").await;
    assert_eq!(signed_in.status, 303, "{}", signed_in.page.html);
    assert!(browser.is_in().await);
    let mut again = stage.browser();
    assert_eq!(again.sign_in("agency").await.status, 303, "and is the same the next time");
    let people = stage.browser_of_ada().open("/people").await.page.html;
    let said = stage.said().iter().filter(|line| line.contains("let in by their provider")).count();
    assert_eq!(said, 1, "came in once; {people}");
}

#[tokio::test]
async fn what_decides_wants_a_proof_of_the_level_that_is_set() {
    let stage = Stage::with("step_up_acr_values = [\"loa4\"]\n").await;
    stage.link().await;
    let mut browser = stage.browser();
    browser.sign_in("agency").await;
    let order = [("label", "Test"), ("scopes", "read"), ("days", "1")];
    let sent = browser.submit("/me", "/me/tokens", &order).await;
    assert_eq!((sent.status, sent.location.unwrap().path()), (303, "/sign-in/step-up"));

    let page = browser.open("/sign-in/step-up?next=/me").await.page;
    let csrf = page.hidden_fields("/sign-in/step-up").into_iter().find(|(name, _)| name == "csrf").unwrap().1;
    let api = Person::new(&stage.server.url);
    let request = api.request(Method::POST, "/api/directory/v1/me/tokens").header("cookie", browser.cookies_of_erfa());
    let order = json!({ "label": "Test", "scopes": ["read"], "days": 1 });
    let refused = request.header("origin", &stage.server.url).header("x-csrf-token", csrf).json(&order);
    let refused = refused.send().await.unwrap();
    assert_eq!(refused.status(), 403);
    let problem: serde_json::Value = refused.json().await.unwrap();
    assert_eq!((&problem["type"], &problem["acr_values"]), (&json!("/problems/step-up-required"), &json!("loa4")));

    let leave = browser.submit("/sign-in/step-up?next=/me", "/sign-in/step-up", &[]).await;
    let answer = browser.through(&leave).await;
    let too_low = browser.open(answer.as_str()).await;
    assert_eq!(too_low.status, 403);
    assert!(too_low.page.html.contains("not strong enough"), "{}", too_low.page.html);

    stage.provider().told(json!({ "acr": "loa4", "account": "bob" })).await;
    browser.forget_providers();
    let leave = browser.submit("/sign-in/step-up?next=/me", "/sign-in/step-up", &[]).await;
    let answer = browser.through(&leave).await;
    assert_eq!(browser.open(answer.as_str()).await.status, 403, "somebody else's proof");

    stage.provider().told(json!({ "account": "ada" })).await;
    browser.forget_providers();
    let leave = browser.submit("/sign-in/step-up?next=/me", "/sign-in/step-up", &[]).await;
    let before = browser.cookies_of_erfa();
    let answer = browser.through(&leave).await;
    let proven = browser.open(answer.as_str()).await;
    assert_eq!((proven.status, proven.location.unwrap().path()), (303, "/me"));
    assert_ne!(browser.cookies_of_erfa(), before, "it is another session");
    let issued = browser.submit("/me", "/me/tokens", &[("label", "Test"), ("scopes", "read"), ("days", "1")]).await;
    assert_eq!(issued.status, 200, "{}", issued.page.html);
    let mut by_link = stage.browser_of_ada();
    let issued = by_link.submit("/me", "/me/tokens", &[("label", "Test"), ("scopes", "read"), ("days", "1")]).await;
    assert_eq!(issued.status, 200, "nothing is demanded of a session that a link opened");
}
