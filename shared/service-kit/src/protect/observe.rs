//! An id, a span and counters for each request.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use http::{HeaderName, HeaderValue, Method};
use tracing::Instrument as _;
use types::{Ids as _, SystemIds};
use uuid::Uuid;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names a request in the diagnostics and, as `X-Request-Id`, in its answer. Handlers find it among the extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId(pub Uuid);

/// **Invariant:** a request is told of by its route, never by its path or query: these may hold a sign-in link's secret.
pub(super) async fn observe(mut request: Request, next: Next) -> Response {
    let id = SystemIds.uuid();
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let method = method(request.method());
    request.extensions_mut().insert(RequestId(id));
    let span = tracing::info_span!("request", %id, method, route);
    let started = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let (elapsed, status) = (started.elapsed(), response.status());
    let milliseconds = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| {
        if status.is_server_error() {
            tracing::warn!(status = status.as_u16(), milliseconds, "answered");
        } else {
            tracing::debug!(status = status.as_u16(), milliseconds, "answered");
        }
    });
    let labels = [("method", method.to_owned()), ("route", route), ("status", status.as_str().to_owned())];
    metrics::counter!("erfa_http_requests_total", &labels).increment(1);
    metrics::histogram!("erfa_http_request_seconds", &labels[..2]).record(elapsed);
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(X_REQUEST_ID, value);
    }
    response
}

/// The methods that are counted by name: a sender could make up any number of others.
fn method(method: &Method) -> &'static str {
    const NAMED: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    NAMED.into_iter().find(|name| *name == method.as_str()).unwrap_or("other")
}
