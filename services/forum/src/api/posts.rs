//! `/threads/{id}/posts`: what was said in a thread; saying something.

use access::{ApiReading, ApiWriting, Reading};
use axum::{Json, extract::State, response::IntoResponse};
use contracts::forum::{Markdown, ShownAs};
use serde::{Deserialize, Serialize};
use service_kit::{ApiJson, ApiPath, ApiQuery, IdempotencyKey, Page, Paging, Problem, ProblemDocument};
use types::{PostId, ThreadId, Timestamp};
use utoipa::ToSchema;

use super::{
    authors::AuthorDto,
    written::{created, key, read_at},
};
use crate::{
    App,
    commands::{Error, PostDraft},
    readable,
    views::{authors, posts, posts::Post},
};

/// A post.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Post)]
pub(super) struct PostDto {
    /// Its id.
    id: PostId,
    /// The thread that it is in.
    thread: ThreadId,
    /// Its number there, from 1.
    number: u32,
    /// Who wrote it. Left out once it is withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<AuthorDto>,
    /// The post that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_to: Option<AnsweredDto>,
    /// What it says, in Markdown. Left out once it is withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Markdown>,
    /// How many times it was changed: its ETag.
    revision: u32,
    /// When it was posted.
    #[schema(value_type = String, format = DateTime)]
    posted_at: Timestamp,
    /// When it was last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    edited_at: Option<Timestamp>,
    /// When it was withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    withdrawn_at: Option<Timestamp>,
}

/// A post that another one answers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AnsweredPost)]
pub(super) struct AnsweredDto {
    /// Its id.
    id: PostId,
    /// Its number in the thread.
    number: u32,
}

/// A post that is to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct NewPost {
    /// What it says, in Markdown.
    #[schema(example = "Vi gjorde så här …")]
    body: Markdown,
    /// The post that it answers.
    #[serde(default)]
    reply_to: Option<PostId>,
    /// As what you appear.
    #[serde(default)]
    shown_as: ShownAs,
}

/// That a post was added.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AddedPost)]
pub(super) struct AddedPostDto {
    /// Its id.
    id: PostId,
    /// Its number in the thread.
    number: u32,
    /// Read with `at-least` this, and it is there.
    cursor: String,
}

impl PostDto {
    pub(super) fn new(reading: &Reading, post: Post) -> Result<Self, Error> {
        let Post { thread, number, row } = post;
        let author = match row.withdrawn_at {
            None => Some(authors::shown(&reading.snapshot, &reading.viewer, &row)?.into()),
            Some(_) => None,
        };
        Ok(Self {
            id: row.id,
            thread,
            number,
            author,
            reply_to: row.reply_to.map(|answered| AnsweredDto { id: answered.post, number: answered.number }),
            body: row.body,
            revision: row.edit,
            posted_at: row.at,
            edited_at: row.edited_at,
            withdrawn_at: row.withdrawn_at,
        })
    }
}

/// List the posts of a thread
///
/// In their order, from number 1.
#[utoipa::path(
    get, path = "/threads/{id}/posts", tag = "posts",
    params(("id" = ThreadId, Path, description = "The thread"), Paging, super::AtLeast),
    responses((status = 200, description = "A page of posts", body = Page<PostDto>),
        (status = "4XX", description = "Why not", body = ProblemDocument)),
)]
pub(super) async fn list(
    ApiReading(reading): ApiReading,
    ApiPath(id): ApiPath<ThreadId>,
    ApiQuery(paging): ApiQuery<Paging>,
) -> Result<impl IntoResponse, Problem> {
    let (thread, _) = readable::thread(&reading, id)?;
    let first = u32::try_from(paging.offset() + 1).unwrap_or(u32::MAX);
    let found = posts::of(&reading.snapshot, id, first, paging.limit).map_err(Error::from)?;
    let items = found.into_iter().map(|post| PostDto::new(&reading, post)).collect::<Result<_, _>>()?;
    Ok((read_at(reading.cursor()), Json(paging.page_of::<PostDto>(items, thread.row.posts as usize))))
}

/// Post into a thread
#[utoipa::path(
    post, path = "/threads/{id}/posts", tag = "posts", request_body = NewPost,
    params(("id" = ThreadId, Path, description = "The thread"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body do it once")),
    responses((status = 201, description = "It is posted; `Location` says where", body = AddedPostDto),
        (status = 409, description = "The thread is closed", body = ProblemDocument),
        (status = "4XX", description = "Why not", body = ProblemDocument)),
)]
pub(super) async fn add(
    State(app): State<App>,
    ApiWriting(reading): ApiWriting,
    ApiPath(thread): ApiPath<ThreadId>,
    header: IdempotencyKey,
    ApiJson(new): ApiJson<NewPost>,
) -> Result<impl IntoResponse, Problem> {
    let NewPost { body, reply_to, shown_as } = new;
    let draft = PostDraft { reply_to, shown_as, body };
    let done = app.commands.add_post(&reading, &key(header), thread, draft).await?;
    let (id, number) = (done.value.post, done.value.number);
    let cursor = reading.cursor_at(done.position);
    Ok(created(format!("/api/forum/v1/posts/{id}"), AddedPostDto { id, number, cursor }))
}
