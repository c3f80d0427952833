//! What is tried, and refused: no session, a clear page, and a line in the process's log that holds nothing.

use reqwest::Url;
use serde_json::json;

use crate::{browser::Browser, provider::Provider, stage::Stage};

/// The line in the log that tells of a refusal for this reason.
fn told(stage: &Stage, reason: &str) -> Option<String> {
    stage.said().into_iter().find(|line| line.contains("\"WARN\"") && line.contains(reason))
}

async fn refused(stage: &Stage, browser: &mut Browser, answer: &Url, reason: &str) {
    let refused = browser.open(answer.as_str()).await;
    assert_eq!(refused.status, 403, "{reason}: {}", refused.page.html);
    assert!(!browser.is_in().await, "{reason}: a session was opened");
    let line = told(stage, reason).unwrap_or_else(|| panic!("no line says `{reason}`: {:#?}", stage.said()));
    for (name, value) in answer.query_pairs() {
        assert!(name == "iss" || value.len() < 8 || !line.contains(&*value), "{name} is in the log: {line}");
    }
}

#[tokio::test]
async fn tokens_that_are_not_what_they_should_be_sign_nobody_in() {
    let stage = Stage::with("leeway_s = 5\n").await;
    stage.link().await;
    for (forge, reason) in [
        ("nonce", "another nonce"),
        ("issuer", "of another issuer"),
        ("audience", "for another audience"),
        ("expired", "has expired"),
        ("none", "an algorithm that is not allowed"),
        ("hmac", "an algorithm that is not allowed"),
        ("stranger", "a key that the provider does not publish"),
        ("impostor", "signature does not fit"),
        ("old token", "another nonce"),
    ] {
        stage.provider().told(json!({ "forge": forge })).await;
        let mut browser = stage.browser();
        let answer = browser.go_and_return("agency").await;
        refused(&stage, &mut browser, &answer, reason).await;
    }
    stage.provider().told(json!({ "forge": null })).await;
    assert_eq!(stage.browser().sign_in("agency").await.status, 303, "and else it works");
}

#[tokio::test]
async fn an_answer_is_for_one_browser_and_for_one_use() {
    let stage = Stage::with("").await;
    stage.link().await;
    let not_begun = "nothing in this browser waits for";
    let with = |url: &Url, name: &str, value: Option<&str>| {
        let mut changed = url.clone();
        let pairs: Vec<_> =
            url.query_pairs().filter(|(it, _)| it != name).map(|(n, v)| (n.into_owned(), v.into_owned())).collect();
        changed.query_pairs_mut().clear().extend_pairs(pairs).extend_pairs(value.map(|value| (name, value)));
        changed
    };

    let mut victim = stage.browser();
    let answer = victim.go_and_return("agency").await;
    let mut thief = stage.browser();
    refused(&stage, &mut thief, &answer, not_begun).await;
    let mut other = stage.browser();
    other.go_and_return("agency").await;
    refused(&stage, &mut other, &answer, not_begun).await;
    refused(&stage, &mut victim, &with(&answer, "state", Some("another-state")), not_begun).await;
    refused(&stage, &mut victim, &with(&answer, "state", None), not_begun).await;

    let used = answer.clone();
    assert_eq!(victim.open(answer.as_str()).await.status, 303, "what others tried used nothing up");
    assert!(victim.is_in().await);
    let mut again = stage.browser();
    refused(&stage, &mut again, &used, not_begun).await;

    // The code of a sign-in that was finished, in one that was not.
    let mut browser = stage.browser();
    let fresh = browser.go_and_return("agency").await;
    let code = used.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    refused(&stage, &mut browser, &with(&fresh, "code", Some(&code)), "denied by its provider").await;
    refused(&stage, &mut browser, &fresh, not_begun).await;

    for (iss, reason) in [(Some("https://elsewhere.example"), "names another issuer"), (None, "names another issuer")] {
        let mut browser = stage.browser();
        let answer = browser.go_and_return("agency").await;
        refused(&stage, &mut browser, &with(&answer, "iss", iss), reason).await;
    }
    stage.provider().told(json!({ "deny": true })).await;
    let mut browser = stage.browser();
    let denied = browser.sign_in("agency").await;
    assert_eq!(denied.status, 403);
    assert!(denied.page.html.contains("broken off"), "{}", denied.page.html);
}

#[tokio::test]
async fn providers_are_not_taken_for_each_other() {
    let providers = vec![("agency", Provider::start(None)), ("other", Provider::start(None))];
    let stage = Stage::start(providers, "").await;
    let mut ada = stage.browser_of_ada();
    let leave = ada.submit("/me", "/me/identities", &[]).await;
    let answer = ada.through(&leave).await;
    assert_eq!(ada.open(answer.as_str()).await.status, 303);
    assert_eq!(stage.browser().sign_in("agency").await.status, 303);

    // The same subject at the other provider is somebody else.
    let mut browser = stage.browser();
    assert_eq!(browser.sign_in("other").await.status, 403);
    assert!(!browser.is_in().await);

    // What one of them answers is brought to the address of the other.
    let at_other = |answer: &Url| answer.as_str().replace("/openid/agency/", "/openid/other/").parse::<Url>().unwrap();
    let mut browser = stage.browser();
    let answer = browser.go_and_return("agency").await;
    refused(&stage, &mut browser, &at_other(&answer), "the address of another provider").await;

    // The browser began at one, and the other answers.
    let mut browser = stage.browser();
    let honest = browser.go_and_return("agency").await;
    let mut attacker = stage.browser();
    let theirs = attacker.go_and_return("other").await;
    let mut mixed = honest.clone();
    let pick = |url: &Url, name: &str| url.query_pairs().find(|(it, _)| it == name).unwrap().1.into_owned();
    mixed.query_pairs_mut().clear().append_pair("code", &pick(&theirs, "code"));
    mixed.query_pairs_mut().append_pair("state", &pick(&honest, "state")).append_pair("iss", &pick(&theirs, "iss"));
    refused(&stage, &mut browser, &mixed, "names another issuer").await;
}

#[tokio::test]
async fn a_provider_may_take_another_key_at_any_time() {
    let stage = Stage::with("").await;
    stage.link().await;
    assert_eq!(stage.browser().sign_in("agency").await.status, 303);
    let mut browser = stage.browser();
    let answer = browser.go_and_return("agency").await;
    stage.provider().told(json!({ "rotate": true })).await;
    assert_eq!(browser.open(answer.as_str()).await.status, 303, "between leaving and coming back");
    stage.provider().told(json!({ "rotate": true, "hide": true })).await;
    let mut browser = stage.browser();
    let answer = browser.go_and_return("agency").await;
    refused(&stage, &mut browser, &answer, "a key that the provider does not publish").await;
}
