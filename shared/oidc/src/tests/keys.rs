//! What is remembered of a provider, and for how long.

use axum::http::StatusCode;
use serde_json::json;

use super::stage::{Stage, new_key};
use crate::{Demand, Error, Refusal, provider};

#[tokio::test]
async fn new_keys_are_fetched_when_they_are_first_used_but_not_over_and_over() {
    let stage = Stage::new().await;
    stage.sign_in(Demand::default(), |_| {}).await.unwrap();
    stage.sign_in(Demand::default(), |_| {}).await.unwrap();
    assert_eq!(stage.screws.lock().unwrap().keys_fetched, 1);

    stage.screws.lock().unwrap().key = new_key();
    stage.sign_in(Demand::default(), |_| {}).await.unwrap();
    assert_eq!(stage.screws.lock().unwrap().keys_fetched, 2, "the provider took a new key");

    let known = json!({ "keys": [stage.screws.lock().unwrap().key.public()] });
    stage.screws.lock().unwrap().published = Some(known);
    for _ in 0..3 {
        stage.screws.lock().unwrap().key = new_key();
        let refused = stage.sign_in(Demand::default(), |_| {}).await;
        assert_eq!(refused, Err(Error::Refused(Refusal::UnknownKey)));
    }
    assert_eq!(stage.screws.lock().unwrap().keys_fetched, 2, "invented keys do not reach the provider");
    stage.clock.advance_seconds(provider::KEYS_REFETCH_PAUSE.as_secs() as i64);
    stage.sign_in(Demand::default(), |_| {}).await.unwrap_err();
    assert_eq!(stage.screws.lock().unwrap().keys_fetched, 3);
}

#[tokio::test]
async fn what_a_provider_says_of_itself_holds_for_a_time() {
    let stage = Stage::new().await;
    for _ in 0..3 {
        stage.begin(Demand::default()).await;
    }
    assert_eq!(stage.screws.lock().unwrap().described_count, 1);
    stage.clock.advance_seconds(provider::FRESH_FOR.as_secs() as i64 + 1);
    stage.begin(Demand::default()).await;
    assert_eq!(stage.screws.lock().unwrap().described_count, 2);

    stage.screws.lock().unwrap().described = json!({ "issuer": "https://other.example" });
    stage.clock.advance_seconds(provider::FRESH_FOR.as_secs() as i64 + 1);
    stage.begin(Demand::default()).await;
    stage.clock.advance_seconds(provider::STALE_FOR.as_secs() as i64);
    let failed = stage.party.begin(stage.provider(), Demand::default()).await;
    assert!(matches!(failed, Err(Error::Provider(_))), "what is too old is not used: {failed:?}");
}

#[tokio::test]
async fn a_description_that_is_not_believed() {
    for described in [
        json!({ "issuer": "https://other.example" }),
        json!({ "issuer": null }),
        json!({ "token_endpoint": "http://login.agency.example/token" }),
        json!({ "userinfo_endpoint": "ftp://127.0.0.1/me" }),
        json!({ "jwks_uri": "" }),
        json!({ "code_challenge_methods_supported": ["plain"] }),
    ] {
        let stage = Stage::new().await;
        stage.screws.lock().unwrap().described = described.clone();
        let failed = stage.party.begin(stage.provider(), Demand::default()).await;
        assert!(matches!(failed, Err(Error::Provider(_))), "{described}: {failed:?}");
    }
}

#[tokio::test]
async fn a_provider_without_keys_signs_nobody_in() {
    let stage = Stage::new().await;
    for published in [json!({}), json!({ "keys": 1 }), json!([]), json!("x")] {
        stage.screws.lock().unwrap().published = Some(published);
        stage.sign_in(Demand::default(), |_| {}).await.unwrap_err();
    }
    let secret = json!({ "keys": [{ "kty": "oct", "k": "c2VjcmV0", "kid": "x" }, { "kty": "odd" }, 7] });
    stage.screws.lock().unwrap().published = Some(secret);
    let refused = stage.sign_in(Demand::default(), |_| {}).await;
    assert_eq!(refused, Err(Error::Refused(Refusal::UnknownKey)));
    stage.screws.lock().unwrap().status = StatusCode::OK;
}
