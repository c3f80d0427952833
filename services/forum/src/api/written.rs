//! What every write answers with, and how it is known when it comes again.

use access::Reading;
use axum::{Json, response::IntoResponse};
use http::{HeaderName, StatusCode, header};
use serde::Serialize;
use service_kit::{Etag, IdempotencyKey, IfMatch, Problem};
use types::{Position, Revision};
use utoipa::ToSchema;

use crate::commands::Key;

/// That something was done which has no answer of its own.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Written {
    /// Read with `at-least` this, and what was done is there.
    pub(super) cursor: String,
}

/// The key of a command, from the header.
pub(super) fn key(header: IdempotencyKey) -> Key {
    header.0.map_or(Key::Once, |key| Key::Chosen(format!("api {key}")))
}

/// `201`, with where the new thing is.
pub(super) fn created(location: String, body: impl Serialize) -> impl IntoResponse {
    (StatusCode::CREATED, [(header::LOCATION, location)], Json(body))
}

/// The tag of something that was changed so many times.
pub(super) fn etag(changes: u32) -> Etag {
    Etag::revision(Revision::new(changes.into()))
}

/// Refuses with 428 when `If-Match` is missing, and as `changed` says when another version was read.
pub(super) fn require(if_match: &IfMatch, current: u32, changed: impl FnOnce(u32) -> Problem) -> Result<(), Problem> {
    match if_match.require(&etag(current)) {
        Err(problem) if problem.status() == StatusCode::PRECONDITION_FAILED => Err(changed(current)),
        other => other,
    }
}

/// Where a read stands: the cursor of the snapshot that it was answered from, for `at-least` and for the socket.
pub(super) fn read_at(cursor: String) -> [(HeaderName, String); 1] {
    [(HeaderName::from_static("erfa-cursor"), cursor)]
}

/// What was done, by where it stands: never as a number.
pub(super) fn sealed(reading: &Reading, position: Position) -> Written {
    Written { cursor: reading.cursor_at(position) }
}
