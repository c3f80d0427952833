//! `/me/tokens/{id}`: revoking one of one's tokens.

use access::ApiWriting;
use axum::{Json, extract::State, response::IntoResponse};
use service_kit::{ApiPath, Problem, ProblemDocument};
use types::TokenId;

use super::answers::{Written, not_found};
use crate::{By, app::App};

/// Revoke a token
///
/// Revoking one again is no mistake. A token may revoke itself.
#[utoipa::path(
    delete, path = "/me/tokens/{id}", tag = "me",
    params(("id" = TokenId, Path, description = "The token")),
    responses((status = 200, description = "It is revoked", body = Written),
        (status = 404, description = "One has no such token", body = ProblemDocument),
        (status = "4XX", description = "Why not", body = ProblemDocument)),
)]
pub(super) async fn revoke(
    State(app): State<App>,
    ApiWriting(reading): ApiWriting,
    ApiPath(id): ApiPath<TokenId>,
) -> Result<impl IntoResponse, Problem> {
    let viewer = reading.viewer.participant().ok_or_else(not_found)?;
    let done = app.commands.revoke_token(&By::viewer(viewer), viewer.person, id).await?;
    Ok(Json(Written::at(&reading, done.position)))
}
