//! What stands around every router: headers, an id for each request, problems in words, and limits.

mod count;
mod headers;
mod kept;
mod observe;
mod render;

use std::time::Duration;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse as _, Response},
};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;

use crate::{Config, Problem, problems};

pub use headers::CONTENT_SECURITY_POLICY;
pub(crate) use headers::SWAGGER_CONTENT_SECURITY_POLICY;
pub use kept::SentForm;
pub use observe::RequestId;
pub use render::ProblemPages;

/// After how long a request that took too long is worth another try.
const TIMEOUT_RETRY_SECONDS: u64 = 5;

/// Puts around `router`, from the outside inwards: the security headers; an id, a span and counters for each request;
/// problems in the language of the request; the client's address and the limits on how often it may ask; a panic as a
/// problem; the time limit; the body limit.
///
/// Whatever happens inside, the answer has the headers, and under `/api/` every refusal is problem+json, also the
/// router's own (404, 405).
pub fn protect(router: Router, config: &Config) -> Router {
    layered(router, config, None)
}

/// Like [`protect`], but a browser gets a page for a refusal outside `/api/`: the one that `pages` makes.
pub fn protect_with_pages(router: Router, config: &Config, pages: ProblemPages) -> Router {
    layered(router, config, Some(pages))
}

fn layered(router: Router, config: &Config, pages: Option<ProblemPages>) -> Router {
    router.layer(
        ServiceBuilder::new()
            .layer(from_fn_with_state(config.origin.is_secure(), headers::set))
            .layer(from_fn(observe::observe))
            .layer(from_fn_with_state(render::Renderer::new(pages, config), render::render))
            .layer(from_fn_with_state(count::Counter::new(config), count::count))
            .layer(CatchPanicLayer::custom(panicked))
            .layer(from_fn_with_state(config.limits.request_max, limit_time))
            .layer(DefaultBodyLimit::max(config.limits.body_bytes_max)),
    )
}

fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    // What it says may hold what somebody wrote; the panic hook has told where it was.
    tracing::error!("a handler panicked");
    Problem::new(&problems::INTERNAL).into_response()
}

async fn limit_time(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(&problems::TIMEOUT).retry_after(TIMEOUT_RETRY_SECONDS).into_response(),
    }
}

#[cfg(test)]
mod tests;
