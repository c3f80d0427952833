//! What an API answers when it refuses: RFC 9457 `application/problem+json`.

mod execute;
mod language;

use std::fmt;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

pub use execute::execute_problem;
pub(crate) use language::Language;

/// The media type of a problem.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// A kind of problem: what all problems of one `type` have in common. Services declare theirs as constants.
#[derive(Debug, PartialEq, Eq)]
pub struct ProblemKind {
    /// In kebab-case, such as `thread-closed`; the `type` is `/problems/<code>`.
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What it is called.
    pub title: Titles,
}

/// A short text in both languages, as a sentence without full stop.
#[derive(Debug, PartialEq, Eq)]
pub struct Titles {
    /// In Swedish.
    pub sv: &'static str,
    /// In English.
    pub en: &'static str,
}

/// One thing that is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Where in the body, as a JSON pointer such as `/body`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/body")]
    pub pointer: Option<String>,
    /// Which parameter of the query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// What is wrong, for programs.
    #[schema(example = "too-long")]
    pub code: String,
    /// What is wrong, for people.
    pub detail: String,
}

/// A refusal, on its way to become a response.
///
/// As a response it is written in Swedish; inside [`protect`](crate::protect) it is written again in the language that
/// the request prefers, and says which path it answered (`instance`).
#[derive(Clone)]
pub struct Problem(Box<Parts>);

#[derive(Clone)]
struct Parts {
    kind: &'static ProblemKind,
    detail: Option<String>,
    errors: Vec<FieldError>,
    members: Map<String, Value>,
    retry_after_seconds: Option<u64>,
}

/// A problem as it is sent, for the OpenAPI description.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDocument {
    /// `/problems/<code>`: the kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "/problems/not-found")]
    pub kind: String,
    /// The kind in words, in the language of `Accept-Language`.
    #[schema(example = "Det finns inte")]
    pub title: &'static str,
    /// The HTTP status.
    #[schema(example = 404)]
    pub status: u16,
    /// What happened this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The path that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// What is wrong with the request, field by field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldError>,
    /// More about this kind of problem, such as the current revision.
    #[serde(flatten)]
    #[schema(ignore)]
    pub members: Map<String, Value>,
}

impl Problem {
    /// A problem of this kind.
    pub fn new(kind: &'static ProblemKind) -> Self {
        let (errors, members) = (Vec::new(), Map::new());
        Self(Box::new(Parts { kind, detail: None, errors, members, retry_after_seconds: None }))
    }

    /// Says what happened this time, in English: a sentence that helps whoever reads it to go on.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// Adds what is wrong at a place in the body, such as `/body` (a JSON pointer; the whole body is the empty one).
    #[must_use]
    pub fn field(mut self, pointer: impl Into<String>, code: impl Into<String>, detail: impl Into<String>) -> Self {
        let (code, detail) = (code.into(), detail.into());
        self.0.errors.push(FieldError { pointer: Some(pointer.into()), parameter: None, code, detail });
        self
    }

    /// Adds what is wrong with a parameter of the query.
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>, code: impl Into<String>, detail: impl Into<String>) -> Self {
        let (code, detail) = (code.into(), detail.into());
        self.0.errors.push(FieldError { pointer: None, parameter: Some(name.into()), code, detail });
        self
    }

    /// Adds an extension member, such as the current revision. The names of the standard's own members are not taken.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        let key = key.into();
        debug_assert!(!STANDARD_MEMBERS.contains(&key.as_str()), "`{key}` is a member of every problem");
        self.0.members.insert(key, value.into());
        self
    }

    /// Says when it is worth to try again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after_seconds = Some(seconds);
        self
    }

    /// Its kind.
    pub fn kind(&self) -> &'static ProblemKind {
        self.0.kind
    }

    /// Its HTTP status.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.0.kind.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// In how many seconds it is worth to try again, if that was said.
    pub fn retry_after_seconds(&self) -> Option<u64> {
        self.0.retry_after_seconds
    }

    /// What happened this time.
    pub fn detail_text(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// What is wrong with the request, field by field.
    pub fn errors(&self) -> &[FieldError] {
        &self.0.errors
    }

    /// The problem that a response stands for, if it does.
    pub fn of(response: &Response) -> Option<&Self> {
        response.extensions().get()
    }

    /// The problem as it is sent.
    pub(crate) fn document(&self, language: Language, instance: Option<String>) -> ProblemDocument {
        let Parts { kind, detail, errors, members, .. } = &*self.0;
        ProblemDocument {
            kind: format!("/problems/{}", kind.code),
            title: language.of(&kind.title),
            status: kind.status,
            detail: detail.clone(),
            instance,
            errors: errors.clone(),
            members: members.clone(),
        }
    }

    /// The problem as a response.
    pub(crate) fn response(self, language: Language, instance: Option<String>) -> Response {
        let json = serde_json::to_vec(&self.document(language, instance)).unwrap_or_default();
        let mut response = (self.status(), [(header::CONTENT_TYPE, MEDIA_TYPE)], json).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
        headers.insert(header::VARY, HeaderValue::from_static("accept-language"));
        if let Some(seconds) = self.0.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if self.0.kind.status == 401 {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(self);
        response
    }
}

const STANDARD_MEMBERS: [&str; 6] = ["type", "title", "status", "detail", "instance", "errors"];

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        self.response(Language::default(), None)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.kind.code)?;
        self.0.detail.iter().try_for_each(|detail| write!(f, ": {detail}"))
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parts { kind, detail, errors, members, .. } = &*self.0;
        let mut debug = f.debug_struct("Problem");
        debug.field("code", &kind.code).field("status", &kind.status).field("detail", detail);
        debug.field("errors", errors).field("members", members).finish()
    }
}

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problems;

    #[test]
    fn a_problem_is_written_in_both_languages() {
        let problem = Problem::new(&problems::VALIDATION)
            .detail("the text is empty")
            .field("/body", "empty", "write something")
            .with("currentRevision", 4);
        let sv = serde_json::to_value(problem.document(Language::Sv, Some("/api/x".to_owned()))).expect("JSON");
        assert_eq!(
            sv,
            serde_json::json!({
                "type": "/problems/validation",
                "title": "Något i det som skickades är fel",
                "status": 422,
                "detail": "the text is empty",
                "instance": "/api/x",
                "errors": [{ "pointer": "/body", "code": "empty", "detail": "write something" }],
                "currentRevision": 4,
            })
        );
        let en = serde_json::to_value(problem.document(Language::En, None)).expect("JSON");
        assert_eq!(en["title"], "Something in what was sent is wrong");
        assert!(en.get("instance").is_none());
    }

    #[test]
    fn a_response_carries_its_problem_and_its_headers() {
        let response = Problem::new(&problems::RATE_LIMITED).retry_after(7).into_response();
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers()["content-type"], MEDIA_TYPE);
        assert_eq!(response.headers()["retry-after"], "7");
        assert_eq!(Problem::of(&response).map(Problem::kind), Some(&problems::RATE_LIMITED));
        let response = Problem::new(&problems::UNAUTHORIZED).into_response();
        assert_eq!(response.headers()["www-authenticate"], "Bearer");
    }
}
