use axum::{
    Extension,
    body::{Body, Bytes, to_bytes},
    routing::{get, post},
};
use http::{HeaderMap, StatusCode};
use serde_json::Value;
use tower::ServiceExt as _;

use super::*;
use crate::{ApiJson, problems};

fn routes() -> Router {
    Router::new()
        .route("/", get(|| async { "a page" }))
        .route("/assets/x.css", get(|| async { ([("cache-control", "public, immutable")], "") }))
        .route("/refused", get(|| async { Problem::new(&problems::FORBIDDEN) }))
        .route("/signed-out", get(|| async { ([("set-cookie", "a=")], Problem::new(&problems::UNAUTHORIZED)) }))
        .route("/api/x/v1/things", post(|ApiJson(_): ApiJson<Value>| async { "taken" }))
        .route("/api/x/v1/raw", post(|body: Bytes| async move { body.len().to_string() }))
        .route("/api/x/v1/never", get(std::future::pending::<()>))
        .route("/api/x/v1/panic", get(panics))
        .route("/api/x/v1/id", get(|Extension(RequestId(id)): Extension<RequestId>| async move { id.to_string() }))
}

async fn panics() -> &'static str {
    panic!("a secret that somebody wrote")
}

fn config(origin: &str) -> Config {
    let mut config = Config { origin: origin.parse().expect("an origin"), ..Config::default() };
    config.limits.body_bytes_max = 30;
    config
}

async fn send(router: Router, request: http::request::Builder, body: &str) -> (StatusCode, HeaderMap, String) {
    let request = request.body(Body::from(body.to_owned())).expect("valid");
    let (head, body) = router.oneshot(request).await.expect("infallible").into_parts();
    let bytes = to_bytes(body, 1_000_000).await.expect("short");
    (head.status, head.headers, String::from_utf8(bytes.to_vec()).expect("text"))
}

fn protected() -> Router {
    protect(routes(), &config("http://127.0.0.1:8080"))
}

async fn problem(request: http::request::Builder, body: &str) -> (HeaderMap, Value) {
    let (status, headers, text) = send(protected(), request, body).await;
    assert_eq!(headers["content-type"], "application/problem+json", "{text}");
    let problem: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(problem["status"], status.as_u16());
    (headers, problem)
}

#[tokio::test]
async fn every_answer_has_the_headers() {
    for path in ["/", "/refused", "/nowhere", "/api/x/v1/nowhere", "/api/x/v1/panic", "/assets/x.css"] {
        let (_, headers, _) = send(protected(), Request::get(path), "").await;
        for (name, value) in [
            (
                "content-security-policy",
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                 form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
            ),
            ("referrer-policy", "same-origin"),
            ("x-content-type-options", "nosniff"),
            ("cache-control", if path == "/assets/x.css" { "public, immutable" } else { "no-store" }),
        ] {
            assert_eq!(headers.get(name).map(|v| v.as_bytes()), Some(value.as_bytes()), "{name} of {path}");
        }
        assert!(headers.contains_key("x-request-id") && !headers.contains_key("strict-transport-security"), "{path}");
    }
    let (_, headers, _) = send(protect(routes(), &config("https://erfa.example")), Request::get("/"), "").await;
    assert_eq!(headers["strict-transport-security"], "max-age=31536000");
}

#[tokio::test]
async fn a_problem_speaks_the_language_of_its_request() {
    let (headers, sv) = problem(Request::get("/refused"), "").await;
    assert_eq!((&sv["title"], &sv["instance"]), (&"Du får inte göra detta".into(), &"/refused".into()));
    assert_eq!(
        (&headers["content-language"], &headers["vary"]),
        (&"sv".parse().expect("ok"), &"accept-language".parse().expect("ok"))
    );
    let (headers, en) = problem(Request::get("/refused?a=b").header("accept-language", "en-GB,sv;q=0.5"), "").await;
    assert_eq!((&en["title"], &en["instance"]), (&"You may not do this".into(), &"/refused".into()));
    assert_eq!(headers["content-language"], "en");
}

#[tokio::test]
async fn the_routers_own_refusals_are_problems_too() {
    assert_eq!(problem(Request::get("/api/x/v1/nowhere"), "").await.1["type"], "/problems/not-found");
    assert_eq!(problem(Request::get("/nowhere"), "").await.1["type"], "/problems/not-found");
    let (headers, refused) = problem(Request::delete("/api/x/v1/things"), "").await;
    assert_eq!(refused["type"], "/problems/method-not-allowed");
    assert_eq!(headers["allow"], "POST");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let body = format!("\"{}\"", "x".repeat(40));
    let json = || Request::post("/api/x/v1/things").header("content-type", "application/json");
    assert_eq!(problem(json(), &body).await.1["type"], "/problems/too-large");
    assert_eq!(problem(Request::post("/api/x/v1/raw"), &body).await.1["type"], "/problems/too-large");
    assert_eq!(send(protected(), json(), "\"short\"").await.2, "taken");
}

