//! The language of a problem's title.

use http::{HeaderMap, header};

use super::Titles;

/// Swedish, unless English is preferred.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Language {
    #[default]
    Sv,
    En,
}

impl Language {
    /// The one that `Accept-Language` (RFC 9110, section 12.5.4) prefers of the two.
    pub(crate) fn preferred(headers: &HeaderMap) -> Self {
        let (mut sv, mut en, mut any) = (None, None, 0.0_f32);
        for range in headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|v| v.to_str().ok()).flat_map(split) {
            let Some((tag, quality)) = weighted(range) else { continue };
            match tag.split('-').next() {
                Some(primary) if primary.eq_ignore_ascii_case("sv") => raise(&mut sv, quality),
                Some(primary) if primary.eq_ignore_ascii_case("en") => raise(&mut en, quality),
                Some("*") => any = quality,
                _ => {}
            }
        }
        if en.unwrap_or(any) > sv.unwrap_or(any) { Self::En } else { Self::Sv }
    }

    pub(crate) fn of(self, titles: &Titles) -> &'static str {
        match self {
            Self::Sv => titles.sv,
            Self::En => titles.en,
        }
    }

    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::Sv => "sv",
            Self::En => "en",
        }
    }
}

fn split(value: &str) -> impl Iterator<Item = &str> {
    value.split(',')
}

fn weighted(range: &str) -> Option<(&str, f32)> {
    let mut parts = range.split(';').map(str::trim);
    let tag = parts.next().filter(|tag| !tag.is_empty())?;
    let quality = parts.find_map(|part| part.strip_prefix("q="));
    Some((tag, quality.map_or(Some(1.0), |q| q.parse().ok())?))
}

fn raise(best: &mut Option<f32>, quality: f32) {
    *best = Some(best.map_or(quality, |b| b.max(quality)));
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn swedish_unless_english_is_preferred() {
        for (accepts, expected) in [
            (None, Language::Sv),
            (Some(""), Language::Sv),
            (Some("en"), Language::En),
            (Some("en-GB,en;q=0.9"), Language::En),
            (Some("sv,en"), Language::Sv),
            (Some("sv;q=0.3,en;q=0.8"), Language::En),
            (Some("de,en;q=0.5"), Language::En),
            (Some("de"), Language::Sv),
            (Some("*"), Language::Sv),
            (Some("sv;q=0,*;q=0.5"), Language::En),
            (Some("en;q=nonsense"), Language::Sv),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(accepts) = accepts {
                headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_str(accepts).expect("a header"));
            }
            assert_eq!(Language::preferred(&headers), expected, "{accepts:?}");
        }
    }
}
