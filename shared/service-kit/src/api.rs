//! What handlers of an API take their input with: refusals are problems that name the field.

use axum::{
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
    response::IntoResponse as _,
};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header, request::Parts};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_path_to_error::Segment;

use crate::{Problem, problems};

/// A JSON body. Declare what it is read into with `#[serde(deny_unknown_fields)]`: a field that we would ignore is a
/// misunderstanding that its sender should hear of.
#[derive(Clone, Copy, Debug)]
pub struct ApiJson<T>(pub T);

/// The query. Parameters that are not `T`'s are left to others, such as `at-least`.
#[derive(Clone, Copy, Debug)]
pub struct ApiQuery<T>(pub T);

/// What stands in the path; where it has not the form of an id there is nothing, so the answer is 404.
#[derive(Clone, Copy, Debug)]
pub struct ApiPath<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for ApiJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            let problem = Problem::new(&problems::UNSUPPORTED_MEDIA_TYPE);
            return Err(problem.detail("send the body as JSON, with `Content-Type: application/json`"));
        }
        parse(&read_body(request, state).await?).map(Self)
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for ApiQuery<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Query(query) = Query::try_from_uri(&parts.uri).map_err(|rejection| {
            let reason = std::error::Error::source(&rejection).map_or_else(|| rejection.body_text(), |s| s.to_string());
            let problem = Problem::new(&problems::MALFORMED).detail(format!("the query can't be read: {reason}"));
            match reason.split_once(": ") {
                Some((name, why)) if !name.contains(' ') => problem.parameter(name, "invalid", why),
                _ => problem,
            }
        })?;
        Ok(Self(query))
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for ApiPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(path)) => Ok(Self(path)),
            Err(rejection) if rejection.status().is_server_error() => {
                tracing::error!(%rejection, "a handler takes other parts of the path than its route has");
                Err(Problem::new(&problems::INTERNAL))
            }
            Err(_) => Err(Problem::new(&problems::NOT_FOUND)),
        }
    }
}

