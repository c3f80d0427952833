//! `/posts/{id}`: one post; its author changes and withdraws it.

use access::{ApiReading, ApiWriting};
use axum::{Json, extract::State, response::IntoResponse};
use contracts::forum::Markdown;
use serde::Deserialize;
use service_kit::{ApiJson, ApiPath, IfMatch, Problem, ProblemDocument};
use types::PostId;
use utoipa::ToSchema;

use super::{
    arena::Changed,
    posts::PostDto,
    problems::post_changed,
    written::{Written, etag, read_at, require, sealed},
};
use crate::{App, commands::Key, readable};

/// What a post is to say from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PostChange {
    /// In Markdown.
    body: Markdown,
}

/// Read a post
#[utoipa::path(
    get, path = "/posts/{id}", tag = "posts", params(("id" = PostId, Path, description = "The post"), super::AtLeast),
    responses((status = 200, description = "The post, with its ETag", body = PostDto),
        (status = "4XX", description = "Why not", body = ProblemDocument)),
)]
pub(super) async fn read(
    ApiReading(reading): ApiReading,
    ApiPath(id): ApiPath<PostId>,
) -> Result<impl IntoResponse, Problem> {
    let (post, ..) = readable::post(&reading, id)?;
    let tag = etag(post.row.edit);
    Ok((tag, read_at(reading.cursor()), Json(PostDto::new(&reading, post)?)))
}

/// Change a post
///
/// Its author does. What it said before stays to be read.
#[utoipa::path(
    patch, path = "/posts/{id}", tag = "posts", request_body = PostChange,
    params(("id" = PostId, Path, description = "The post"),
        ("If-Match" = String, Header, description = "The ETag that you read")),
    responses((status = 200, description = "It is changed", body = Changed),
        (status = 412, description = "It was changed meanwhile: `currentRevision`", body = ProblemDocument),
        (status = "4XX", description = "Why not", body = ProblemDocument)),
)]
pub(super) async fn change(
    State(app): State<App>,
    ApiWriting(reading): ApiWriting,
    ApiPath(id): ApiPath<PostId>,
    if_match: IfMatch,
    ApiJson(PostChange { body }): ApiJson<PostChange>,
) -> Result<impl IntoResponse, Problem> {
    let (post, ..) = readable::post(&reading, id)?;
    require(&if_match, post.row.edit, post_changed)?;
    let done = app.commands.edit_post(&reading, &Key::Once, id, post.row.edit, body).await?;
    let cursor = reading.cursor_at(done.position);
    Ok((etag(done.value), Json(Changed { revision: done.value, cursor })))
}

/// Withdraw a post
///
/// Its author does. It is no longer shown; it stays on record.
#[utoipa::path(
    delete, path = "/posts/{id}", tag = "posts", params(("id" = PostId, Path, description = "The post")),
    responses((status = 200, description = "It is withdrawn", body = Written),
        (status = "4XX", description = "Why not", body = ProblemDocument)),
)]
pub(super) async fn withdraw(
    State(app): State<App>,
    ApiWriting(reading): ApiWriting,
    ApiPath(id): ApiPath<PostId>,
) -> Result<impl IntoResponse, Problem> {
    let done = app.commands.withdraw_post(&reading, &Key::Once, id).await?;
    Ok(Json(sealed(&reading, done.position)))
}
