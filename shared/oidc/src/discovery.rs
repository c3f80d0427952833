//! What a provider says of itself (OpenID Connect Discovery 1.0).

use reqwest::Client;
use serde::Deserialize;

use crate::{Error, Settings, fetch, trusted_url};

/// The parts of a provider's metadata that are used.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Metadata {
    issuer: String,
    pub(crate) authorization_endpoint: String,
    pub(crate) token_endpoint: String,
    pub(crate) jwks_uri: String,
    pub(crate) userinfo_endpoint: Option<String>,
    pub(crate) end_session_endpoint: Option<String>,
    /// RFC 9207: its answers name it.
    #[serde(default)]
    pub(crate) authorization_response_iss_parameter_supported: bool,
    #[serde(default)]
    code_challenge_methods_supported: Option<Vec<String>>,
}

/// Asks the provider for what it says of itself, and believes it if it is the one that was asked.
pub(crate) async fn discover(client: &Client, settings: &Settings) -> Result<Metadata, Error> {
    let url = format!("{}/.well-known/openid-configuration", settings.issuer.trim_end_matches('/'));
    let metadata: Metadata = fetch::get(client, &url, "its description").await?;
    metadata.check(settings)?;
    Ok(metadata)
}

impl Metadata {
    fn check(&self, settings: &Settings) -> Result<(), Error> {
        if self.issuer != settings.issuer {
            return Err(Error::Provider("it says that it is another issuer than the one that was asked".to_owned()));
        }
        let endpoints = [&self.authorization_endpoint, &self.token_endpoint, &self.jwks_uri].into_iter();
        for endpoint in endpoints.chain(&self.userinfo_endpoint).chain(&self.end_session_endpoint) {
            trusted_url(endpoint, false).map_err(|wrong| Error::Provider(format!("one of its addresses: {wrong}")))?;
        }
        let methods = self.code_challenge_methods_supported.as_deref();
        if methods.is_some_and(|methods| !methods.iter().any(|method| method == "S256")) {
            return Err(Error::Provider("it does not take PKCE by S256".to_owned()));
        }
        Ok(())
    }
}
