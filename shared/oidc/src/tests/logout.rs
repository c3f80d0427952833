//! Sessions that the provider ends.

use serde_json::{Value, json};
use types::Clock as _;

use super::stage::{CLIENT, Stage, new_key};
use crate::{Error, LogoutToken, Refusal};

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

fn claims(stage: &Stage, jti: &str) -> Value {
    let now_s = stage.clock.now().as_second();
    json!({
        "iss": stage.issuer, "aud": CLIENT, "iat": now_s, "exp": now_s + 120, "jti": jti,
        "sub": "ada", "sid": "there", "events": { EVENT: {} },
    })
}

async fn logout(stage: &Stage, claims: &Value) -> Result<LogoutToken, Error> {
    let token = stage.screws.lock().unwrap().key.sign(claims).unwrap();
    stage.party.logout_token(stage.provider(), &token).await
}

#[tokio::test]
async fn a_logout_is_believed_once() {
    let stage = Stage::new().await;
    let ended =
        LogoutToken { issuer: stage.issuer.clone(), subject: Some("ada".to_owned()), sid: Some("there".to_owned()) };
    assert_eq!(logout(&stage, &claims(&stage, "one")).await, Ok(ended));
    assert_eq!(logout(&stage, &claims(&stage, "one")).await, Err(Error::Refused(Refusal::Replayed)));
    assert!(logout(&stage, &claims(&stage, "two")).await.is_ok());
    let all = "https://erfa.example/sign-in";
    let url = stage.party.end_session_url(stage.provider(), all).await.unwrap().unwrap();
    assert!(url.starts_with(&format!("{}/end?client_id=erfa&post_logout_redirect_uri=https%3A%2F%2F", stage.issuer)));
}

#[tokio::test]
async fn a_logout_that_is_not_believed() {
    let stage = Stage::new().await;
    let now_s = stage.clock.now().as_second();
    for (claim, value, refusal) in [
        ("iss", json!("https://other.example"), Refusal::Issuer),
        ("aud", json!("other"), Refusal::Audience),
        ("iat", json!(now_s - 3_600), Refusal::IssuedAt),
        ("exp", json!(now_s - 60), Refusal::Expired),
        ("exp", Value::Null, Refusal::Expired),
        ("nonce", json!("n"), Refusal::LogoutNonce),
        ("events", Value::Null, Refusal::LogoutEvent),
        ("events", json!({}), Refusal::LogoutEvent),
        ("events", json!({ EVENT: "yes" }), Refusal::LogoutEvent),
        ("events", json!([EVENT]), Refusal::Claims),
        ("jti", Value::Null, Refusal::LogoutId),
        ("jti", json!(""), Refusal::LogoutId),
        ("sub", json!("å"), Refusal::Subject),
        ("sid", json!(""), Refusal::Subject),
    ] {
        let mut claims = claims(&stage, "one");
        claims[claim] = value.clone();
        assert_eq!(logout(&stage, &claims).await, Err(Error::Refused(refusal)), "{claim} {value}");
    }
    let mut nobody = claims(&stage, "one");
    (nobody["sub"], nobody["sid"]) = (Value::Null, Value::Null);
    assert_eq!(logout(&stage, &nobody).await, Err(Error::Refused(Refusal::LogoutOfNobody)));
    let forged = new_key().sign(&claims(&stage, "one")).unwrap();
    let refused = stage.party.logout_token(stage.provider(), &forged).await;
    assert_eq!(refused, Err(Error::Refused(Refusal::UnknownKey)));
    assert!(logout(&stage, &claims(&stage, "one")).await.is_ok(), "what was refused uses nothing up");
}
