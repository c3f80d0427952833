//! For the API.

use axum::extract::{FromRef, FromRequestParts};
use contracts::directory::Scope;
use http::{HeaderMap, request::Parts};
use serde::Deserialize;
use service_kit::{Access, Asker, Problem, problems};

use crate::{
    Credentials, Gate, Reading, count,
    counting::count_refused,
    not_foreign,
    problems::{BAD_CURSOR, BAD_FORM_TOKEN, INSUFFICIENT_SCOPE, NOT_JOINED},
    same_origin,
};

/// The header that says what a read is to see at least; in the query it is `at-least`.
const AT_LEAST_HEADER: &str = "erfa-at-least";
/// The header in which a page's script sends its form token.
const CSRF_HEADER: &str = "x-csrf-token";

/// Somebody who takes part reads: with an API token that has the scope for it, or from one of Erfa's own pages.
pub struct ApiReading(pub Reading);

/// Somebody who takes part writes: with an API token that has the scope for it, or from one of Erfa's own pages with
/// that page's form token in the header `X-Csrf-Token`.
pub struct ApiWriting(pub Reading);

impl<S: Send + Sync> FromRequestParts<S> for ApiReading
where
    Gate: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let gate = Gate::from_ref(state);
        let credentials = Credentials::of_api(&parts.headers, gate.secure());
        if credentials.is_cookie() {
            not_foreign(&parts.headers, gate.origin())?;
        }
        participant(&gate, &credentials, parts, Scope::Read).await.map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ApiWriting
where
    Gate: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let gate = Gate::from_ref(state);
        let credentials = Credentials::of_api(&parts.headers, gate.secure());
        if credentials.is_cookie() {
            same_origin(&parts.headers, gate.origin())?;
        }
        let reading = participant(&gate, &credentials, parts, Scope::Write).await?;
        if credentials.is_cookie() {
            check_csrf(&reading, &parts.headers)?;
        }
        Ok(Self(reading))
    }
}

async fn participant(gate: &Gate, credentials: &Credentials, parts: &Parts, scope: Scope) -> Result<Reading, Problem> {
    let (at_least, asker) = (at_least(parts)?, Asker::of(parts));
    let reading = gate.reading(credentials, at_least.as_deref()).await;
    let reading = reading.map_err(|refusal| count_refused(&asker, credentials, refusal))?;
    count(&asker, &reading.viewer, Access::of(&parts.method))?;
    let Some(viewer) = reading.viewer.signed_in() else {
        return Err(Problem::new(&problems::UNAUTHORIZED)
            .detail("send an API token as `Authorization: Bearer …`, or sign in with a browser"));
    };
    if !viewer.participates {
        return Err(Problem::new(&NOT_JOINED).detail("take your invitation first, by signing in with a browser"));
    }
    if !reading.allows(scope) {
        return Err(Problem::new(&INSUFFICIENT_SCOPE)
            .detail(format!("the token was issued without the scope `{}`", scope.as_str())));
    }
    Ok(reading)
}

fn check_csrf(reading: &Reading, headers: &HeaderMap) -> Result<(), Problem> {
    let given = headers.get(CSRF_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if reading.is_form_token(given) {
        return Ok(());
    }
    Err(Problem::new(&BAD_FORM_TOKEN)
        .detail("send the form token of a page that this browser has loaded in the header `X-Csrf-Token`"))
}

/// From the query, else from the header.
fn at_least(parts: &Parts) -> Result<Option<String>, Problem> {
    #[derive(Deserialize)]
    struct Query {
        #[serde(rename = "at-least")]
        at_least: Option<String>,
    }
    let query = parts.uri.query().unwrap_or_default();
    let query: Query = serde_html_form::from_str(query)
        .map_err(|_| Problem::new(&BAD_CURSOR).detail("give the parameter `at-least` once, or leave it out"))?;
    let header = || parts.headers.get(AT_LEAST_HEADER).map(|value| value.to_str().unwrap_or_default().to_owned());
    Ok(query.at_least.or_else(header))
}
