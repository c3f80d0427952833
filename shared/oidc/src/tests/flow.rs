//! Signing in, and what is not believed.

use std::time::Duration;

use axum::http::StatusCode;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::hmac;
use serde_json::{Value, json};
use types::Clock as _;

use super::stage::{CLIENT, Stage, new_key};
use crate::{Answer, AssertionAudience, ClientAuth, Demand, Error, Refusal};

fn demand(acr: &str, max_age_s: Option<u64>) -> Demand {
    let acr_values = if acr.is_empty() { vec![] } else { vec![acr.to_owned(), "loa4".to_owned()] };
    Demand { acr_values, max_age: max_age_s.map(Duration::from_secs) }
}

#[tokio::test]
async fn somebody_signs_in() {
    let stage = Stage::with(|settings| settings.userinfo = true).await;
    let begun = stage.party.begin(stage.provider(), demand("loa3", Some(60))).await.unwrap();
    let url = reqwest::Url::parse(&begun.url).unwrap();
    let query: std::collections::BTreeMap<_, _> = url.query_pairs().into_owned().collect();
    assert_eq!(query["tenant"], "1", "what the provider's address holds stays there");
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", "https://erfa.example/sign-in/openid/agency/answer"),
        ("scope", "openid profile"),
        ("state", begun.pending.state.expose()),
        ("nonce", begun.pending.nonce.expose()),
        ("code_challenge", &begun.pending.verifier.challenge()),
        ("code_challenge_method", "S256"),
        ("acr_values", "loa3 loa4"),
        ("max_age", "60"),
    ] {
        assert_eq!(query[name], value, "{name}");
    }
    assert!(!begun.url.contains(begun.pending.verifier.expose()));

    stage.screws.lock().unwrap().claims = stage.claims(&begun.pending);
    let answer = stage.answer(&begun.pending);
    let account = stage.party.finish(stage.provider(), &begun.pending, &answer).await.unwrap();
    assert_eq!((&*account.provider, &*account.issuer, &*account.subject), ("agency", &*stage.issuer, "ada"));
    assert_eq!((account.sid.as_deref(), account.acr.as_deref()), (Some("there"), Some("loa3")));
    assert_eq!(account.authenticated_at, Some(stage.clock.now()));
    assert_eq!(account.claims["name"], "Namn", "from the user information");
    let screws = stage.screws.lock().unwrap();
    assert!(screws.form.contains(&("code_verifier".to_owned(), begun.pending.verifier.expose().to_owned())));
    assert_eq!(screws.authorization.as_deref(), Some("Basic ZXJmYTpzJTJGZWNyZXQ="), "encoded before it is joined");
}

#[tokio::test]
async fn an_answer_that_does_not_belong_here() {
    let stage = Stage::new().await;
    let pending = stage.begin(Demand::default()).await;
    let right = stage.answer(&pending);
    let other = Some("x".to_owned());
    for (answer, refusal) in [
        (Answer { state: other.clone(), ..right.clone() }, Refusal::State),
        (Answer { state: None, ..right.clone() }, Refusal::State),
        (Answer { iss: Some("https://other.example".to_owned()), ..right.clone() }, Refusal::AnswerIssuer),
        (Answer { iss: Some(format!("{}/", stage.issuer)), ..right.clone() }, Refusal::AnswerIssuer),
        (Answer { iss: None, ..right.clone() }, Refusal::AnswerIssuer),
        (Answer { code: None, ..right.clone() }, Refusal::NoCode),
        (Answer { error: Some("access_denied".to_owned()), state: other, ..right.clone() }, Refusal::State),
    ] {
        let refused = stage.party.finish(stage.provider(), &pending, &answer).await;
        assert_eq!(refused, Err(Error::Refused(refusal)), "{answer:?}");
    }
    assert!(stage.screws.lock().unwrap().form.is_empty(), "no code was sent anywhere");
    for (error, told) in [("access_denied", "access_denied"), ("<b>", "unknown_error"), ("", "unknown_error")] {
        let answer = Answer { error: Some(error.to_owned()), ..right.clone() };
        let denied = stage.party.finish(stage.provider(), &pending, &answer).await;
        assert_eq!(denied, Err(Error::Denied(told.to_owned())));
    }
}

#[tokio::test]
async fn a_provider_that_does_not_name_itself_in_answers_need_not() {
    let stage = Stage::new().await;
    stage.screws.lock().unwrap().described = json!({ "authorization_response_iss_parameter_supported": false });
    let pending = stage.begin(Demand::default()).await;
    stage.screws.lock().unwrap().claims = stage.claims(&pending);
    let unnamed = Answer { iss: None, ..stage.answer(&pending) };
    assert!(stage.party.finish(stage.provider(), &pending, &unnamed).await.is_ok());
    let other = Answer { iss: Some("https://other.example".to_owned()), ..unnamed };
    let refused = stage.party.finish(stage.provider(), &pending, &other).await;
    assert_eq!(refused, Err(Error::Refused(Refusal::AnswerIssuer)));
}

