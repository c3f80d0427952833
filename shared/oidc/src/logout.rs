//! Signing out at the provider, and hearing of it from there (OpenID Connect Back-Channel Logout 1.0).

use reqwest::Url;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{Error, Provider, Refusal, id_token::is_subject, token};

/// What makes a token one of a logout.
const LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// How long an id of a token, or of a session, may be.
const ID_CHARS_MAX: usize = 255;
/// How long a logout token is remembered as used: no token is believed for longer after it was issued.
const REMEMBERED_SECONDS: i64 = 60 * 60;

/// What a provider has ended: a session of it, or all sessions of a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoutToken {
    /// The issuer that says so.
    pub issuer: String,
    /// Whose sessions.
    pub subject: Option<String>,
    /// Which session there.
    pub sid: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    sub: Option<String>,
    sid: Option<String>,
    jti: Option<String>,
    events: Option<Map<String, Value>>,
    nonce: Option<Value>,
}

/// Checks a logout token, and that it was not used before.
pub(crate) async fn verify(provider: &Provider, logout_token: &str) -> Result<LogoutToken, Error> {
    let Claims { sub, sid, jti, events, nonce } =
        token::verify(provider, logout_token, &["jwt", "logout+jwt"]).await?.claims;
    if nonce.is_some() {
        return Err(Refusal::LogoutNonce.into());
    }
    if !events.is_some_and(|events| events.get(LOGOUT_EVENT).is_some_and(Value::is_object)) {
        return Err(Refusal::LogoutEvent.into());
    }
    let is_id = |id: &String| !id.is_empty() && id.chars().count() <= ID_CHARS_MAX;
    if sub.as_deref().is_some_and(|sub| !is_subject(sub)) || !sid.as_ref().is_none_or(is_id) {
        return Err(Refusal::Subject.into());
    }
    if sub.is_none() && sid.is_none() {
        return Err(Refusal::LogoutOfNobody.into());
    }
    let jti = jti.filter(is_id).ok_or(Refusal::LogoutId)?;
    let now_s = provider.0.clock.now().as_second();
    if !provider.0.logouts.first_use(&jti, now_s.saturating_add(REMEMBERED_SECONDS), now_s) {
        return Err(Refusal::Replayed.into());
    }
    Ok(LogoutToken { issuer: provider.settings().issuer.clone(), subject: sub, sid })
}

/// Where a browser goes to sign out at the provider too, if that can be done there.
pub(crate) async fn end_session_url(provider: &Provider, back_to: &str) -> Result<Option<String>, Error> {
    let metadata = provider.metadata().await?;
    let Some(endpoint) = &metadata.end_session_endpoint else { return Ok(None) };
    let mut url =
        Url::parse(endpoint).map_err(|_| Error::Provider("its endpoint of logout is no address".to_owned()))?;
    url.query_pairs_mut()
        .append_pair("client_id", &provider.settings().client_id)
        .append_pair("post_logout_redirect_uri", back_to);
    Ok(Some(url.into()))
}
