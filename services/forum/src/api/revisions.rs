//! `/posts/{id}/revisions`: what a post said before.

use access::ApiReading;
use axum::{Json, response::IntoResponse};
use contracts::forum::Markdown;
use serde::Serialize;
use service_kit::{ApiPath, ApiQuery, Page, Paging, Problem, ProblemDocument};
use types::{PostId, Timestamp};
use utoipa::ToSchema;

use super::written::read_at;
use crate::{commands::Error, readable, views::posts};

/// What a post said, from one moment on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PostRevision)]
pub(super) struct RevisionDto {
    /// 0 is what it said first.
    revision: usize,
    /// In Markdown.
    body: Markdown,
    /// From when on it said so.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

/// List what a post said
///
/// From its first text to its present one. Nothing, once it is withdrawn.
#[utoipa::path(
    get, path = "/posts/{id}/revisions", tag = "posts",
    params(("id" = PostId, Path, description = "The post"), Paging, super::AtLeast),
    responses((status = 200, description = "A page of texts", body = Page<RevisionDto>),
        (status = "4XX", description = "Why not", body = ProblemDocument)),
)]
pub(super) async fn list(
    ApiReading(reading): ApiReading,
    ApiPath(id): ApiPath<PostId>,
    ApiQuery(paging): ApiQuery<Paging>,
) -> Result<impl IntoResponse, Problem> {
    let (post, ..) = readable::post(&reading, id)?;
    let rows = posts::revisions(&reading.snapshot, &post.row).map_err(Error::from)?;
    let all = rows.into_iter().enumerate();
    let page = paging.cut(all).map(|(revision, row)| RevisionDto { revision, body: row.body, at: row.at });
    Ok((read_at(reading.cursor()), Json(page)))
}
