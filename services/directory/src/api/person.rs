//! `/people/{id}`: one person.

use access::ApiReading;
use axum::{Json, response::IntoResponse};
use service_kit::{ApiPath, Problem, ProblemDocument};
use types::PersonId;

use super::{
    answers::{not_found, read_at, unreadable},
    people::PersonDto,
};
use crate::views::people;

/// Read a person
///
/// Somebody who takes part. Those who are only invited, or have left, are not found.
#[utoipa::path(
    get, path = "/people/{id}", tag = "people",
    params(("id" = PersonId, Path, description = "The person"),
        ("at-least" = Option<String>, Query, description = "The cursor of what is to be seen")),
    responses((status = 200, description = "The person", body = PersonDto),
        (status = 404, description = "There is none", body = ProblemDocument),
        (status = "4XX", description = "Why not", body = ProblemDocument)),
)]
pub(super) async fn read(
    ApiReading(reading): ApiReading,
    ApiPath(id): ApiPath<PersonId>,
) -> Result<impl IntoResponse, Problem> {
    let person = people::get(&reading.snapshot, id).map_err(unreadable)?;
    let person = person.filter(people::PersonRecord::takes_part).ok_or_else(not_found)?;
    Ok((read_at(&reading), Json(PersonDto::new(&person, &reading))))
}
