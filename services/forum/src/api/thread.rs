//! `/threads/{id}`: one thread, without its posts.

use access::ApiReading;
use axum::{Json, response::IntoResponse};
use service_kit::{ApiPath, Problem, ProblemDocument};
use types::ThreadId;

use super::{threads::ThreadDto, written::read_at};
use crate::readable;

/// Read a thread
#[utoipa::path(
    get, path = "/threads/{id}", tag = "threads", params(("id" = ThreadId, Path, description = "The thread"), super::AtLeast),
    responses((status = 200, description = "The thread, without its posts", body = ThreadDto),
        (status = "4XX", description = "Why not", body = ProblemDocument)),
)]
pub(super) async fn read(
    ApiReading(reading): ApiReading,
    ApiPath(id): ApiPath<ThreadId>,
) -> Result<impl IntoResponse, Problem> {
    let (thread, _) = readable::thread(&reading, id)?;
    Ok((read_at(reading.cursor()), Json(ThreadDto::new(&reading, thread)?)))
}