#[tokio::test]
async fn claims_that_are_not_believed() {
    let stage = Stage::new().await;
    let now_s = stage.clock.now().as_second();
    let at_hash = URL_SAFE_NO_PAD.encode(&ring::digest::digest(&ring::digest::SHA256, b"access").as_ref()[..16]);
    let table: Vec<(&str, Value, Option<Refusal>)> = vec![
        ("iss", json!("https://other.example"), Some(Refusal::Issuer)),
        ("iss", json!(format!("{}/", stage.issuer)), Some(Refusal::Issuer)),
        ("aud", json!("other"), Some(Refusal::Audience)),
        ("aud", json!([]), Some(Refusal::Audience)),
        ("aud", json!([CLIENT, "other"]), Some(Refusal::Audience)),
        ("aud", json!([CLIENT]), None),
        ("azp", json!("other"), Some(Refusal::AuthorizedParty)),
        ("azp", json!(CLIENT), None),
        ("exp", json!(now_s - 30), Some(Refusal::Expired)),
        ("exp", json!(now_s - 29), None),
        ("exp", Value::Null, Some(Refusal::Expired)),
        ("exp", json!("soon"), Some(Refusal::Claims)),
        ("iat", json!(now_s + 31), Some(Refusal::IssuedAt)),
        ("iat", json!(now_s + 30), None),
        ("iat", json!(now_s - 631), Some(Refusal::IssuedAt)),
        ("iat", Value::Null, Some(Refusal::IssuedAt)),
        ("nbf", json!(now_s + 31), Some(Refusal::IssuedAt)),
        ("nbf", json!(now_s), None),
        ("nonce", json!("other"), Some(Refusal::Nonce)),
        ("nonce", Value::Null, Some(Refusal::Nonce)),
        ("sub", json!(""), Some(Refusal::Subject)),
        ("sub", Value::Null, Some(Refusal::Subject)),
        ("sub", json!("å"), Some(Refusal::Subject)),
        ("sub", json!("a".repeat(256)), Some(Refusal::Subject)),
        ("at_hash", json!("AAAA"), Some(Refusal::AccessTokenHash)),
        ("at_hash", json!(at_hash), None),
    ];
    for (claim, value, refusal) in table {
        let told = format!("{claim}: {value}");
        let signed_in = stage.sign_in(Demand::default(), |claims| claims[claim] = value).await;
        assert_eq!(signed_in.err(), refusal.map(Error::Refused), "{told}");
    }
}

#[tokio::test]
async fn a_level_that_was_demanded_has_to_be_reached() {
    let stage = Stage::new().await;
    let now_s = stage.clock.now().as_second();
    for (wanted, claim, value, refusal) in [
        (demand("loa3", None), "acr", json!("loa3"), None),
        (demand("loa3", None), "acr", json!("loa4"), None),
        (demand("loa3", None), "acr", json!("loa2"), Some(Refusal::Assurance)),
        (demand("loa3", None), "acr", Value::Null, Some(Refusal::Assurance)),
        (demand("", None), "acr", json!("loa2"), None),
        (demand("", Some(60)), "auth_time", json!(now_s - 90), None),
        (demand("", Some(60)), "auth_time", json!(now_s - 91), Some(Refusal::AuthenticatedAt)),
        (demand("", Some(60)), "auth_time", Value::Null, Some(Refusal::AuthenticatedAt)),
    ] {
        let signed_in = stage.sign_in(wanted.clone(), |claims| claims[claim] = value.clone()).await;
        assert_eq!(signed_in.err(), refusal.map(Error::Refused), "{wanted:?} {value}");
    }
}

