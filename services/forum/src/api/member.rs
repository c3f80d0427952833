//! `/arenas/{id}/members/{person}`: leaving an arena, and removing somebody from it.

use access::ApiWriting;
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

use super::written::{Written, sealed};
use crate::{App, commands::Key};

/// Why somebody is removed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Removal {
    /// Why. The one who is removed may read it.
    reason: Reason,
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
            let problem = Problem::new(&problems::VALIDATION);
            return Err(problem.field("/reason", "missing", "say why, when you remove somebody else"));
        }
    };
    Ok(Json(sealed(&reading, done.position)))
}