#[tokio::test(start_paused = true)]
async fn a_request_has_its_time() {
    let started = tokio::time::Instant::now();
    let answer = problem(Request::get("/api/x/v1/never"), "");
    let answer = tokio::time::timeout(Config::default().limits.request_max * 2, answer).await;
    let (headers, refused) = answer.expect("an answer comes");
    assert_eq!(started.elapsed(), Config::default().limits.request_max);
    assert_eq!((&refused["type"], headers["retry-after"].as_bytes()), (&"/problems/timeout".into(), b"5".as_slice()));
}

#[tokio::test]
async fn a_panic_is_a_problem_that_tells_nothing() {
    let (_, refused) = problem(Request::get("/api/x/v1/panic"), "").await;
    assert_eq!(refused["type"], "/problems/internal");
    assert!(!refused.to_string().contains("secret"));
}

#[tokio::test]
async fn a_request_has_one_id_inside_and_outside() {
    let (_, headers, id) = send(protected(), Request::get("/api/x/v1/id"), "").await;
    assert_eq!(headers["x-request-id"], id.as_str());
}

#[tokio::test]
async fn a_browser_gets_a_page() {
    let pages: ProblemPages = std::sync::Arc::new(|head, problem| {
        (problem.status(), axum::response::Html(format!("<h1>{} {}</h1>", head.uri.path(), problem.kind().code)))
            .into_response()
    });
    let router = || protect_with_pages(routes(), &config("http://127.0.0.1:8080"), pages.clone());
    let browser = |path: &str| Request::get(path).header("accept", "text/html,*/*;q=0.8");
    let (status, headers, text) = send(router(), browser("/refused"), "").await;
    assert_eq!((status, text.as_str()), (StatusCode::FORBIDDEN, "<h1>/refused forbidden</h1>"));
    assert_eq!(headers["content-type"], "text/html; charset=utf-8");
    assert_eq!(send(router(), browser("/nowhere"), "").await.2, "<h1>/nowhere not-found</h1>");
    let (_, headers, _) = send(router(), browser("/signed-out"), "").await;
    assert_eq!(
        (&headers["set-cookie"], &headers["www-authenticate"]),
        (&"a=".parse().expect("ok"), &"Bearer".parse().expect("ok"))
    );
    let (_, headers, _) = send(router(), browser("/api/x/v1/nowhere"), "").await;
    assert_eq!(headers["content-type"], "application/problem+json");
    let (_, headers, _) = send(router(), Request::get("/refused"), "").await;
    assert_eq!(headers["content-type"], "application/problem+json");
}

#[tokio::test(start_paused = true)]
async fn the_page_for_a_refusal_has_the_form_whoever_refused_it() {
    let pages: ProblemPages = std::sync::Arc::new(|head, problem| {
        let kept = head.extensions.get::<SentForm>().map_or("nothing".into(), |SentForm(form)| form.clone());
        (problem.status(), kept).into_response()
    });
    async fn read(form: Bytes) -> Problem {
        assert_eq!(form, "text=hej");
        Problem::new(&problems::UNAVAILABLE)
    }
    let router = Router::new()
        .route("/unread", post(|| async { Problem::new(&problems::RATE_LIMITED) }))
        .route("/read", post(read))
        .route("/never", post(async |_: Bytes| std::future::pending::<()>().await));
    let router = protect_with_pages(router, &config("http://127.0.0.1:8080"), pages);
    let form = |path: &str, length: &str| {
        let request = Request::post(path).header("accept", "text/html").header("content-length", length);
        request.header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
    };
    for (path, status) in [("/unread", 429), ("/read", 503), ("/never", 503)] {
        let (answered, _, kept) = send(router.clone(), form(path, "8"), "text=hej").await;
        assert_eq!((answered.as_u16(), kept.as_str()), (status, "text=hej"), "{path}");
    }
    let (answered, _, kept) = send(router.clone(), form("/unread", "600000"), "text=hej").await;
    assert_eq!((answered.as_u16(), kept.as_str()), (429, "nothing"), "what is too long is not held in memory");
    let not_a_form = Request::post("/unread").header("accept", "text/html").header("content-length", "8");
    assert_eq!(send(router, not_a_form, "text=hej").await.2, "nothing");
}
