//! Whether a request comes from Erfa's own pages.

use http::HeaderMap;
use service_kit::Problem;

use crate::problems::FOREIGN_ORIGIN;

/// Refuses what a browser did not send from one of Erfa's own pages: a foreign `Origin`, a `Sec-Fetch-Site` of another
/// site, or neither of the two. `origin` is Erfa's own, such as `https://erfa.example`.
pub fn same_origin(headers: &HeaderMap, origin: &str) -> Result<(), Problem> {
    match origins(headers, origin) {
        Origins { foreign: false, own: true } => Ok(()),
        _ => Err(foreign(origin)),
    }
}

/// Refuses what a browser sent from another site's pages. What names no origin passes, as browsers name none when they
/// read: only for what changes nothing.
pub fn not_foreign(headers: &HeaderMap, origin: &str) -> Result<(), Problem> {
    if origins(headers, origin).foreign { Err(foreign(origin)) } else { Ok(()) }
}

/// Erfa's own origin as browsers write it: without a path, in lower case, without the scheme's own port.
pub(crate) fn normalized(origin: &str) -> String {
    let origin = origin.trim().trim_end_matches('/').to_ascii_lowercase();
    let default_port = if origin.starts_with("https://") { ":443" } else { ":80" };
    origin.strip_suffix(default_port).map_or(origin.clone(), ToOwned::to_owned)
}

struct Origins {
    /// Something says that it comes from elsewhere.
    foreign: bool,
    /// Something says that it comes from here.
    own: bool,
}

fn origins(headers: &HeaderMap, origin: &str) -> Origins {
    let own = normalized(origin);
    let mut seen = Origins { foreign: false, own: false };
    for header in headers.get_all(http::header::ORIGIN) {
        let same = header.as_bytes() == own.as_bytes();
        seen.own |= same;
        seen.foreign |= !same;
    }
    for header in headers.get_all("sec-fetch-site") {
        match header.as_bytes() {
            b"same-origin" => seen.own = true,
            // The person typed the address or followed a bookmark: no page asked.
            b"none" => {}
            _ => seen.foreign = true,
        }
    }
    seen
}

fn foreign(origin: &str) -> Problem {
    Problem::new(&FOREIGN_ORIGIN).detail(format!(
        "this is only taken from Erfa's own pages, at {origin}; a program sends an API token instead of a cookie"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    const LOCAL: &str = "http://localhost:8080";

    #[test]
    fn what_comes_from_where() {
        // Origin, Sec-Fetch-Site, same origin, may read.
        let table = [
            (Some(LOCAL), None, true, true),
            (Some(LOCAL), Some("same-origin"), true, true),
            (None, Some("same-origin"), true, true),
            (None, None, false, true),
            (None, Some("none"), false, true),
            (None, Some("same-site"), false, false),
            (None, Some("cross-site"), false, false),
            (None, Some("SAME-ORIGIN"), false, false),
            (None, Some(""), false, false),
            (Some(LOCAL), Some("cross-site"), false, false),
            (Some(LOCAL), Some("none"), true, true),
            (Some("null"), None, false, false),
            (Some("null"), Some("same-origin"), false, false),
            (Some(""), None, false, false),
            (Some("https://evil.example"), None, false, false),
            (Some("https://evil.example"), Some("same-origin"), false, false),
            (Some("http://localhost:8080.evil.example"), None, false, false),
            (Some("http://localhost:80800"), None, false, false),
            (Some("http://localhost:8081"), None, false, false),
            (Some("http://localhost"), None, false, false),
            (Some("https://localhost:8080"), None, false, false),
            (Some("http://127.0.0.1:8080"), None, false, false),
            (Some("http://evil.localhost:8080"), None, false, false),
            (Some("http://user@localhost:8080"), None, false, false),
            (Some("http://localhost:8080/"), None, false, false),
            (Some("http://localhost:8080 http://localhost:8080"), None, false, false),
            (Some("localhost:8080"), None, false, false),
        ];
        for (origin, site, same, read) in table {
            let mut headers = HeaderMap::new();
            origin.map(|it| headers.insert("origin", HeaderValue::from_str(it).unwrap()));
            site.map(|it| headers.insert("sec-fetch-site", HeaderValue::from_str(it).unwrap()));
            assert_eq!(same_origin(&headers, LOCAL).is_ok(), same, "{origin:?} {site:?}");
            assert_eq!(not_foreign(&headers, LOCAL).is_ok(), read, "{origin:?} {site:?}");
        }
    }

    #[test]
    fn two_origins_are_one_too_many() {
        let mut headers = HeaderMap::new();
        headers.append("origin", HeaderValue::from_static(LOCAL));
        headers.append("origin", HeaderValue::from_static("https://evil.example"));
        assert_eq!(same_origin(&headers, LOCAL).unwrap_err().status(), 403);
    }

    #[test]
    fn ones_own_origin_is_taken_as_it_is_configured() {
        for configured in ["https://erfa.example", "https://erfa.example/", "https://Erfa.Example:443"] {
            let headers =
                HeaderMap::from_iter([(http::header::ORIGIN, HeaderValue::from_static("https://erfa.example"))]);
            assert!(same_origin(&headers, configured).is_ok(), "{configured}");
        }
    }
}
