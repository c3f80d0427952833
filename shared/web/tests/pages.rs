//! Every component and page, rendered in both languages.

#[path = "../examples/gallery/page.rs"]
mod page;

use askama::Template as _;
use axum::{Router, body::Body};
use http::{Request, StatusCode, header};
use page::Gallery;
use tower::ServiceExt as _;
use web::{Errors, Frame, Lang, NotTaken, Operator};

/// What must hold of every page, whatever it shows.
#[track_caller]
fn check(html: &str, lang: Lang) {
    assert!(!html.contains('\u{27E6}'), "a text is missing: {html}");
    assert!(html.contains(&format!("<html lang=\"{}\">", lang.as_str())));
    assert_eq!(html.matches("<h1").count(), 1, "one h1");
    assert_eq!(html.matches("<main").count(), 1, "one main");
    assert!(!html.contains(" style="), "the CSP allows no inline style");
    assert!(!html.contains("<script>") && !html.contains(" onclick"), "the CSP allows no inline script");
    let mut ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let named = |attribute: &str| {
        let start = format!(" {attribute}=\"");
        let values = html.split(&start).skip(1).filter_map(|rest| rest.split('"').next());
        values.flat_map(|value| value.split(' ')).map(str::to_owned).collect::<Vec<_>>()
    };
    for name in [named("for"), named("aria-describedby"), named("aria-labelledby")].concat() {
        assert!(ids.contains(&name.as_str()), "{name} names no element");
    }
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "an id stands twice");
}

#[test]
fn every_component_is_rendered_in_both_languages() {
    for lang in Lang::ALL {
        let html = Gallery::new(lang).render().unwrap();
        check(&html, lang);
        for expected in [
            "data-live-url=\"/live\" data-live-cursor=\"c0\" data-live-topics=\"thread/1\"",
            "<body data-signed-in>",
            "value=\"Anna &#60;Lind&#62;\"",
            "href=\"#field-title\"",
            "aria-invalid=\"true\" aria-describedby=\"error-title hint-title\"",
            "aria-current=\"page\">5<",
            "href=\"/?a=b&#38;page=4\"",
            "class=\"demo\"",
            "<h4>",
        ] {
            assert!(html.contains(expected), "{expected} is missing");
        }
    }
    let text = |lang: Lang| Gallery::new(lang).render().unwrap();
    assert!(text(Lang::Sv).contains("128 personer på 21 myndigheter.") && text(Lang::Sv).contains("2 saker behöver"));
    assert!(text(Lang::En).contains("128 people at 21 agencies.") && text(Lang::En).contains("today at 14:05"));
}

#[test]
fn a_page_for_nobody_has_no_demo_no_live_and_no_name() {
    let mut page = Gallery::new(Lang::Sv);
    page.frame = Frame::new(Lang::Sv, "Titel <&>", "/arenas?q=å&page=2");
    let html = page.render().unwrap();
    check(&html, Lang::Sv);
    assert!(html.contains("<title>Titel &#60;&#38;&#62; – Erfa</title>"));
    assert!(!html.contains("data-live-url") && !html.contains("class=\"demo\"") && !html.contains("data-signed-in"));
    assert!(html.contains("href=\"/sign-in?next=/arenas%3Fq%3D%C3%A5%26page%3D2\""));
    assert!(html.contains("href=\"/language?lang=en&#38;next=/arenas%3Fq%3D%C3%A5%26page%3D2\""));
}

fn router() -> Router {
    let operator = Operator { name: "Kansliet <1>".into(), mail: Some("kansli@erfa.example".into()) };
    let frame = async |parts: http::request::Parts| Frame::new(Lang::of(&parts.headers), "", parts.uri.path());
    Router::new().merge(web::assets_router().into_router()).merge(web::statement_router(operator, frame).into_router())
}

