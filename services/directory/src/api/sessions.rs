//! `/me/sessions`: where one is signed in.

use access::ApiReading;
use axum::{Json, response::IntoResponse};
use serde::Serialize;
use service_kit::{ApiQuery, Page, Paging, Problem, ProblemDocument};
use types::{SessionId, Timestamp};
use utoipa::ToSchema;

use super::answers::{not_found, read_at, unreadable};
use crate::views::{people, sessions};

/// A session that goes on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Session)]
pub(super) struct SessionDto {
    /// Its id.
    id: SessionId,
    /// When it began.
    #[schema(value_type = Option<String>, format = DateTime)]
    began_at: Option<Timestamp>,
    /// When it will be over, if it is not ended before.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Whether it is the one that this was asked with.
    current: bool,
}

/// List one's sessions
#[utoipa::path(
    get, path = "/me/sessions", tag = "me",
    params(Paging, ("at-least" = Option<String>, Query, description = "The cursor of what is to be seen")),
    responses((status = 200, description = "The sessions that go on, the newest first", body = Page<SessionDto>),
        (status = "4XX", description = "Why not", body = ProblemDocument)),
)]
pub(super) async fn list(
    ApiReading(reading): ApiReading,
    ApiQuery(paging): ApiQuery<Paging>,
) -> Result<impl IntoResponse, Problem> {
    let person = reading.viewer.person().ok_or_else(not_found)?;
    let person = people::get(&reading.snapshot, person).map_err(unreadable)?.ok_or_else(not_found)?;
    let open = sessions::open(&reading.snapshot, &person, reading.now()).map_err(unreadable)?;
    let page = paging.cut(open).map(|session| SessionDto {
        id: session.id,
        began_at: session.began_at,
        expires_at: session.expires_at,
        current: reading.viewer.session() == Some(session.id),
    });
    Ok((read_at(&reading), Json(page)))
}
