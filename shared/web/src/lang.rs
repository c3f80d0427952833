//! The two languages of the pages.

use std::{convert::Infallible, str::FromStr};

use axum::extract::FromRequestParts;
use http::{HeaderMap, header, request::Parts};

/// The cookie in which a choice of language is kept.
pub const LANG_COOKIE: &str = "erfa-lang";

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// Swedish, the first language.
    #[default]
    Sv,
    /// English.
    En,
}

/// The text names no language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the language is neither sv nor en")]
pub struct UnknownLang;

impl Lang {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Sv, Self::En];

    /// `sv` or `en`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sv => "sv",
            Self::En => "en",
        }
    }

    /// The other one.
    pub const fn other(self) -> Self {
        match self {
            Self::Sv => Self::En,
            Self::En => Self::Sv,
        }
    }

    /// What it calls itself.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::Sv => "Svenska",
            Self::En => "English",
        }
    }

    /// The language that a request asks for: by the cookie, else by `Accept-Language`, else Swedish.
    pub fn of(headers: &HeaderMap) -> Self {
        Self::chosen(headers).or_else(|| Self::accepted(headers)).unwrap_or_default()
    }

    fn chosen(headers: &HeaderMap) -> Option<Self> {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == LANG_COOKIE)
            .and_then(|(_, value)| value.parse().ok())
    }

    fn accepted(headers: &HeaderMap) -> Option<Self> {
        let mut best: Option<(Self, f32)> = None;
        let ranges = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|value| value.to_str().ok());
        for range in ranges.flat_map(|value| value.split(',')) {
            let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
            let primary = tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
            let quality = parameters.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.parse().ok()).unwrap_or(0.0);
            if let Ok(lang) = primary.parse()
                && quality > best.map_or(0.0, |(_, quality)| quality)
            {
                best = Some((lang, quality));
            }
        }
        best.map(|(lang, _)| lang)
    }
}

impl FromStr for Lang {
    type Err = UnknownLang;

    fn from_str(text: &str) -> Result<Self, UnknownLang> {
        Self::ALL.into_iter().find(|lang| lang.as_str() == text).ok_or(UnknownLang)
    }
}

impl<S: Sync> FromRequestParts<S> for Lang {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_wins_then_what_the_browser_prefers_then_swedish() {
        for (cookie, accept, expected) in [
            ("", "", Lang::Sv),
            ("", "en-GB,en;q=0.9,sv;q=0.8", Lang::En),
            ("", "sv-SE, en;q=0.9", Lang::Sv),
            ("", "en;q=0.2, sv;q=0.3", Lang::Sv),
            ("", "de, en;q=0.5", Lang::En),
            ("", "de, *", Lang::Sv),
            ("", "en;q=nonsense", Lang::Sv),
            ("a=b; erfa-lang=en", "sv", Lang::En),
            ("erfa-lang=xx", "en", Lang::En),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, cookie.parse().unwrap());
            headers.insert(header::ACCEPT_LANGUAGE, accept.parse().unwrap());
            assert_eq!(Lang::of(&headers), expected, "{cookie:?} {accept:?}");
        }
    }
}