#[tokio::test]
async fn a_token_that_is_not_signed_by_the_provider() {
    let stage = Stage::new().await;
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    for (what, refusal) in [
        ("none", Refusal::Algorithm),
        ("hmac", Refusal::Algorithm),
        ("not allowed", Refusal::Algorithm),
        ("other key", Refusal::UnknownKey),
        ("other key, same id", Refusal::Signature),
        ("changed", Refusal::Signature),
        ("no signature", Refusal::Signature),
        ("crit", Refusal::TokenType),
        ("access token", Refusal::TokenType),
        ("two parts", Refusal::NotAToken),
        ("long", Refusal::NotAToken),
        ("", Refusal::NotAToken),
    ] {
        let pending = stage.begin(Demand::default()).await;
        let claims = stage.claims(&pending);
        let key = stage.screws.lock().unwrap().key.clone();
        let signed = key.sign(&claims).unwrap();
        let parts: Vec<_> = signed.split('.').collect();
        let with_header = |header: Value| format!("{}.{}.{}", encode(&header), parts[1], parts[2]);
        let kid = &key.public()["kid"];
        let token = match what {
            "none" => format!("{}.{}.", encode(&json!({ "alg": "none" })), parts[1]),
            "hmac" => {
                let message = format!("{}.{}", encode(&json!({ "alg": "HS256", "kid": kid })), parts[1]);
                let public = hmac::Key::new(hmac::HMAC_SHA256, key.public().to_string().as_bytes());
                format!("{message}.{}", URL_SAFE_NO_PAD.encode(hmac::sign(&public, message.as_bytes())))
            }
            "not allowed" => with_header(json!({ "alg": "RS256", "kid": kid })),
            "other key" => new_key().sign(&claims).unwrap(),
            "other key, same id" => {
                let other = new_key().sign(&claims).unwrap();
                format!("{}.{}", signed.rsplit_once('.').unwrap().0, other.rsplit_once('.').unwrap().1)
            }
            "changed" => {
                let mut claims = claims;
                claims["sub"] = json!("bob");
                format!("{}.{}.{}", parts[0], encode(&claims), parts[2])
            }
            "no signature" => format!("{}.{}.", parts[0], parts[1]),
            "crit" => with_header(json!({ "alg": "ES256", "kid": kid, "crit": ["b64"], "b64": false })),
            "access token" => with_header(json!({ "alg": "ES256", "kid": kid, "typ": "at+jwt" })),
            "two parts" => format!("{}.{}", parts[0], parts[1]),
            "long" => format!("{signed}{}", "A".repeat(40_000)),
            other => other.to_owned(),
        };
        stage.screws.lock().unwrap().token = Some(token);
        let refused = stage.party.finish(stage.provider(), &pending, &stage.answer(&pending)).await;
        assert_eq!(refused, Err(Error::Refused(refusal)), "{what}");
        stage.clock.advance_seconds(60);
    }
}

#[tokio::test]
async fn a_provider_that_does_not_do_its_part() {
    let stage = Stage::with(|settings| settings.userinfo = true).await;
    let denied = |screws: &mut super::stage::Screws| screws.status = StatusCode::BAD_REQUEST;
    denied(&mut stage.screws.lock().unwrap());
    let refused = stage.sign_in(Demand::default(), |_| {}).await;
    assert_eq!(refused, Err(Error::Denied("invalid_grant".to_owned())));
    stage.screws.lock().unwrap().status = StatusCode::INTERNAL_SERVER_ERROR;
    let refused = stage.sign_in(Demand::default(), |_| {}).await;
    assert_eq!(refused, Err(Error::Provider("its token endpoint answers with 500".to_owned())));

    stage.screws.lock().unwrap().status = StatusCode::OK;
    stage.screws.lock().unwrap().redirect_to = Some(format!("{}/elsewhere", stage.issuer));
    let refused = stage.sign_in(Demand::default(), |_| {}).await;
    assert_eq!(refused, Err(Error::Provider("its token endpoint answers with 307".to_owned())), "nobody follows");

    stage.screws.lock().unwrap().redirect_to = None;
    stage.screws.lock().unwrap().user_info = json!({ "sub": "bob" });
    let refused = stage.sign_in(Demand::default(), |_| {}).await;
    assert_eq!(refused, Err(Error::Refused(Refusal::UserInfoSubject)));
    stage.screws.lock().unwrap().user_info = json!({ "sub": "ada", "x": "y".repeat(300_000) });
    let refused = stage.sign_in(Demand::default(), |_| {}).await;
    assert_eq!(refused, Err(Error::Provider("its user information answers more than 262144 bytes".to_owned())));
}

#[tokio::test]
async fn erfa_proves_who_it_is_with_its_key() {
    for audience in [AssertionAudience::Issuer, AssertionAudience::TokenEndpoint] {
        let key = new_key();
        let auth = ClientAuth::PrivateKeyJwt(key.clone(), audience);
        let stage = Stage::with(|settings| settings.client_auth = auth).await;
        stage.sign_in(Demand::default(), |_| {}).await.unwrap();
        let form = stage.screws.lock().unwrap().form.clone();
        let field = |name: &str| form.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone());
        assert_eq!(field("client_secret"), None);
        let assertion = field("client_assertion").unwrap();
        let (message, signature) = assertion.rsplit_once('.').unwrap();
        let public =
            jsonwebtoken::DecodingKey::from_jwk(&serde_json::from_value(key.public().clone()).unwrap()).unwrap();
        let es256 = jsonwebtoken::Algorithm::ES256;
        assert!(jsonwebtoken::crypto::verify(signature, message.as_bytes(), &public, es256).unwrap());
        let claims = URL_SAFE_NO_PAD.decode(message.split_once('.').unwrap().1).unwrap();
        let claims: Value = serde_json::from_slice(&claims).unwrap();
        let to = match audience {
            AssertionAudience::Issuer => stage.issuer.clone(),
            AssertionAudience::TokenEndpoint => format!("{}/token", stage.issuer),
        };
        assert_eq!((&claims["iss"], &claims["sub"], &claims["aud"]), (&json!(CLIENT), &json!(CLIENT), &json!(to)));
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 60);
        assert_eq!(stage.party.keys(), json!({ "keys": [key.public()] }));
        assert!(key.public().get("d").is_none());
    }
}
