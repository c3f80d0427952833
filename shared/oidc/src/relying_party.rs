//! Erfa towards all its providers.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::{Value, json};
use types::{Clock, Ids};

use crate::{
    Account, Answer, Begun, Demand, Error, LogoutToken, Pending, Provider, Settings, WrongUrl, authorization, callback,
    client_auth::ClientAuth, crypto, fetch, logout, trusted_url,
};

/// What a relying party is made of.
pub struct Options {
    /// The providers.
    pub providers: Vec<Settings>,
    /// Erfa's own origin, without a slash at its end.
    pub origin: String,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where new ids come from.
    pub ids: Arc<dyn Ids>,
}

/// Why it can't be made.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// Two providers are called the same, or are the same.
    #[error("two providers are called `{0}`, or have it as their issuer")]
    Twice(String),
    /// An issuer's address.
    #[error("the issuer of `{name}`: {wrong}")]
    Issuer {
        /// The provider.
        name: String,
        /// What is wrong.
        wrong: WrongUrl,
    },
    /// The client of HTTP.
    #[error("there is no way to speak TLS: {0}")]
    Tls(#[from] reqwest::Error),
}

/// Erfa towards all its providers. Cheap to clone.
#[derive(Clone)]
pub struct RelyingParty(Arc<Inner>);

struct Inner {
    providers: Vec<Provider>,
    origin: String,
    ids: Arc<dyn Ids>,
}

impl RelyingParty {
    /// Speaks with nobody yet: a provider is first asked when somebody wants to sign in there.
    pub fn new(options: Options) -> Result<Self, SetupError> {
        crypto::install();
        let Options { providers, origin, clock, ids } = options;
        let mut seen = BTreeSet::new();
        for settings in &providers {
            let wrong = |wrong| SetupError::Issuer { name: settings.name.clone(), wrong };
            trusted_url(&settings.issuer, true).map_err(wrong)?;
            for unique in [&settings.name, &settings.issuer] {
                if !seen.insert(unique.clone()) {
                    return Err(SetupError::Twice(unique.clone()));
                }
            }
        }
        let client = Arc::new(fetch::client()?);
        let providers = providers.into_iter().map(|it| Provider::new(it, client.clone(), clock.clone())).collect();
        Ok(Self(Arc::new(Inner { providers, origin, ids })))
    }

    /// The providers, in the order of the settings.
    pub fn providers(&self) -> &[Provider] {
        &self.0.providers
    }

    /// The provider of this name.
    pub fn provider(&self, name: &str) -> Option<&Provider> {
        self.0.providers.iter().find(|provider| provider.settings().name == name)
    }

    /// The provider with this issuer identifier.
    pub fn issuer(&self, issuer: &str) -> Option<&Provider> {
        self.0.providers.iter().find(|provider| provider.settings().issuer == issuer)
    }

    /// Where a provider sends browsers back to: an address for each, so that none can be taken for another.
    pub fn redirect_uri(&self, provider: &Provider) -> String {
        format!("{}/sign-in/openid/{}/answer", self.0.origin, provider.settings().name)
    }

    /// Begins a sign-in: where the browser goes, and what is kept for it.
    pub async fn begin(&self, provider: &Provider, demand: Demand) -> Result<Begun, Error> {
        authorization::begin(provider, &self.redirect_uri(provider), demand).await
    }

    /// Finishes a sign-in with what the browser brought back to the address of this provider.
    pub async fn finish(&self, provider: &Provider, pending: &Pending, answer: &Answer) -> Result<Account, Error> {
        callback::finish(provider, &self.redirect_uri(provider), &*self.0.ids, pending, answer).await
    }

    /// What the provider says that it has ended.
    pub async fn logout_token(&self, provider: &Provider, token: &str) -> Result<LogoutToken, Error> {
        logout::verify(provider, token).await
    }

    /// Where a browser goes to sign out at the provider too, if that can be done there.
    pub async fn end_session_url(&self, provider: &Provider, back_to: &str) -> Result<Option<String>, Error> {
        logout::end_session_url(provider, back_to).await
    }

    /// The public parts of the keys with which Erfa proves who it is, for the providers: a JSON Web Key Set.
    pub fn keys(&self) -> Value {
        let auths = self.0.providers.iter().map(|provider| &provider.settings().client_auth);
        let mut keys: Vec<_> = auths.filter_map(ClientAuth::key).map(|key| key.public().clone()).collect();
        keys.sort_by_key(ToString::to_string);
        keys.dedup();
        json!({ "keys": keys })
    }
}
