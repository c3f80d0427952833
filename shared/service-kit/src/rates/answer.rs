//! What is said of a limit: `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers, and 429.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::{Class, limiter::WINDOW_SECONDS};
use crate::{Problem, problems};

const RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// How somebody stands to a limit after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) class: Class,
    /// Requests in the window.
    pub(super) quota: u32,
    /// Requests that are left now.
    pub(super) remaining: u32,
    /// When the next is taken, if none is left.
    pub(super) retry_after_seconds: u64,
}

impl Standing {
    /// Of two limits the one that is reached first.
    pub(super) fn tighter(self, other: Self) -> Self {
        if other.remaining < self.remaining { other } else { self }
    }

    /// Says it in the headers of the answer.
    pub(super) fn tell(&self, headers: &mut HeaderMap) {
        let Self { class, quota, remaining, .. } = self;
        let name = class.name();
        // The budget fills up steadily, so it is reset when it is full.
        let reset = (u64::from(quota - remaining.min(quota)) * WINDOW_SECONDS).div_ceil(u64::from(*quota));
        let policy = HeaderValue::try_from(format!("\"{name}\";q={quota};w={WINDOW_SECONDS}"));
        let limit = HeaderValue::try_from(format!("\"{name}\";r={remaining};t={reset}"));
        if let (Ok(policy), Ok(limit)) = (policy, limit) {
            headers.insert(RATELIMIT_POLICY, policy);
            headers.insert(RATELIMIT, limit);
        }
    }

    /// The refusal of a request for which nothing was left.
    pub(super) fn refusal(&self) -> Problem {
        let (name, seconds) = (self.class.name(), self.retry_after_seconds);
        metrics::counter!("erfa_rate_limited_total", "class" => name).increment(1);
        let whose = match self.class {
            Class::Address => "from this address without signing in",
            Class::SignIn => "from this address to sign in",
            Class::PersonReads | Class::PersonWrites => "from this person",
            Class::TokenReads | Class::TokenWrites => "with this token",
            Class::AgencyReads | Class::AgencyWrites => "from this agency",
        };
        let units = if seconds == 1 { "second" } else { "seconds" };
        Problem::new(&problems::RATE_LIMITED)
            .detail(format!(
                "more than {} requests came {whose} within a minute; this one did nothing: send it again after {seconds} {units}",
                self.quota
            ))
            .with("violated-policies", vec![name])
            .retry_after(seconds)
    }
}
