//! A template as an answer.

use axum::response::{Html as HtmlBody, IntoResponse, Response};
use http::StatusCode;

/// The page, with status 200.
pub fn page(template: &impl askama::Template) -> Response {
    page_with(StatusCode::OK, template)
}

/// The page with another status, as for a form that was refused (422).
pub fn page_with(status: StatusCode, template: &impl askama::Template) -> Response {
    match template.render() {
        Ok(html) => (status, HtmlBody(html)).into_response(),
        // Writing into a string fails only where a value's own `Display` does.
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
