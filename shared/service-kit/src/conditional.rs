//! Conditions on requests: `ETag`, `If-Match`, `If-None-Match`, and `Idempotency-Key`.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    response::{IntoResponse, IntoResponseParts, Response, ResponseParts},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts};
use types::Revision;

use crate::{Problem, problems};

/// The most characters of an idempotency key.
pub const IDEMPOTENCY_KEY_CHARS_MAX: usize = 255;

/// A strong entity tag (RFC 9110, section 8.8.3). As a part of a response it is the header `ETag`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Etag(String);

impl Etag {
    /// Of a thing whose representation changes exactly when its stream does.
    pub fn revision(revision: Revision) -> Self {
        Self(format!("\"{revision}\""))
    }

    /// With this text; what may not stand in a tag is left out.
    pub fn opaque(text: &str) -> Self {
        Self(format!("\"{}\"", text.chars().filter(|c| c.is_ascii_graphic() && *c != '"').collect::<String>()))
    }

    /// As it stands in the header, with its quotation marks.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The revision, if that is what it is made of.
    pub fn as_revision(&self) -> Option<Revision> {
        let digits = self.0.trim_matches('"');
        digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok().map(Revision::new)).flatten()
    }
}

impl IntoResponseParts for Etag {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        if let Ok(value) = HeaderValue::try_from(self.0) {
            parts.headers_mut().insert(header::ETAG, value);
        }
        Ok(parts)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Tags {
    Any,
    OneOf(Vec<Etag>),
}

/// `If-Match`: which version whoever changes a thing has read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IfMatch(Option<Tags>);

impl IfMatch {
    /// Whether it was left out.
    pub fn is_missing(&self) -> bool {
        self.0.is_none()
    }

    /// Refuses with 428 when it was left out, and with 412 and the current version when another version was read.
    pub fn require(&self, current: &Etag) -> Result<(), Problem> {
        match &self.0 {
            None => {
                Err(Problem::new(&problems::PRECONDITION_REQUIRED).detail("send `If-Match` with the ETag you read"))
            }
            Some(Tags::Any) => Ok(()),
            Some(Tags::OneOf(tags)) if tags.contains(current) => Ok(()),
            Some(Tags::OneOf(_)) => Err(precondition_failed(current)),
        }
    }

    /// Like [`IfMatch::require`], but it may be left out.
    pub fn check(&self, current: &Etag) -> Result<(), Problem> {
        if self.is_missing() { Ok(()) } else { self.require(current) }
    }
}

/// The problem of a change to another version than the current one.
pub fn precondition_failed(current: &Etag) -> Problem {
    let problem = Problem::new(&problems::PRECONDITION_FAILED).with("currentEtag", current.as_str());
    match current.as_revision() {
        Some(revision) => problem.with("currentRevision", revision.get()),
        None => problem,
    }
}

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        tags(&parts.headers, &header::IF_MATCH).map(Self)
    }
}

/// `If-None-Match`: which versions whoever reads a thing already has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IfNoneMatch(Option<Tags>);

impl IfNoneMatch {
    /// Answers 304 when the current version is there already, and with what `response` makes when not; both with the tag.
    pub fn respond<R: IntoResponse>(&self, current: Etag, response: impl FnOnce() -> R) -> Response {
        let has = match &self.0 {
            None => false,
            Some(Tags::Any) => true,
            Some(Tags::OneOf(tags)) => tags.contains(&current),
        };
        if has {
            (StatusCode::NOT_MODIFIED, current, ()).into_response()
        } else {
            (current, response()).into_response()
        }
    }
}

impl<S: Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        // A tag that can't be read is one that does not match: the whole answer is never wrong.
        Ok(Self(tags(&parts.headers, &header::IF_NONE_MATCH).unwrap_or(None)))
    }
}

