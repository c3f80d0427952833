//! What was in a form, kept until it is known that it was taken.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use http::{HeaderMap, Method, header, request::Parts};

use crate::{Problem, problems};

/// The longest form that is kept: the longest text that a form takes, as forms are encoded. Browsers say how long a form is.
const FORM_BYTES_MAX: usize = 512 * 1024;
/// The media type of forms.
const FORM: &str = "application/x-www-form-urlencoded";

/// The body of a form that was sent: `application/x-www-form-urlencoded`. [`ProblemPages`](super::ProblemPages) find it
/// among the extensions of the request's head, so that the page for a refusal can give it back.
#[derive(Clone, Debug)]
pub struct SentForm(pub Bytes);

/// Whether the request is a form whose content is worth keeping, and can be kept.
pub(super) fn is_kept(head: &Parts) -> bool {
    head.method == Method::POST
        && is_form(&head.headers)
        && length(&head.headers).is_some_and(|it| it <= FORM_BYTES_MAX)
}

/// Reads the form, within the time of a request.
pub(super) async fn keep(body: Body, limit: Duration) -> Result<Bytes, Problem> {
    match tokio::time::timeout(limit, to_bytes(body, FORM_BYTES_MAX)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(Problem::new(&problems::MALFORMED).detail("the form broke off")),
        Err(_) => Err(Problem::new(&problems::TIMEOUT).detail("the form did not come in time")),
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    given.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(FORM)
}

fn length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
