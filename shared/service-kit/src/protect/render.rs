//! Refusals in words: problem+json in the language of the request, or a page for a browser.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, StatusCode, header, request::Parts};

use super::kept::{self, SentForm};
use crate::{Config, Problem, problem::Language, problems};

/// Makes the page that a browser gets for a problem; it sees the request's head.
pub type ProblemPages = Arc<dyn Fn(&Parts, &Problem) -> Response + Send + Sync>;

/// How refusals are put into words.
#[derive(Clone)]
pub(super) struct Renderer {
    pages: Option<ProblemPages>,
    request_max: Duration,
}

impl Renderer {
    pub(super) fn new(pages: Option<ProblemPages>, config: &Config) -> Self {
        Self { pages, request_max: config.limits.request_max }
    }
}

pub(super) async fn render(State(renderer): State<Renderer>, request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let language = Language::preferred(request.headers());
    let path = request.uri().path().to_owned();
    let (head, mut body) = request.into_parts();
    let mut page =
        renderer.pages.filter(|_| !is_api && accepts_pages(&head.headers)).map(|pages| (pages, head.clone()));
    let mut refused = None;
    if let Some((_, of_page)) = page.as_mut().filter(|_| kept::is_kept(&head)) {
        match kept::keep(body, renderer.request_max).await {
            Ok(bytes) => {
                of_page.extensions.insert(SentForm(bytes.clone()));
                body = Body::from(bytes);
            }
            Err(problem) => {
                refused = Some(problem.into_response());
                body = Body::empty();
            }
        }
    }
    let mut response = match refused {
        Some(refused) => refused,
        None => next.run(Request::from_parts(head, body)).await,
    };

    let problem = response.extensions_mut().remove::<Problem>();
    let Some(problem) = problem.or_else(|| of_bare_refusal(&response, is_api)) else { return response };
    let rendered = match page {
        Some((pages, head)) => pages(&head, &problem),
        None => problem.response(language, Some(path)),
    };
    replace(response, rendered)
}

/// `rendered`, with those headers of `response` that do not speak of its body: cookies, `Allow`, `ETag` …
fn replace(response: Response, mut rendered: Response) -> Response {
    let (head, _) = response.into_parts();
    for (name, value) in &head.headers {
        let of_body = [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CONTENT_LANGUAGE, header::VARY];
        let is_new = name == header::SET_COOKIE || !rendered.headers().contains_key(name);
        if is_new && !of_body.contains(name) {
            rendered.headers_mut().append(name, value.clone());
        }
    }
    rendered
}

fn accepts_pages(headers: &HeaderMap) -> bool {
    let accepts = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepts.into_iter().any(|value| value.contains("text/html"))
}

/// The problem of a refusal that nobody put into words: the router's own 404 or 405, or an extractor's plain text.
fn of_bare_refusal(response: &Response, is_api: bool) -> Option<Problem> {
    let status = response.status();
    let content_type = response.headers().get(header::CONTENT_TYPE).map(|value| value.as_bytes());
    let is_bare = match content_type {
        None => true,
        Some(content_type) => is_api && content_type.starts_with(b"text/plain"),
    };
    let refused = status.is_client_error() || status.is_server_error();
    (refused && is_bare).then(|| kind_of(status)).flatten().map(Problem::new)
}

fn kind_of(status: StatusCode) -> Option<&'static crate::ProblemKind> {
    problems::ALL.into_iter().find(|kind| kind.status == status.as_u16())
}