/// The tags of a header. Weak ones are compared by what they say: our tags are strong, a proxy may have weakened them.
fn tags(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Tags>, Problem> {
    let malformed = || Problem::new(&problems::MALFORMED).detail(format!("`{name}` is not a list of ETags"));
    let mut found = Vec::new();
    for value in headers.get_all(name) {
        for tag in value.to_str().map_err(|_| malformed())?.split(',').map(str::trim) {
            if tag == "*" {
                return Ok(Some(Tags::Any));
            }
            let strong = tag.strip_prefix("W/").unwrap_or(tag);
            let quoted = strong.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).ok_or_else(malformed)?;
            found.push(Etag::opaque(quoted));
        }
    }
    Ok((!found.is_empty()).then_some(Tags::OneOf(found)))
}

/// `Idempotency-Key`: the name that a sender gives a request, so that sending it again does it once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdempotencyKey(pub Option<String>);

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut values = parts.headers.get_all("idempotency-key").iter();
        let Some(value) = values.next() else { return Ok(Self(None)) };
        let key = value.to_str().unwrap_or_default();
        let visible = key.bytes().all(|b| b.is_ascii_graphic());
        if values.next().is_some() || !visible || !(1..=IDEMPOTENCY_KEY_CHARS_MAX).contains(&key.len()) {
            let expected =
                format!("one `Idempotency-Key` of 1 to {IDEMPOTENCY_KEY_CHARS_MAX} visible ASCII characters");
            return Err(Problem::new(&problems::MALFORMED).detail(format!("expected {expected}, without spaces")));
        }
        Ok(Self(Some(key.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    async fn extract<T: FromRequestParts<()>>(name: &str, values: &[&str]) -> Result<T, T::Rejection> {
        let mut request = Request::post("/");
        for value in values {
            request = request.header(name, *value);
        }
        T::from_request_parts(&mut request.body(()).expect("valid").into_parts().0, &()).await
    }

    #[tokio::test]
    async fn a_change_needs_the_version_that_was_read() {
        let current = Etag::revision(Revision::new(7));
        for (values, outcome) in [
            (&[][..], Err("precondition-required")),
            (&["\"7\""], Ok(())),
            (&["W/\"7\""], Ok(())),
            (&["\"5\", \"7\""], Ok(())),
            (&["\"5\"", "\"7\""], Ok(())),
            (&["*"], Ok(())),
            (&["\"6\""], Err("precondition-failed")),
            (&["7"], Err("malformed")),
            (&["\""], Err("malformed")),
        ] {
            let result = extract::<IfMatch>("if-match", values).await.and_then(|if_match| if_match.require(&current));
            assert_eq!(result.map_err(|problem| problem.kind().code), outcome, "{values:?}");
        }
        let missing = extract::<IfMatch>("if-match", &[]).await.expect("may be left out");
        assert!(missing.check(&current).is_ok());
    }

    #[tokio::test]
    async fn what_is_there_already_is_not_sent_again() {
        let respond = async |values: &[&str]| {
            let Ok(condition) = extract::<IfNoneMatch>("if-none-match", values).await;
            condition.respond(Etag::opaque("a b\"c"), || "text").status().as_u16()
        };
        assert_eq!(respond(&["\"abc\""]).await, 304);
        assert_eq!(respond(&["\"other\""]).await, 200);
        assert_eq!(respond(&["nonsense"]).await, 200);
        assert_eq!(respond(&[]).await, 200);
    }

    #[tokio::test]
    async fn a_key_is_short_and_visible() {
        let long = "x".repeat(256);
        for (values, good) in [
            (&[][..], true),
            (&["a-1"], true),
            (&[&long[1..]], true),
            (&[long.as_str()], false),
            (&[""], false),
            (&["a b"], false),
            (&["å"], false),
            (&["a", "b"], false),
        ] {
            let key = extract::<IdempotencyKey>("idempotency-key", values).await;
            assert_eq!(key.is_ok(), good, "{values:?}");
            assert!(!good || key.expect("good").0.as_deref() == values.first().copied());
        }
    }

    #[test]
    fn a_tag_of_a_revision_is_read_back() {
        assert_eq!(Etag::revision(Revision::new(3)).as_revision(), Some(Revision::new(3)));
        assert_eq!(Etag::opaque("3x").as_revision(), None);
        assert_eq!(Etag::opaque("").as_revision(), None);
    }
}
