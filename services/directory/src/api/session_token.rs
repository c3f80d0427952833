//! `/me/session/token`: the session in a form that other processes recognise.

use access::ApiWriting;
use axum::{Json, extract::State, response::IntoResponse};
use http::StatusCode;
use serde::Serialize;
use service_kit::{Problem, ProblemDocument, problems};
use types::Timestamp;
use utoipa::ToSchema;

use crate::app::App;

/// A token of the session.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SessionToken)]
pub(super) struct SessionTokenDto {
    /// The token, to be sent as `Authorization: Bearer …`: a compact JSON Web Signature with `EdDSA`.
    token: String,
    /// When it no longer works: after five minutes.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// Make a session token
///
/// For a few minutes it stands for the session wherever the session's cookie is not sent. It ends with the session.
/// From a signed-in browser alone: no token makes another.
#[utoipa::path(
    post, path = "/me/session/token", tag = "me",
    responses((status = 201, description = "It is made", body = SessionTokenDto),
        (status = 403, description = "A token was used to ask", body = ProblemDocument),
        (status = 503, description = "This process recognises session tokens, and can't make any", body = ProblemDocument),
        (status = "4XX", description = "Why not", body = ProblemDocument)),
)]
pub(super) async fn make(
    State(app): State<App>,
    ApiWriting(reading): ApiWriting,
) -> Result<impl IntoResponse, Problem> {
    super::answers::at_browser(&reading)?;
    let made = app.gate.session_token(&reading.viewer).ok_or_else(|| {
        Problem::new(&problems::UNAVAILABLE).detail("this process has no private key in `keys/session-token.key`")
    })?;
    Ok((StatusCode::CREATED, Json(SessionTokenDto { token: made.text, expires_at: made.expires_at })))
}
