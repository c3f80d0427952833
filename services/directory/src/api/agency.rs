//! `/agencies/{id}`: one agency.

use access::ApiReading;
use axum::{Json, response::IntoResponse};
use service_kit::{ApiPath, Etag, IfNoneMatch, Problem, ProblemDocument};
use types::AgencyId;

use super::{
    agencies::AgencyDto,
    answers::{not_found, read_at, unreadable},
};
use crate::views::agencies;

/// Read an agency
#[utoipa::path(
    get, path = "/agencies/{id}", tag = "agencies",
    params(("id" = AgencyId, Path, description = "The agency"),
        ("at-least" = Option<String>, Query, description = "The cursor of what is to be seen")),
    responses((status = 200, description = "The agency, with its ETag", body = AgencyDto),
        (status = 304, description = "It is as in `If-None-Match`"),
        (status = 404, description = "There is none", body = ProblemDocument),
        (status = "4XX", description = "Why not", body = ProblemDocument)),
)]
pub(super) async fn read(
    ApiReading(reading): ApiReading,
    ApiPath(id): ApiPath<AgencyId>,
    condition: IfNoneMatch,
) -> Result<impl IntoResponse, Problem> {
    let record = agencies::get(&reading.snapshot, id).map_err(unreadable)?.ok_or_else(not_found)?;
    let tag = Etag::revision(record.revision);
    Ok(condition.respond(tag, || (read_at(&reading), Json(AgencyDto::from(record)))))
}