#[expect(clippy::unwrap_used, reason = "a helper of tests")]
async fn get(path: &str, lang: Lang) -> (StatusCode, http::HeaderMap, String) {
    let request = Request::get(path).header(header::ACCEPT_LANGUAGE, lang.as_str()).body(Body::empty()).unwrap();
    let response = router().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn the_pages_that_the_law_wants_are_there_in_both_languages() {
    for (path, sv, en) in [
        ("/accessibility", "Tillgänglighet", "Accessibility"),
        ("/personal-data", "Personuppgifter", "Personal data"),
        ("/public-records", "Allmänna handlingar", "Public records"),
    ] {
        for (lang, title) in [(Lang::Sv, sv), (Lang::En, en)] {
            let (status, _, html) = get(path, lang).await;
            assert_eq!(status, StatusCode::OK);
            check(&html, lang);
            assert!(html.contains(&format!("<h1>{title}</h1>")), "{html}");
            assert!(html.contains("href=\"mailto:kansli@erfa.example\""), "{path} says where to turn");
            assert!(html.contains("Kansliet &lt;1&gt;") && !html.contains('{'), "{html}");
            assert!(html.matches("<h2>").count() >= 2);
        }
    }
}

#[tokio::test]
async fn assets_are_kept_for_ever_under_the_name_of_their_content() {
    let frame = Frame::new(Lang::Sv, "", "/");
    for (path, kind) in [
        (frame.style(), "text/css; charset=utf-8"),
        (frame.script(), "text/javascript; charset=utf-8"),
        (frame.icon(), "image/svg+xml"),
    ] {
        let (status, headers, _) = get(path, Lang::Sv).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert_eq!(headers[header::CONTENT_TYPE], kind);
        assert_eq!(headers[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
    }
    // What may change under its address is not kept for ever.
    let (_, headers, _) = get("/favicon.ico", Lang::Sv).await;
    assert_eq!(headers[header::CACHE_CONTROL], "public, max-age=86400");
    assert_eq!(get("/assets/erfa.0000.css", Lang::Sv).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_language_is_kept_in_a_cookie_and_the_reader_comes_back() {
    let (status, headers, _) = get("/language?lang=en&next=/arenas%3Fpage%3D2", Lang::Sv).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(headers[header::LOCATION], "/arenas?page=2");
    assert!(headers[header::SET_COOKIE].to_str().unwrap().starts_with("erfa-lang=en; Path=/;"));
    for path in ["/language?lang=xx&next=/a", "/language?lang=en&next=//evil.example", "/language?lang=en"] {
        let (status, headers, _) = get(path, Lang::Sv).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert!(headers[header::LOCATION].to_str().unwrap().starts_with('/'));
        assert_ne!(headers[header::LOCATION], "//evil.example");
    }
    assert!(!get("/language?lang=xx&next=/a", Lang::Sv).await.1.contains_key(header::SET_COOKIE));
}

#[tokio::test]
async fn error_pages_say_what_happened_and_where_to_go() {
    for status in [400, 403, 404, 409, 410, 429, 500, 503] {
        for lang in Lang::ALL {
            let status = StatusCode::from_u16(status).unwrap();
            let response = web::error_page(Frame::new(lang, "", "/x"), status, "", "");
            assert_eq!(response.status(), status);
            let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
            let html = String::from_utf8(body.to_vec()).unwrap();
            check(&html, lang);
            assert!(html.contains("href=\"/\"") && html.contains(status.as_str()));
        }
    }
    let response = web::error_page(Frame::new(Lang::Sv, "", "/x"), StatusCode::CONFLICT, "Stängd", "Skäl <b>");
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    let html = String::from_utf8(body.to_vec()).unwrap();
    assert!(html.contains("<h1>Stängd</h1>") && html.contains("Skäl &#60;b&#62;"), "{html}");
}

#[test]
fn a_form_without_errors_has_no_summary() {
    assert!(Errors::none().is_empty());
    let mut errors = Errors::none();
    errors.add("", "Hela formuläret");
    assert_eq!((errors.of("body"), errors.of(""), errors.count()), ("", "Hela formuläret", 1));
}

#[tokio::test]
async fn a_form_that_was_not_taken_is_on_its_page_whole() {
    for lang in Lang::ALL {
        let frame = Frame { csrf: "new".to_owned(), ..Frame::new(lang, "", "/") };
        let fields = [("csrf", "old"), ("commit", "1"), ("areas", "a"), ("areas", "b\"&"), ("body", "\n<b>\r\nlång")];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let form = NotTaken { action: "/threads/1/posts?a=\"".to_owned(), fields, retry_after_seconds: Some(1) };
        let response = web::resend_page(frame, StatusCode::TOO_MANY_REQUESTS, form);
        assert_eq!(response.status(), 429);
        let bytes = axum::body::to_bytes(response.into_body(), 1_000_000).await.unwrap();
        let html = String::from_utf8(bytes.to_vec()).unwrap();
        check(&html, lang);
        for expected in [
            "action=\"/threads/1/posts?a=&#34;\"",
            "name=\"csrf\" value=\"new\"",
            "name=\"commit\" value=\"1\"",
            "name=\"areas\" value=\"a\"",
            "name=\"areas\" value=\"b&#34;&#38;\"",
            "name=\"body\" rows=\"8\">\n\n&#60;b&#62;\r\nlång</textarea>",
        ] {
            assert!(html.contains(expected), "{expected} in {html}");
        }
    }
}
