//! `/me/tokens`: one's API tokens.

use access::{ApiReading, ApiWriting, Reading};
use axum::{Json, extract::State, response::IntoResponse};
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use service_kit::{ApiJson, ApiQuery, IdempotencyKey, Page, Paging, Problem, ProblemDocument};
use types::{AgencyId, ArenaId, Line, PersonId, Timestamp, TokenId};
use utoipa::ToSchema;

use super::answers::{ScopeName, Written, at_browser, not_found, read_at, unreadable};
use crate::{
    By,
    app::App,
    commands::{Done, IssuedToken, NewToken},
    pages::openid::step_up::assured_api,
    views::tokens,
};

/// A token.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Token)]
pub(super) struct TokenDto {
    /// Its id.
    id: TokenId,
    /// What its person calls it.
    label: String,
    /// What it may be used for.
    scopes: Vec<ScopeName>,
    /// When it was issued.
    #[schema(value_type = String, format = DateTime)]
    issued_at: Timestamp,
    /// When it no longer works.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// When it was revoked.
    #[schema(value_type = Option<String>, format = DateTime)]
    revoked_at: Option<Timestamp>,
    /// When it last got another secret.
    #[schema(value_type = Option<String>, format = DateTime)]
    rotated_at: Option<Timestamp>,
    /// When it was last used, as far as is noted: once a day.
    #[schema(value_type = Option<String>, format = DateTime)]
    used_at: Option<Timestamp>,
    /// The agency whose program it is for; none if it is for its person.
    agency: Option<AgencyId>,
    /// The arenas that it is for; none if it is for all that its person may read.
    arenas: Option<Vec<ArenaId>>,
}

/// A token to be issued.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = NewToken)]
pub(super) struct TokenOrder {
    /// What to call it.
    label: Line<80>,
    /// What it is to be used for.
    #[schema(min_items = 1)]
    scopes: Vec<ScopeName>,
    /// How many days it is to work.
    #[schema(minimum = 1, maximum = 366)]
    days: u16,
    /// The agency whose program it is for, of which one has to be an integrator; left out, it is for oneself.
    agency: Option<AgencyId>,
    /// The arenas that it is for; left out, it is for all that its person may read.
    #[schema(min_items = 1, max_items = 100)]
    arenas: Option<Vec<ArenaId>>,
}

/// A token that was issued.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = IssuedToken)]
pub(super) struct IssuedDto {
    /// Its id.
    id: TokenId,
    /// The token itself. It is shown this once; missing if it was shown before and can't be shown again.
    token: Option<String>,
    /// When it no longer works.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    #[serde(flatten)]
    written: Written,
}

impl IssuedDto {
    pub(super) fn new(reading: &Reading, done: Done<IssuedToken>) -> Self {
        let IssuedToken { id, token, expires_at } = done.value;
        Self { id, token, expires_at, written: Written::at(reading, done.position) }
    }
}

/// Whoever makes a secret that works elsewhere: at a browser, and as well vouched for as that demands.
pub(super) fn issuer(app: &App, reading: &Reading, key: Option<String>) -> Result<(PersonId, By), Problem> {
    let viewer = reading.viewer.participant().ok_or_else(not_found)?;
    at_browser(reading)?;
    assured_api(app, reading)?;
    let by = By::viewer(viewer);
    let by = match key {
        Some(key) => by.once_by_key(&key),
        None => by,
    };
    Ok((viewer.person, by))
}

/// List one's tokens
#[utoipa::path(
    get, path = "/me/tokens", tag = "me",
    params(Paging, ("at-least" = Option<String>, Query, description = "The cursor of what is to be seen")),
    responses((status = 200, description = "The tokens, the newest first", body = Page<TokenDto>),
        (status = "4XX", description = "Why not", body = ProblemDocument)),
)]
pub(super) async fn list(
    ApiReading(reading): ApiReading,
    ApiQuery(paging): ApiQuery<Paging>,
) -> Result<impl IntoResponse, Problem> {
    let person = reading.viewer.person().ok_or_else(not_found)?;
    let newest = tokens::newest(&reading.snapshot, person).map_err(unreadable)?;
    let page = paging.cut(newest).map(|token| TokenDto {
        id: token.id,
        label: token.label.to_string(),
        scopes: token.scopes.into_iter().map(ScopeName::from).collect(),
        issued_at: token.issued_at,
        expires_at: token.expires_at,
        revoked_at: token.revoked_at,
        rotated_at: token.rotated_at,
        used_at: token.used_at,
        agency: token.integration,
        arenas: token.arenas,
    });
    Ok((read_at(&reading), Json(page)))
}

/// Issue a token
///
/// From a signed-in browser alone: a token issues no tokens, so that one that leaked does not live on in another.
#[utoipa::path(
    post, path = "/me/tokens", tag = "me", request_body = TokenOrder,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key gives the same token")),
    responses((status = 201, description = "It is issued", body = IssuedDto),
        (status = 403, description = "A token was used to ask", body = ProblemDocument),
        (status = "4XX", description = "Why not", body = ProblemDocument)),
)]
pub(super) async fn issue(
    State(app): State<App>,
    ApiWriting(reading): ApiWriting,
    IdempotencyKey(key): IdempotencyKey,
    ApiJson(order): ApiJson<TokenOrder>,
) -> Result<impl IntoResponse, Problem> {
    let (person, by) = issuer(&app, &reading, key)?;
    let TokenOrder { label, scopes, days, agency, arenas } = order;
    let scopes = scopes.into_iter().map(Into::into).collect();
    let wanted = NewToken { label, scopes, days, integration: agency, arenas };
    let done = app.commands.issue_token(&by, person, wanted).await?;
    let location = format!("/api/directory/v1/me/tokens/{}", done.value.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(IssuedDto::new(&reading, done))))
}
