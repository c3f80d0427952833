//! `/arenas`: those that you may know of; the secretariat opens new ones.

use access::{ApiReading, ApiWriting, Standing};
use axum::{Json, extract::State, response::IntoResponse};
use contracts::forum::{ArenaAccess, ArenaName, Purpose};
use serde::{Deserialize, Serialize};
use service_kit::{ApiJson, ApiQuery, IdempotencyKey, Page, Paging, Problem, ProblemDocument};
use types::{ArenaId, NeedArea, Timestamp};
use utoipa::ToSchema;

use super::written::{created, key, read_at};
use crate::{App, domain::arena::Description, readable, views::arenas::Arena};

/// An arena.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Arena)]
pub(super) struct ArenaDto {
    /// Its id.
    id: ArenaId,
    /// Its name.
    name: ArenaName,
    /// What it is for.
    purpose: Purpose,
    /// The need areas that it is about.
    need_areas: Vec<NeedArea>,
    /// Who may come in.
    access: ArenaAccess,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    opened_at: Timestamp,
    /// How many times its description was changed: its ETag.
    revision: u32,
    /// How you stand to it.
    you: StandingDto,
    /// How much is in it, for those who may read there.
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<CountsDto>,
}

/// How you stand to an arena.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ArenaStanding)]
pub(super) struct StandingDto {
    /// Whether you are a member.
    member: bool,
    /// Whether you were invited.
    invited: bool,
    /// Whether you may read what is in it.
    reads: bool,
    /// Whether you may write in it.
    writes: bool,
}

/// How much is in an arena.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ArenaCounts)]
pub(super) struct CountsDto {
    /// Its members.
    members: u64,
    /// Its threads.
    threads: u32,
    /// The posts in its threads.
    posts: u32,
    /// When somebody last posted in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    latest_at: Option<Timestamp>,
}

/// An arena that is to be opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct NewArena {
    /// Its name.
    #[schema(example = "Från projekt till linje")]
    name: ArenaName,
    /// What it is for.
    #[schema(example = "Vi jämför hur vi utvecklar i linjen.")]
    purpose: Purpose,
    /// The need areas that it is about.
    #[serde(default)]
    need_areas: Vec<NeedArea>,
    /// Who may come in.
    access: ArenaAccess,
}

/// That an arena was opened.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OpenedArena {
    /// Its id.
    id: ArenaId,
    /// Read with `at-least` this, and it is there.
    cursor: String,
}

impl ArenaDto {
    pub(super) fn new(arena: Arena, standing: &Standing) -> Self {
        let Arena { id, row, members, counts } = arena;
        let Standing { member, invited, reads, writes, .. } = *standing;
        let counts = reads.then_some(CountsDto {
            members,
            threads: counts.threads,
            posts: counts.posts,
            latest_at: counts.latest_at,
        });
        Self {
            id,
            name: row.name,
            purpose: row.purpose,
            need_areas: row.need_areas,
            access: row.access,
            opened_at: row.opened_at,
            revision: row.changes,
            you: StandingDto { member, invited, reads, writes },
            counts,
        }
    }
}

/// List the arenas
///
/// Those that you may know of, by name.
#[utoipa::path(
    get, path = "/arenas", tag = "arenas", params(Paging, super::AtLeast),
    responses((status = 200, description = "A page of arenas", body = Page<ArenaDto>),
        (status = "4XX", description = "Why not", body = ProblemDocument)),
)]
pub(super) async fn list(
    ApiReading(reading): ApiReading,
    ApiQuery(paging): ApiQuery<Paging>,
) -> Result<impl IntoResponse, Problem> {
    let mut cards = readable::cards(&reading)?;
    cards.sort_by_cached_key(|(arena, _)| (web::collation::key(arena.row.name.as_str()), arena.id));
    let page = paging.cut(cards).map(|(arena, standing)| ArenaDto::new(arena, &standing));
    Ok((read_at(reading.cursor()), Json(page)))
}

/// Open an arena
///
/// The secretariat does.
#[utoipa::path(
    post, path = "/arenas", tag = "arenas", request_body = NewArena,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body do it once")),
    responses((status = 201, description = "It is open; `Location` says where", body = OpenedArena),
        (status = "4XX", description = "Why not", body = ProblemDocument)),
)]
pub(super) async fn open(
    State(app): State<App>,
    ApiWriting(reading): ApiWriting,
    header: IdempotencyKey,
    ApiJson(new): ApiJson<NewArena>,
) -> Result<impl IntoResponse, Problem> {
    let NewArena { name, purpose, need_areas, access } = new;
    let description = Description { name, purpose, need_areas, access };
    let done = app.commands.open_arena(&reading, &key(header), description).await?;
    let (id, cursor) = (done.value, reading.cursor_at(done.position));
    Ok(created(format!("/api/forum/v1/arenas/{id}"), OpenedArena { id, cursor }))
}
