//! The switch of language: keeps the choice in a cookie, changes nothing on the server, and goes back.

use axum::{
    extract::Query,
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use http::header;
use serde::Deserialize;

use crate::{LANG_COOKIE, Lang};

const KEPT_SECONDS: u32 = 365 * 24 * 60 * 60;

#[derive(Deserialize)]
pub(crate) struct Switch {
    lang: String,
    #[serde(default)]
    next: String,
}

pub(crate) async fn switch(Query(Switch { lang, next }): Query<Switch>) -> Response {
    let back = Redirect::to(if is_local(&next) { &next } else { "/" });
    match lang.parse::<Lang>() {
        Err(_) => back.into_response(),
        Ok(lang) => {
            let lang = lang.as_str();
            let cookie = format!("{LANG_COOKIE}={lang}; Path=/; Max-Age={KEPT_SECONDS}; HttpOnly; SameSite=Lax");
            (AppendHeaders([(header::SET_COOKIE, cookie), (header::CACHE_CONTROL, "no-store".to_owned())]), back)
                .into_response()
        }
    }
}

/// Whether an address to come back to is a path of this site: `//host` and `/\host` name another.
pub fn is_local(next: &str) -> bool {
    next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && next.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_are_gone_back_to() {
        for (next, expected) in [
            ("/", true),
            ("/threads/1?page=2", true),
            ("", false),
            ("//evil.example", false),
            ("/\\evil.example", false),
            ("https://evil.example", false),
            ("/a\r\nSet-Cookie: x", false),
            ("/å", false),
        ] {
            assert_eq!(is_local(next), expected, "{next:?}");
        }
    }
}
