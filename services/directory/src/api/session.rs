//! `/me/sessions/{id}`: ending one of one's sessions.

use access::ApiWriting;
use axum::{Json, extract::State, response::IntoResponse};
use contracts::directory::SessionEnd;
use service_kit::{ApiPath, Problem, ProblemDocument};
use types::SessionId;

use super::answers::{Written, not_found};
use crate::{By, app::App};

/// End a session
///
/// Ending one that is over already is no mistake.
#[utoipa::path(
    delete, path = "/me/sessions/{id}", tag = "me",
    params(("id" = SessionId, Path, description = "The session")),
    responses((status = 200, description = "It is ended", body = Written),
        (status = 404, description = "One has no such session", body = ProblemDocument),
        (status = "4XX", description = "Why not", body = ProblemDocument)),
)]
pub(super) async fn end(
    State(app): State<App>,
    ApiWriting(reading): ApiWriting,
    ApiPath(id): ApiPath<SessionId>,
) -> Result<impl IntoResponse, Problem> {
    let viewer = reading.viewer.participant().ok_or_else(not_found)?;
    let by = By::viewer(viewer);
    let done = app.commands.end_session(&by, viewer.person, id, SessionEnd::EndedByPerson).await?;
    Ok(Json(Written::at(&reading, done.position)))
}
