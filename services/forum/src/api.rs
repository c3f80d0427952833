//! The JSON API under `/api/forum/v1`: one path a file, its handlers below each other.

mod arena;
mod arenas;
mod authors;
mod closing;
mod member;
mod members;
mod post;
mod posts;
mod problems;
mod revisions;
mod thread;
mod threads;
mod written;

use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::App;

/// What every read takes; `access::ApiReading` sees to it.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it is only described")]
struct AtLeast {
    /// A cursor that a write answered with: the answer waits, for a short while, until what was written is in it.
    #[param(rename = "at-least")]
    at_least: Option<String>,
}

/// Every path of the API.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(arenas::list, arenas::open))
        .routes(routes!(arena::read, arena::change))
        .routes(routes!(members::list, members::add))
        .routes(routes!(member::read, member::remove))
        .routes(routes!(threads::list, threads::open))
        .routes(routes!(thread::read))
        .routes(routes!(posts::list, posts::add))
        .routes(routes!(closing::close, closing::reopen))
        .routes(routes!(post::read, post::change, post::withdraw))
        .routes(routes!(revisions::list))
}
