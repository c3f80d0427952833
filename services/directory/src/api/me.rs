//! `/me`: whoever asks.

use access::ApiReading;
use axum::{Json, response::IntoResponse};
use serde::Serialize;
use service_kit::{Problem, ProblemDocument};
use types::{AgencyId, Timestamp};
use utoipa::ToSchema;

use super::{
    answers::{not_found, read_at, unreadable},
    people::PersonDto,
};
use crate::views::people;

/// Oneself.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Me)]
pub(super) struct MeDto {
    /// As others see one.
    #[serde(flatten)]
    person: PersonDto,
    /// The agency that one acts for.
    agency: AgencyId,
    /// Where one's sign-in links go.
    email: Option<String>,
    /// When one was invited.
    #[schema(value_type = String, format = DateTime)]
    invited_at: Timestamp,
    /// When one joined.
    #[schema(value_type = Option<String>, format = DateTime)]
    joined_at: Option<Timestamp>,
}

/// Read oneself
#[utoipa::path(
    get, path = "/me", tag = "me",
    params(("at-least" = Option<String>, Query, description = "The cursor of what is to be seen")),
    responses((status = 200, description = "Whoever asks, and what is kept about them", body = MeDto),
        (status = "4XX", description = "Why not", body = ProblemDocument)),
)]
pub(super) async fn read(ApiReading(reading): ApiReading) -> Result<impl IntoResponse, Problem> {
    let viewer = reading.viewer.participant().ok_or_else(not_found)?;
    let person = people::get(&reading.snapshot, viewer.person).map_err(unreadable)?.ok_or_else(not_found)?;
    let me = MeDto {
        agency: viewer.agency,
        email: person.email.as_ref().map(ToString::to_string),
        invited_at: person.invited_at,
        joined_at: person.joined_at,
        person: PersonDto::new(&person, &reading),
    };
    Ok((read_at(&reading), Json(me)))
}
