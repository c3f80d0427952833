//! Sending a browser to its provider.

use std::time::Duration;

use reqwest::Url;
use types::Timestamp;

use crate::{Error, Provider, secret::Secret};

/// What is demanded of a sign-in beyond what the settings say: for a step-up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    /// One of these levels of assurance.
    pub acr_values: Vec<String>,
    /// That they prove themselves now, and not longer ago than this.
    pub max_age: Option<Duration>,
}

/// A sign-in that has begun: kept on the server for the browser that began it, and used once.
#[derive(Clone, Debug)]
pub struct Pending {
    pub(crate) provider: String,
    pub(crate) state: Secret,
    pub(crate) nonce: Secret,
    pub(crate) verifier: Secret,
    pub(crate) demand: Demand,
    pub(crate) began_at: Timestamp,
}

impl Pending {
    /// A sign-in at this provider that begins now, with secrets of its own.
    pub fn new(provider: &str, demand: Demand, now: Timestamp) -> Self {
        let (state, nonce, verifier) = (Secret::new(), Secret::new(), Secret::new());
        Self { provider: provider.to_owned(), state, nonce, verifier, demand, began_at: now }
    }

    /// The provider that it went to.
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// When it began.
    pub fn began_at(&self) -> Timestamp {
        self.began_at
    }

    /// What its answer has to carry.
    pub fn state(&self) -> &str {
        self.state.expose()
    }

    /// Whether this is the state that its answer has to carry.
    pub fn is_state(&self, given: &str) -> bool {
        self.state.is(given)
    }
}

/// Where the browser goes, and what is kept for it.
#[derive(Debug)]
pub struct Begun {
    /// The provider's address, with everything that it needs.
    pub url: String,
    /// What is kept.
    pub pending: Pending,
}

pub(crate) async fn begin(provider: &Provider, redirect_uri: &str, mut demand: Demand) -> Result<Begun, Error> {
    let settings = provider.settings();
    let metadata = provider.metadata().await?;
    if demand.acr_values.is_empty() {
        demand.acr_values.clone_from(&settings.acr_values);
    }
    let pending = Pending::new(&settings.name, demand, provider.0.clock.now());
    let Pending { state, nonce, verifier, demand, .. } = &pending;
    let mut url = Url::parse(&metadata.authorization_endpoint)
        .map_err(|_| Error::Provider("its authorization endpoint is no address".to_owned()))?;
    let mut scope = "openid".to_owned();
    for wanted in settings.scopes.iter().filter(|scope| *scope != "openid") {
        scope.push(' ');
        scope.push_str(wanted);
    }
    let mut query = url.query_pairs_mut();
    query
        .append_pair("response_type", "code")
        .append_pair("client_id", &settings.client_id)
        .append_pair("redirect_uri", redirect_uri)
        .append_pair("scope", &scope)
        .append_pair("state", state.expose())
        .append_pair("nonce", nonce.expose())
        .append_pair("code_challenge", &verifier.challenge())
        .append_pair("code_challenge_method", "S256");
    if !demand.acr_values.is_empty() {
        query.append_pair("acr_values", &demand.acr_values.join(" "));
    }
    if let Some(age) = demand.max_age {
        query.append_pair("max_age", &age.as_secs().to_string());
    }
    drop(query);
    Ok(Begun { url: url.into(), pending })
}
