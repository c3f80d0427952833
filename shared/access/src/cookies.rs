//! The cookies, and what a request presents.

use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use http::{HeaderMap, header::AUTHORIZATION};
use types::{SessionId, Timestamp};

use crate::{Gate, Secret, session_text};

/// How long a session lasts, however much it is used: directory's `SignedIn` says so for each.
pub const SESSION_SECONDS_MAX: i64 = 12 * 60 * 60;
/// How long a browser asks to see what it has just written.
const AT_LEAST_SECONDS_MAX: i64 = 60;
/// How long a browser that asked for a sign-in link is known.
const BROWSER_SECONDS_MAX: i64 = 60 * 60;
/// The cookie that asks to see what was just written.
const AT_LEAST: &str = "erfa-at-least";

/// What a request presents to say who asks.
#[derive(Clone)]
pub enum Credentials {
    /// Nothing.
    Nothing,
    /// The value of a session's cookie.
    Session(String),
    /// An API token.
    Token(String),
}

impl Credentials {
    /// What a program or a page's script presents: an API token (`Authorization: Bearer`), else a session's cookie.
    pub fn of_api(headers: &HeaderMap, secure: bool) -> Self {
        match headers.get(AUTHORIZATION) {
            // An empty one is no token, but was meant as one.
            Some(value) => Self::Token(value.to_str().ok().and_then(bearer).unwrap_or_default().to_owned()),
            None => Self::of_browser(headers, secure),
        }
    }

    /// What a browser presents: a session's cookie.
    pub fn of_browser(headers: &HeaderMap, secure: bool) -> Self {
        let cookies = CookieJar::from_headers(headers);
        cookies.get(session_name(secure)).map_or(Self::Nothing, |cookie| Self::Session(cookie.value().to_owned()))
    }

    /// Whether it is a cookie, which a browser sends whoever's page asks for it.
    pub fn is_cookie(&self) -> bool {
        matches!(self, Self::Session(_))
    }
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Whether cookies of this origin are for https alone.
pub(crate) fn is_secure(origin: &str) -> bool {
    origin.starts_with("https://")
}

/// The secret of a browser that has not signed in.
pub fn browser_secret(headers: &HeaderMap, secure: bool) -> Option<Secret> {
    Secret::parse(CookieJar::from_headers(headers).get(browser_name(secure))?.value()).ok()
}

/// The cursor of what the browser has just written.
pub(crate) fn at_least(headers: &HeaderMap) -> Option<String> {
    CookieJar::from_headers(headers).get(AT_LEAST).map(|cookie| cookie.value().to_owned())
}

fn session_name(secure: bool) -> &'static str {
    if secure { "__Host-erfa-session" } else { "erfa-session" }
}

fn browser_name(secure: bool) -> &'static str {
    if secure { "__Host-erfa-browser" } else { "erfa-browser" }
}

pub(crate) fn cookie(name: &'static str, value: String, secure: bool, seconds: i64) -> Cookie<'static> {
    Cookie::build((name, value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(secure)
        .max_age(std::time::Duration::from_secs(seconds.max(0).unsigned_abs()).try_into().unwrap_or_default())
        .build()
}

/// The cookie that a form's answer sets, so that the page it leads to shows what was just written.
pub fn at_least_cookie(cursor: String, secure: bool) -> Cookie<'static> {
    cookie(AT_LEAST, cursor, secure, AT_LEAST_SECONDS_MAX)
}

impl Gate {
    /// The cookie of a session that has just been opened.
    pub fn session_cookie(&self, session: SessionId, secret: &Secret, expires_at: Timestamp) -> Cookie<'static> {
        let seconds = expires_at.as_second() - self.now().as_second();
        cookie(session_name(self.secure()), session_text(session, secret), self.secure(), seconds)
    }

    /// The cookie that takes a session's cookie away.
    pub fn no_session_cookie(&self) -> Cookie<'static> {
        cookie(session_name(self.secure()), String::new(), self.secure(), 0)
    }

    /// The cookie by which a browser that has not signed in is known.
    pub fn browser_cookie(&self, secret: &Secret) -> Cookie<'static> {
        cookie(browser_name(self.secure()), secret.expose().to_owned(), self.secure(), BROWSER_SECONDS_MAX)
    }

    /// The cookie that a form's answer sets, so that the page it leads to shows what was just written.
    pub fn at_least_cookie(&self, cursor: String) -> Cookie<'static> {
        at_least_cookie(cursor, self.secure())
    }
}
