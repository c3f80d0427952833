//! Taking a browser back from its provider.

use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value};
use types::Ids;

use crate::{
    Account, Error, Pending, Provider, Refusal, client_auth::authenticated, discovery::Metadata, fetch, id_token,
};

/// What the provider has the browser bring back, as it stands in the address.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Answer {
    /// The code that the tokens are fetched with.
    pub code: Option<String>,
    /// The state of the sign-in that it answers.
    pub state: Option<String>,
    /// Who answers (RFC 9207).
    pub iss: Option<String>,
    /// Why not.
    pub error: Option<String>,
}

#[derive(Deserialize)]
struct Tokens {
    access_token: String,
    token_type: String,
    id_token: Option<String>,
}

#[derive(Deserialize)]
struct TokenError {
    error: String,
}

pub(crate) async fn finish(
    provider: &Provider,
    redirect_uri: &str,
    ids: &dyn Ids,
    pending: &Pending,
    answer: &Answer,
) -> Result<Account, Error> {
    if pending.provider != provider.settings().name {
        return Err(Refusal::OtherProvider.into());
    }
    if !answer.state.as_deref().is_some_and(|state| pending.state.is(state)) {
        return Err(Refusal::State.into());
    }
    let metadata = provider.metadata().await?;
    check_issuer(provider, &metadata, answer.iss.as_deref())?;
    if let Some(error) = &answer.error {
        return Err(Error::Denied(error_code(error)));
    }
    let code = answer.code.as_deref().filter(|code| !code.is_empty()).ok_or(Refusal::NoCode)?;
    let tokens = fetch_tokens(provider, &metadata, redirect_uri, ids, (code, pending.verifier.expose())).await?;
    let id_token = tokens.id_token.ok_or_else(|| Error::Provider("it gave no ID token".to_owned()))?;
    let mut account = id_token::verify(provider, pending, &id_token, &tokens.access_token).await?;
    if provider.settings().userinfo {
        add_user_info(provider, &metadata, &tokens.access_token, &mut account).await?;
    }
    Ok(account)
}

/// RFC 9207: an answer that names another issuer, or none although the issuer always does, comes from somebody else.
fn check_issuer(provider: &Provider, metadata: &Metadata, given: Option<&str>) -> Result<(), Refusal> {
    match given {
        Some(issuer) if issuer == provider.settings().issuer => Ok(()),
        None if !metadata.authorization_response_iss_parameter_supported => Ok(()),
        _ => Err(Refusal::AnswerIssuer),
    }
}

/// An error's code as the standards have it; whatever else stands there is nothing to be repeated.
fn error_code(error: &str) -> String {
    let is_code = error.len() <= 64 && !error.is_empty() && error.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if is_code { error.to_owned() } else { "unknown_error".to_owned() }
}

async fn fetch_tokens(
    provider: &Provider,
    metadata: &Metadata,
    redirect_uri: &str,
    ids: &dyn Ids,
    (code, verifier): (&str, &str),
) -> Result<Tokens, Error> {
    let form = vec![
        ("grant_type", "authorization_code".to_owned()),
        ("code", code.to_owned()),
        ("redirect_uri", redirect_uri.to_owned()),
        ("code_verifier", verifier.to_owned()),
    ];
    let request = provider.0.client.post(&metadata.token_endpoint);
    let now_s = provider.0.clock.now().as_second();
    let request = authenticated(request, form, provider.settings(), metadata, (ids, now_s))?;
    let fetched = fetch::send(request, "its token endpoint").await?;
    if matches!(fetched.status, StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED)
        && let Some(TokenError { error }) = fetched.error()
    {
        return Err(Error::Denied(error_code(&error)));
    }
    let tokens: Tokens = fetched.json("its token endpoint")?;
    if !tokens.token_type.eq_ignore_ascii_case("bearer") {
        return Err(Error::Provider("its access token is of an unknown type".to_owned()));
    }
    Ok(tokens)
}

/// Adds what the user information says beside the ID token, if it is about the same account.
async fn add_user_info(
    provider: &Provider,
    metadata: &Metadata,
    access_token: &str,
    account: &mut Account,
) -> Result<(), Error> {
    let Some(url) = &metadata.userinfo_endpoint else {
        return Err(Error::Provider("it offers no user information".to_owned()));
    };
    let request = provider.0.client.get(url).bearer_auth(access_token);
    let claims: Map<String, Value> =
        fetch::send(request, "its user information").await?.json("its user information")?;
    if claims.get("sub").and_then(Value::as_str) != Some(&account.subject) {
        return Err(Refusal::UserInfoSubject.into());
    }
    for (name, value) in claims {
        account.claims.entry(name).or_insert(value);
    }
    Ok(())
}