/// The whole body, within the limit that holds for the route.
pub async fn read_body<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state).await.map_err(|rejection| {
        if rejection.into_response().status() == StatusCode::PAYLOAD_TOO_LARGE {
            Problem::new(&problems::TOO_LARGE)
        } else {
            Problem::new(&problems::MALFORMED).detail("the body did not arrive whole")
        }
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    // A list would be read as an object's values without their names.
    if body.trim_ascii_start().starts_with(b"[") && serde_json::from_slice::<Vec<IgnoredAny>>(body).is_ok() {
        return Err(Problem::new(&problems::VALIDATION).field("", "invalid", "expected an object, not a list"));
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| wrong(&error))?;
    json.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

fn wrong(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let inner = error.inner();
    if !inner.is_data() {
        return not_json(inner);
    }
    let message = inner.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    let mut pointer = pointer(error.path());
    let code = if let Some(name) = named(message, "missing field `") {
        push(&mut pointer, name);
        "missing"
    } else if let Some(name) = named(message, "unknown field `") {
        if !pointer.ends_with(&escaped(name)) {
            push(&mut pointer, name);
        }
        "unknown-field"
    } else {
        "invalid"
    };
    Problem::new(&problems::VALIDATION).field(pointer, code, message)
}

fn not_json(error: &serde_json::Error) -> Problem {
    Problem::new(&problems::MALFORMED).detail(format!("the body is not JSON: {error}"))
}

fn named<'a>(message: &'a str, start: &str) -> Option<&'a str> {
    message.strip_prefix(start)?.split('`').next()
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => push(&mut pointer, &index.to_string()),
            Segment::Map { key } => push(&mut pointer, key),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

fn push(pointer: &mut String, name: &str) {
    pointer.push_str(&escaped(name));
}

/// A step of a JSON pointer (RFC 6901, section 3).
fn escaped(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, extract::DefaultBodyLimit};
    use serde::Deserialize;

    use super::*;
    use crate::Paging;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    struct Command {
        #[serde(rename = "body")]
        _body: String,
        #[serde(default, rename = "links")]
        _links: Vec<Link>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Link {
        #[serde(rename = "to/from")]
        _to: u8,
    }

    #[test]
    fn what_is_wrong_with_a_body_is_said_where_it_is() {
        for (body, code, pointer, field) in [
            (r#"{"body":"#, "malformed", None, None),
            ("", "malformed", None, None),
            (r#"{"body":"x"} y"#, "malformed", None, None),
            (r#"{}"#, "validation", Some("/body"), Some("missing")),
            (r#"{"body":1}"#, "validation", Some("/body"), Some("invalid")),
            (r#"{"body":"x","colour":1}"#, "validation", Some("/colour"), Some("unknown-field")),
            (
                r#"{"body":"x","links":[{"to/from":1},{"to/from":-1}]}"#,
                "validation",
                Some("/links/1/to~1from"),
                Some("invalid"),
            ),
            (r#"{"body":"x","links":[{}]}"#, "validation", Some("/links/0/to~1from"), Some("missing")),
            (r#"{"body":"x","links":[{"a":1}]}"#, "validation", Some("/links/0/a"), Some("unknown-field")),
            (r#"[]"#, "validation", Some(""), Some("invalid")),
            (r#"["x",[]]"#, "validation", Some(""), Some("invalid")),
            (r#"["x""#, "malformed", None, None),
        ] {
            let problem = parse::<Command>(body.as_bytes()).expect_err(body);
            let error = problem.errors().first();
            assert_eq!(problem.kind().code, code, "{body}");
            assert_eq!(error.and_then(|e| e.pointer.as_deref()), pointer, "{body}: {problem:?}");
            assert_eq!(error.map(|e| e.code.as_str()), field, "{body}: {problem:?}");
        }
        assert!(parse::<Command>(br#" {"body":"x"} "#).is_ok());
    }

    async fn json(content_type: &str, body: &'static str) -> Result<(), Problem> {
        let mut request =
            Request::post("/").header("content-type", content_type).body(Body::from(body)).expect("valid");
        DefaultBodyLimit::max(19).apply(&mut request);
        ApiJson::<Command>::from_request(request, &()).await.map(|_| ())
    }

    #[tokio::test]
    async fn content_type_and_size_are_looked_at() {
        let code = |result: Result<(), Problem>| result.map_err(|problem| problem.kind().code);
        assert_eq!(code(json("application/json; charset=utf-8", r#"{"body":"x"}"#).await), Ok(()));
        assert_eq!(code(json("application/merge-patch+json", r#"{"body":"x"}"#).await), Ok(()));
        assert_eq!(code(json("text/plain", r#"{"body":"x"}"#).await), Err("unsupported-media-type"));
        assert_eq!(code(json("", r#"{"body":"x"}"#).await), Err("unsupported-media-type"));
        assert_eq!(code(json("application/json", r#"{"body":"123456789"}"#).await), Err("too-large"));
    }

    async fn paging(query: &str) -> Result<(usize, usize), Problem> {
        let request = Request::get(format!("/?{query}")).body(()).expect("valid");
        let ApiQuery(paging) = ApiQuery::<Paging>::from_request_parts(&mut request.into_parts().0, &()).await?;
        Ok((paging.limit, paging.page))
    }

    #[tokio::test]
    async fn what_is_wrong_with_a_query_is_said_by_its_name() {
        assert_eq!(paging("").await.expect("defaults"), (20, 1));
        assert_eq!(paging("page=3&limit=100&at-least=x").await.expect("both"), (100, 3));
        for (query, name) in [
            ("limit=0", "limit"),
            ("limit=101", "limit"),
            ("page=0", "page"),
            ("page=x", "page"),
            ("limit=-1", "limit"),
        ] {
            let problem = paging(query).await.expect_err(query);
            assert_eq!(problem.errors()[0].parameter.as_deref(), Some(name), "{problem:?}");
        }
    }
}
