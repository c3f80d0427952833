//! `/arenas/{id}/threads`: what is talked about in an arena; opening a thread.

use access::{ApiReading, ApiWriting, Reading};
use axum::{Json, extract::State, response::IntoResponse};
use contracts::forum::{Markdown, Reason, ShownAs, ThreadKind, ThreadTitle};
use serde::{Deserialize, Serialize};
use service_kit::{ApiJson, ApiPath, ApiQuery, IdempotencyKey, Page, Paging, Problem, ProblemDocument};
use types::{ArenaId, PostId, ThreadId, Timestamp};
use utoipa::ToSchema;

use super::{
    authors::AuthorDto,
    written::{created, key, read_at},
};
use crate::{
    App,
    commands::{Error, NewThread},
    readable,
    views::{authors, threads, threads::Thread},
};

/// A thread.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Thread)]
pub(super) struct ThreadDto {
    /// Its id.
    id: ThreadId,
    /// The arena that it is in.
    arena: ArenaId,
    /// What it is for.
    kind: ThreadKind,
    /// Its title.
    title: ThreadTitle,
    /// Who opened it.
    #[serde(skip_serializing_if = "Option::is_none")]
    opened_by: Option<AuthorDto>,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    opened_at: Timestamp,
    /// How many posts it has, withdrawn ones included: the number of the last.
    posts: u32,
    /// When somebody last posted in it.
    #[schema(value_type = String, format = DateTime)]
    latest_at: Timestamp,
    /// That it is closed, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    closed: Option<ClosedDto>,
}

/// That a thread is closed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Closed)]
pub(super) struct ClosedDto {
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Why.
    reason: Reason,
    /// Whether the one who opened it closed it; else the secretariat did.
    by_opener: bool,
}

/// A thread that is to be opened, with its first post.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = NewThread)]
pub(super) struct NewThreadDto {
    /// What it is for.
    kind: ThreadKind,
    /// Its title.
    #[schema(example = "Hur mäter ni nyttan?")]
    title: ThreadTitle,
    /// What its first post says, in Markdown.
    #[schema(example = "Vi har börjat med *nyttokort*.")]
    body: Markdown,
    /// As what you appear.
    #[serde(default)]
    shown_as: ShownAs,
}

/// That a thread was opened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenedThread)]
pub(super) struct OpenedThreadDto {
    /// Its id.
    id: ThreadId,
    /// The id of its first post.
    post: PostId,
    /// Read with `at-least` this, and it is there.
    cursor: String,
}

impl ThreadDto {
    pub(super) fn new(reading: &Reading, thread: Thread) -> Result<Self, Error> {
        let Thread { id, row } = thread;
        let opened_by = match &row.opener {
            Some(opener) => Some(authors::shown(&reading.snapshot, &reading.viewer, (opener, row.opened_at))?.into()),
            None => None,
        };
        Ok(Self {
            id,
            arena: row.arena,
            kind: row.kind,
            title: row.title,
            opened_by,
            opened_at: row.opened_at,
            posts: row.posts,
            latest_at: row.latest_at,
            closed: row.closed.map(|c| ClosedDto { at: c.at, reason: c.reason, by_opener: c.by_opener }),
        })
    }
}

/// List the threads of an arena
///
/// Those with the latest activity first.
#[utoipa::path(
    get, path = "/arenas/{id}/threads", tag = "threads",
    params(("id" = ArenaId, Path, description = "The arena"), Paging, super::AtLeast),
    responses((status = 200, description = "A page of threads", body = Page<ThreadDto>),
        (status = "4XX", description = "Why not", body = ProblemDocument)),
)]
pub(super) async fn list(
    ApiReading(reading): ApiReading,
    ApiPath(id): ApiPath<ArenaId>,
    ApiQuery(paging): ApiQuery<Paging>,
) -> Result<impl IntoResponse, Problem> {
    let (arena, _) = readable::arena(&reading, id)?;
    let found = threads::of(&reading.snapshot, id, paging.offset(), paging.limit).map_err(Error::from)?;
    let items = found.into_iter().map(|thread| ThreadDto::new(&reading, thread)).collect::<Result<_, _>>()?;
    Ok((read_at(reading.cursor()), Json(paging.page_of::<ThreadDto>(items, arena.counts.threads as usize))))
}

/// Open a thread
///
/// With its first post.
#[utoipa::path(
    post, path = "/arenas/{id}/threads", tag = "threads", request_body = NewThreadDto,
    params(("id" = ArenaId, Path, description = "The arena"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body do it once")),
    responses((status = 201, description = "It is open; `Location` says where", body = OpenedThreadDto),
        (status = "4XX", description = "Why not", body = ProblemDocument)),
)]
pub(super) async fn open(
    State(app): State<App>,
    ApiWriting(reading): ApiWriting,
    ApiPath(arena): ApiPath<ArenaId>,
    header: IdempotencyKey,
    ApiJson(new): ApiJson<NewThreadDto>,
) -> Result<impl IntoResponse, Problem> {
    let NewThreadDto { kind, title, body, shown_as } = new;
    let new = NewThread { kind, title, body, shown_as };
    let done = app.commands.open_thread(&reading, &key(header), arena, new).await?;
    let (id, post) = (done.value.thread, done.value.post);
    let cursor = reading.cursor_at(done.position);
    Ok(created(format!("/api/forum/v1/threads/{id}"), OpenedThreadDto { id, post, cursor }))
}
