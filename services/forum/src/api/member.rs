//! `/arenas/{id}/members/{person}`: one who is in an arena; leaving it, and removing somebody from it.

use access::{ApiReading, ApiWriting};
use axum::{
    Json,
    extract::{FromRequest as _, Request, State},
    response::IntoResponse,
};
use contracts::forum::Reason;
use http::header;
use serde::Deserialize;
use service_kit::{ApiJson, ApiPath, Problem, ProblemDocument, problems};
use types::{ArenaId, PersonId};
use utoipa::ToSchema;

use super::{
    members::MemberDto,
    written::{Written, read_at, sealed},
};
use crate::{
    App,
    commands::{Error, Key},
    readable,
};

/// Why somebody is removed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Removal {
    /// Why. The one who is removed may read it.
    reason: Reason,
}

/// Read a member of an arena
///
/// Somebody who is in it, or was invited.
#[utoipa::path(
    get, path = "/arenas/{id}/members/{person}", tag = "members",
    params(("id" = ArenaId, Path, description = "The arena"), ("person" = PersonId, Path, description = "Who"), super::AtLeast),
    responses((status = 200, description = "How they stand to the arena", body = MemberDto),
        (status = "4XX", description = "Why not", body = ProblemDocument)),
)]
pub(super) async fn read(
    ApiReading(reading): ApiReading,
    ApiPath((arena, person)): ApiPath<(ArenaId, PersonId)>,
) -> Result<impl IntoResponse, Problem> {
    readable::arena(&reading, arena)?;
    let member = match access::member(&reading.snapshot, arena, person).map_err(Error::from)? {
        Some(row) => MemberDto::new(&reading, &row)?,
        None => None,
    };
    let member = member.ok_or_else(|| Problem::new(&problems::NOT_FOUND).detail("nobody like that is in the arena"))?;
    Ok((read_at(reading.cursor()), Json(member)))
}

/// Leave an arena, or remove somebody
///
/// Without a body you leave. The secretariat removes others, and takes back invitations, with a reason.
#[utoipa::path(
    delete, path = "/arenas/{id}/members/{person}", tag = "members", request_body = Option<Removal>,
    params(("id" = ArenaId, Path, description = "The arena"), ("person" = PersonId, Path, description = "Who")),
    responses((status = 200, description = "They are no longer in it", body = Written),
        (status = "4XX", description = "Why not", body = ProblemDocument)),
)]
pub(super) async fn remove(
    State(app): State<App>,
    ApiWriting(reading): ApiWriting,
    ApiPath((arena, person)): ApiPath<(ArenaId, PersonId)>,
    request: Request,
) -> Result<impl IntoResponse, Problem> {
    let removal = match request.headers().contains_key(header::CONTENT_TYPE) {
        true => Some(ApiJson::<Removal>::from_request(request, &app).await?.0),
        false => None,
    };
    let done = match removal {
        None if reading.viewer.person() == Some(person) => app.commands.leave(&reading, &Key::Once, arena).await?,
        Some(Removal { reason }) => app.commands.remove(&reading, &Key::Once, arena, person, reason).await?,
        None => {
            readable::card(&reading, arena)?;
            let problem = Problem::new(&problems::VALIDATION);
            return Err(problem.field("/reason", "missing", "say why, when you remove somebody else"));
        }
    };
    Ok(Json(sealed(&reading, done.position)))
}
