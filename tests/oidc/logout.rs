//! What a provider ends is over at once, also on an open socket.

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::json;
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Message, client::IntoClientRequest as _},
};

use crate::{browser::Browser, stage::Stage};

/// A socket of a page in this browser, which has been welcomed.
async fn socket(
    stage: &Stage,
    browser: &Browser,
) -> tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>> {
    let url = format!("ws://{}/api/forum/v1/live", stage.server.address());
    let mut request = url.into_client_request().unwrap();
    let headers = request.headers_mut();
    headers.insert("sec-websocket-protocol", "erfa.live.v1".parse().unwrap());
    headers.insert("origin", stage.server.url.parse().unwrap());
    headers.insert("cookie", browser.cookies_of_erfa().parse().unwrap());
    let (mut socket, _) = connect_async(request).await.unwrap();
    let hello = json!({ "t": "hello", "v": 1, "client": "tests", "lang": "sv" });
    socket.send(Message::text(hello.to_string())).await.unwrap();
    let welcome = socket.next().await.unwrap().unwrap();
    assert!(welcome.to_text().unwrap().contains("\"welcome\""), "{welcome}");
    socket
}

/// Sends a logout token, and gives the status.
async fn say(stage: &Stage, token: &str) -> u16 {
    let client = system_tests::client().build().unwrap();
    let url = format!("{}/sign-in/openid/agency/logout", stage.server.url);
    client.post(url).form(&[("logout_token", token)]).send().await.unwrap().status().as_u16()
}

async fn token(stage: &Stage, what: serde_json::Value) -> String {
    stage.provider().told(what).await["logoutToken"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_logout_at_the_provider_cuts_the_socket() {
    let stage = Stage::with("").await;
    stage.link().await;
    let mut browser = stage.browser();
    assert_eq!(browser.sign_in("agency").await.status, 303);
    assert_eq!(browser.open("/me").await.status, 200);
    let mut by_link = stage.browser_of_ada();
    let mut socket = socket(&stage, &browser).await;

    for (what, forged) in [
        ("impostor", token(&stage, json!({ "forge": "impostor", "logout": true })).await),
        ("another audience", token(&stage, json!({ "forge": null, "logout": { "aud": "another" } })).await),
        ("a nonce", token(&stage, json!({ "logout": { "nonce": "n" } })).await),
        ("no event", token(&stage, json!({ "logout": { "events": {} } })).await),
        ("expired", token(&stage, json!({ "logout": { "iat": 1_000, "exp": 2_000 } })).await),
        ("no token", "x.y.z".to_owned()),
    ] {
        assert_eq!(say(&stage, &forged).await, 400, "{what}");
        assert!(browser.is_in().await, "{what}");
    }
    let another = token(&stage, json!({ "logout": { "sid": "another", "sub": "ada" } })).await;
    assert_eq!(say(&stage, &another).await, 200);
    assert!(browser.is_in().await, "another session of the provider");

    let logout = token(&stage, json!({ "logout": true })).await;
    assert_eq!(say(&stage, &logout).await, 200);
    let closed = async {
        loop {
            match socket.next().await {
                Some(Ok(Message::Close(close))) => return close.map(|close| u16::from(close.code)),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    };
    let code = tokio::time::timeout(std::time::Duration::from_secs(60), closed).await.expect("the socket is closed");
    assert!(code.is_some_and(|code| (4_500..4_600).contains(&code)), "for good: {code:?}");
    assert!(!browser.is_in().await);
    assert!(by_link.is_in().await, "a session that a link opened is not the provider's");

    let mut browser = stage.browser();
    assert_eq!(browser.sign_in("agency").await.status, 303);
    assert_eq!(say(&stage, &logout).await, 400, "sent again");
    assert!(browser.is_in().await);
    let said = stage.said();
    for reason in ["ended by its provider", "was used before", "carries a nonce", "signature does not fit"] {
        assert!(said.iter().any(|line| line.contains(reason)), "no line says `{reason}`: {said:#?}");
    }
}

#[tokio::test]
async fn the_providers_own_logout_is_understood() {
    let stage = Stage::with("").await;
    stage.link().await;
    let mut browser = stage.browser();
    assert_eq!(browser.sign_in("agency").await.status, 303);
    stage.provider().told(json!({ "sendLogout": true })).await;
    assert!(!browser.is_in().await);
}
