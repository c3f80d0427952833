//! What happened and where to go, when a page can't be shown.

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use crate::{Frame, Texts, page::page_with};

/// A page that says what happened and where to go.
#[derive(Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    frame: Frame,
    t: Texts,
    status: u16,
    text: String,
}

impl ErrorPage {
    /// The page; the title is the frame's.
    pub fn new(frame: Frame, status: StatusCode, text: impl Into<String>) -> Self {
        Self { t: Texts::shared(frame.lang), frame, status: status.as_u16(), text: text.into() }
    }

    fn is_signed_out(&self) -> bool {
        self.frame.viewer.is_none()
    }
}

/// The answer for a page that can't be shown. An empty title and text are replaced by what the catalogue says of the status.
pub fn error_page(mut frame: Frame, status: StatusCode, title: &str, text: &str) -> Response {
    let t = Texts::shared(frame.lang);
    let family = match status {
        StatusCode::NOT_FOUND | StatusCode::GONE => "not-found",
        StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => "forbidden",
        StatusCode::TOO_MANY_REQUESTS => "too-many",
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => "unavailable",
        status if status.is_server_error() => "internal",
        _ => "refused",
    };
    frame.title = if title.is_empty() { t.of("error-title", family) } else { title.to_owned() };
    let text = if text.is_empty() { t.of("error-text", family) } else { text.to_owned() };
    frame.live = None;
    page_with(status, &ErrorPage::new(frame, status, text))
}
