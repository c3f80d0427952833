//! `/arenas/{id}`: one arena; the secretariat changes it.

use access::{ApiReading, ApiWriting};
use axum::{Json, extract::State, response::IntoResponse};
use contracts::forum::{ArenaAccess, ArenaName, Purpose};
use serde::{Deserialize, Serialize};
use service_kit::{ApiJson, ApiPath, IfMatch, Problem, ProblemDocument};
use types::{ArenaId, NeedArea};
use utoipa::ToSchema;

use super::{
    arenas::ArenaDto,
    problems::arena_changed,
    written::{etag, read_at, require},
};
use crate::{App, commands::Key, domain::arena::Description, readable};

/// What is to be different. What is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct ArenaChange {
    /// Its name.
    #[serde(default)]
    name: Option<ArenaName>,
    /// What it is for.
    #[serde(default)]
    purpose: Option<Purpose>,
    /// The need areas that it is about.
    #[serde(default)]
    need_areas: Option<Vec<NeedArea>>,
    /// Who may come in.
    #[serde(default)]
    access: Option<ArenaAccess>,
}

/// That something was changed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Changed {
    /// How many times it has been changed now: its ETag.
    pub(super) revision: u32,
    /// Read with `at-least` this, and the change is there.
    pub(super) cursor: String,
}

/// Read an arena
#[utoipa::path(
    get, path = "/arenas/{id}", tag = "arenas", params(("id" = ArenaId, Path, description = "The arena"), super::AtLeast),
    responses((status = 200, description = "The arena, with its ETag", body = ArenaDto),
        (status = "4XX", description = "Why not", body = ProblemDocument)),
)]
pub(super) async fn read(
    ApiReading(reading): ApiReading,
    ApiPath(id): ApiPath<ArenaId>,
) -> Result<impl IntoResponse, Problem> {
    let (arena, standing) = readable::card(&reading, id)?;
    let tag = etag(arena.row.changes);
    Ok((tag, read_at(reading.cursor()), Json(ArenaDto::new(arena, &standing))))
}

/// Change an arena
///
/// The secretariat does.
#[utoipa::path(
    patch, path = "/arenas/{id}", tag = "arenas", request_body = ArenaChange,
    params(("id" = ArenaId, Path, description = "The arena"),
        ("If-Match" = String, Header, description = "The ETag that you read")),
    responses((status = 200, description = "It is changed", body = Changed),
        (status = 412, description = "Somebody else has changed it: `currentRevision`", body = ProblemDocument),
        (status = "4XX", description = "Why not", body = ProblemDocument)),
)]
pub(super) async fn change(
    State(app): State<App>,
    ApiWriting(reading): ApiWriting,
    ApiPath(id): ApiPath<ArenaId>,
    if_match: IfMatch,
    ApiJson(change): ApiJson<ArenaChange>,
) -> Result<impl IntoResponse, Problem> {
    let (arena, _) = readable::card(&reading, id)?;
    require(&if_match, arena.row.changes, arena_changed)?;
    let row = arena.row;
    let description = Description {
        name: change.name.unwrap_or(row.name),
        purpose: change.purpose.unwrap_or(row.purpose),
        need_areas: change.need_areas.unwrap_or(row.need_areas),
        access: change.access.unwrap_or(row.access),
    };
    let done = app.commands.change_arena(&reading, &Key::Once, id, row.changes, description).await?;
    let cursor = reading.cursor_at(done.position);
    Ok((etag(done.value), Json(Changed { revision: done.value, cursor })))
}
