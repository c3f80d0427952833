//! A provider on this machine, with every screw within reach.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Form, Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::{rand::SystemRandom, signature::EcdsaKeyPair};
use serde_json::{Value, json};
use types::{Clock as _, ManualClock, SequentialIds};

use crate::{
    Account, Algorithm, Answer, ClientAuth, ClientKey, Demand, Error, Options, Pending, Provider, RelyingParty,
    Settings,
};

pub(super) const CLIENT: &str = "erfa";

/// A new key of P-256.
pub(super) fn new_key() -> ClientKey {
    let algorithm = &ring::signature::ECDSA_P256_SHA256_FIXED_SIGNING;
    let der = EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).unwrap();
    let text = STANDARD.encode(der.as_ref());
    ClientKey::from_pem(format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n").as_bytes()).unwrap()
}

/// What the provider does next, and what it was asked.
pub(super) struct Screws {
    pub(super) key: ClientKey,
    /// What is published, if not the key.
    pub(super) published: Option<Value>,
    /// Added to the description.
    pub(super) described: Value,
    pub(super) claims: Value,
    /// The whole token, if it is not to be made from the claims.
    pub(super) token: Option<String>,
    pub(super) user_info: Value,
    pub(super) status: StatusCode,
    pub(super) redirect_to: Option<String>,
    pub(super) keys_fetched: usize,
    pub(super) described_count: usize,
    pub(super) form: Vec<(String, String)>,
    pub(super) authorization: Option<String>,
}

pub(super) type Shared = Arc<Mutex<Screws>>;

pub(super) struct Stage {
    pub(super) issuer: String,
    pub(super) clock: Arc<ManualClock>,
    pub(super) screws: Shared,
    pub(super) party: RelyingParty,
}

fn describe(issuer: &str, more: &Value) -> Value {
    let mut description = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize?tenant=1"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "userinfo_endpoint": format!("{issuer}/me"),
        "end_session_endpoint": format!("{issuer}/end"),
        "authorization_response_iss_parameter_supported": true,
        "code_challenge_methods_supported": ["S256"],
    });
    for (name, value) in more.as_object().unwrap() {
        description[name] = value.clone();
    }
    description
}

async fn keys(State((_, screws)): State<(String, Shared)>) -> Json<Value> {
    let mut screws = screws.lock().unwrap();
    screws.keys_fetched += 1;
    let own = json!({ "keys": [screws.key.public()] });
    Json(screws.published.clone().unwrap_or(own))
}

async fn token(
    State((_, screws)): State<(String, Shared)>,
    headers: HeaderMap,
    Form(form): Form<Vec<(String, String)>>,
) -> Response {
    let mut screws = screws.lock().unwrap();
    screws.form = form;
    screws.authorization = headers.get(header::AUTHORIZATION).map(|it| it.to_str().unwrap().to_owned());
    if let Some(to) = &screws.redirect_to {
        return (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, to.clone())]).into_response();
    }
    if screws.status != StatusCode::OK {
        return (screws.status, Json(json!({ "error": "invalid_grant" }))).into_response();
    }
    let id_token = screws.token.clone().unwrap_or_else(|| screws.key.sign(&screws.claims).unwrap());
    Json(json!({ "access_token": "access", "token_type": "Bearer", "id_token": id_token })).into_response()
}

impl Stage {
    pub(super) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(super) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let clock = Arc::new(ManualClock::at("2026-03-02T10:00:00Z".parse().unwrap()));
        let screws = Arc::new(Mutex::new(Screws {
            key: new_key(),
            published: None,
            described: json!({}),
            claims: json!({}),
            token: None,
            user_info: json!({ "sub": "ada", "name": "Namn" }),
            status: StatusCode::OK,
            redirect_to: None,
            keys_fetched: 0,
            described_count: 0,
            form: Vec::new(),
            authorization: None,
        }));
        let described = |State((issuer, screws)): State<(String, Shared)>| async move {
            let mut screws = screws.lock().unwrap();
            screws.described_count += 1;
            Json(describe(&issuer, &screws.described))
        };
        let me =
            |State((_, screws)): State<(String, Shared)>| async move { Json(screws.lock().unwrap().user_info.clone()) };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(described))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/me", get(me))
            .with_state((issuer.clone(), screws.clone()));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let mut settings = Settings {
            name: "agency".to_owned(),
            issuer: issuer.clone(),
            client_id: CLIENT.to_owned(),
            client_auth: ClientAuth::SecretBasic("s/ecret".to_owned()),
            scopes: vec!["profile".to_owned()],
            algorithms: vec![Algorithm::Es256],
            acr_values: Vec::new(),
            userinfo: false,
            leeway: Duration::from_secs(30),
        };
        change(&mut settings);
        let party = RelyingParty::new(Options {
            providers: vec![settings],
            origin: "https://erfa.example".to_owned(),
            clock: clock.clone(),
            ids: Arc::new(SequentialIds::default()),
        });
        Self { issuer, clock, screws, party: party.unwrap() }
    }

    pub(super) fn provider(&self) -> &Provider {
        &self.party.providers()[0]
    }

    /// The claims of a token that is right, for this sign-in.
    pub(super) fn claims(&self, pending: &Pending) -> Value {
        let now_s = self.clock.now().as_second();
        json!({
            "iss": self.issuer, "aud": CLIENT, "sub": "ada", "nonce": pending.nonce.expose(),
            "iat": now_s, "exp": now_s + 300, "sid": "there", "acr": "loa3", "auth_time": now_s,
        })
    }

    pub(super) fn answer(&self, pending: &Pending) -> Answer {
        let (state, iss) = (Some(pending.state.expose().to_owned()), Some(self.issuer.clone()));
        Answer { code: Some("code".to_owned()), state, iss, error: None }
    }

    pub(super) async fn begin(&self, demand: Demand) -> Pending {
        self.party.begin(self.provider(), demand).await.unwrap().pending
    }

    /// A sign-in in which the token's claims were changed.
    pub(super) async fn sign_in(&self, demand: Demand, change: impl FnOnce(&mut Value)) -> Result<Account, Error> {
        let pending = self.begin(demand).await;
        let mut claims = self.claims(&pending);
        change(&mut claims);
        self.screws.lock().unwrap().claims = claims;
        self.party.finish(self.provider(), &pending, &self.answer(&pending)).await
    }
}
