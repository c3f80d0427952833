//! `/threads/{id}/closing`: closing a thread, and opening it again.

use access::{ApiWriting, Reading};
use axum::{Json, extract::State, response::IntoResponse};
use contracts::forum::Reason;
use serde::Deserialize;
use service_kit::{ApiJson, ApiPath, Problem, ProblemDocument};
use types::{Position, ThreadId};
use utoipa::ToSchema;

use super::written::{Written, sealed};
use crate::{App, commands::Key};

/// Why a thread is closed or opened again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Closing {
    /// Why, for everyone who reads the thread.
    #[schema(example = "Frågan är besvarad.")]
    reason: Reason,
}

/// Close a thread
///
/// The one who opened it does, and the secretariat. It takes no more posts.
#[utoipa::path(
    put, path = "/threads/{id}/closing", tag = "threads", request_body = Closing,
    params(("id" = ThreadId, Path, description = "The thread")),
    responses((status = 200, description = "It is closed", body = Written),
        (status = "4XX", description = "Why not", body = ProblemDocument)),
)]
pub(super) async fn close(
    State(app): State<App>,
    ApiWriting(reading): ApiWriting,
    ApiPath(thread): ApiPath<ThreadId>,
    ApiJson(Closing { reason }): ApiJson<Closing>,
) -> Result<impl IntoResponse, Problem> {
    let done = app.commands.close_thread(&reading, &Key::Once, thread, reason).await?;
    Ok(answer(&reading, done.position))
}

/// Open a closed thread again
///
/// The one who opened it does, and the secretariat.
#[utoipa::path(
    delete, path = "/threads/{id}/closing", tag = "threads", request_body = Closing,
    params(("id" = ThreadId, Path, description = "The thread")),
    responses((status = 200, description = "It is open", body = Written),
        (status = "4XX", description = "Why not", body = ProblemDocument)),
)]
pub(super) async fn reopen(
    State(app): State<App>,
    ApiWriting(reading): ApiWriting,
    ApiPath(thread): ApiPath<ThreadId>,
    ApiJson(Closing { reason }): ApiJson<Closing>,
) -> Result<impl IntoResponse, Problem> {
    let done = app.commands.reopen_thread(&reading, &Key::Once, thread, reason).await?;
    Ok(answer(&reading, done.position))
}

fn answer(reading: &Reading, position: Position) -> Json<Written> {
    Json(sealed(reading, position))
}
