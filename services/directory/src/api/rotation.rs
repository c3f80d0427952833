//! `/me/tokens/{id}/rotation`: giving one of one's tokens another secret.

use access::ApiWriting;
use axum::{Json, extract::State, response::IntoResponse};
use http::StatusCode;
use serde::Deserialize;
use service_kit::{ApiJson, ApiPath, IdempotencyKey, Problem, ProblemDocument};
use types::TokenId;
use utoipa::ToSchema;

use super::tokens::{IssuedDto, issuer};
use crate::app::App;

/// How a token is to live on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = TokenRotation)]
pub(super) struct RotationOrder {
    /// How many days it is to work from now on.
    #[schema(minimum = 1, maximum = 366)]
    days: u16,
}

/// Rotate a token
///
/// The secret before works for a day more, so that programs can be told. From a signed-in browser alone.
#[utoipa::path(
    post, path = "/me/tokens/{id}/rotation", tag = "me", request_body = RotationOrder,
    params(("id" = TokenId, Path, description = "The token"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key gives the same secret")),
    responses((status = 201, description = "It has another secret", body = IssuedDto),
        (status = 403, description = "A token was used to ask", body = ProblemDocument),
        (status = 404, description = "One has no such token", body = ProblemDocument),
        (status = "4XX", description = "Why not", body = ProblemDocument)),
)]
pub(super) async fn rotate(
    State(app): State<App>,
    ApiWriting(reading): ApiWriting,
    ApiPath(id): ApiPath<TokenId>,
    IdempotencyKey(key): IdempotencyKey,
    ApiJson(RotationOrder { days }): ApiJson<RotationOrder>,
) -> Result<impl IntoResponse, Problem> {
    let (person, by) = issuer(&app, &reading, key)?;
    let done = app.commands.rotate_token(&by, person, id, days).await?;
    Ok((StatusCode::CREATED, Json(IssuedDto::new(&reading, done))))
}
