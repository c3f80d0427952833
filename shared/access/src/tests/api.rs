//! The extractors of the API, through a router.

use std::time::Duration;

use axum::{Router, body::Body, extract::FromRef, routing::get};
use contracts::directory::Scope;
use http::{Request, StatusCode};
use service_kit::Problem;
use tower::ServiceExt as _;
use types::{LogEpoch, Position};
use uuid::Uuid;

use super::world::{ORIGIN, World};
use crate::{ApiReading, ApiWriting, FormOwner, Gate, Reading, Subject, Viewer, csrf_token};

/// A service's state is more than its gate.
#[derive(Clone)]
struct State(Gate);

impl FromRef<State> for Gate {
    fn from_ref(state: &State) -> Self {
        state.0.clone()
    }
}

fn answer(reading: &Reading) -> String {
    format!("{} at {}", reading.viewer.person().map_or("nobody".to_owned(), |p| p.to_string()), reading.position())
}

fn router(world: &World) -> Router {
    async fn read(ApiReading(reading): ApiReading) -> String {
        answer(&reading)
    }
    async fn write(ApiWriting(reading): ApiWriting) -> String {
        answer(&reading)
    }
    Router::new().route("/api", get(read).post(write)).with_state(State(world.gate.clone()))
}

/// Sends `METHOD path` with these headers; answers with the status, the problem's code or nothing, and the response.
async fn send(world: &World, request: &str, headers: &[(&str, &str)]) -> (u16, &'static str, http::Response<Body>) {
    let (method, path) = request.split_once(' ').unwrap();
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = router(world).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let code = Problem::of(&response).map_or("", |problem| problem.kind().code);
    (response.status().as_u16(), code, response)
}

async fn text(response: http::Response<Body>) -> String {
    String::from_utf8(axum::body::to_bytes(response.into_body(), 10_000).await.unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn a_request_gets_in_with_the_right_credentials_alone() {
    let world = World::new().await;
    let agency = world.agency("A").await;
    let person = world.person(agency).await;
    let (session, cookie) = world.signs_in(person).await;
    let (other_session, _) = world.signs_in(person).await;
    let (_, waiting) = world.signs_in(world.invited(agency).await).await;
    let bearer = async |scopes: &[Scope]| format!("Bearer {}", world.token(person, scopes).await.1);
    let (reads, writes) = (&*bearer(&[Scope::Read]).await, &*bearer(&[Scope::Write]).await);
    let both = &*bearer(&[Scope::Read, Scope::Write]).await;
    let (revoked, revoked_text) = world.token(person, &[Scope::Read]).await;
    world.revokes(revoked).await;
    let revoked = &*format!("Bearer {revoked_text}");
    let session_cookie = &*format!("erfa-session={cookie}");
    let secure_cookie = &*format!("__Host-erfa-session={cookie}");
    let waiting = &*format!("erfa-session={waiting}");
    let csrf = &*csrf_token(world.gate.keys(), FormOwner::Session(session));
    let foreign_csrf = &*csrf_token(world.gate.keys(), FormOwner::Session(other_session));
    world.snapshot().await;

    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], u16, &'a str);
    let evil = "https://evil.example";
    let cases: &[Case<'_>] = &[
        ("GET /api", &[], 401, "unauthorized"),
        ("POST /api", &[], 401, "unauthorized"),
        ("GET /api", &[("authorization", reads)], 200, ""),
        ("GET /api", &[("authorization", &reads.replace("Bearer", "bearer"))], 200, ""),
        ("GET /api", &[("authorization", both)], 200, ""),
        ("GET /api", &[("authorization", writes)], 403, "insufficient-scope"),
        ("POST /api", &[("authorization", reads)], 403, "insufficient-scope"),
        ("POST /api", &[("authorization", writes)], 200, ""),
        ("POST /api", &[("authorization", both), ("origin", evil)], 200, ""),
        ("GET /api", &[("authorization", revoked)], 401, "unauthorized"),
        ("GET /api", &[("authorization", "Bearer ")], 401, "unauthorized"),
        ("GET /api", &[("authorization", "Basic YTpi")], 401, "unauthorized"),
        // A token that is not valid is refused, whatever comes beside it.
        ("GET /api", &[("authorization", revoked), ("cookie", session_cookie)], 401, "unauthorized"),
        ("GET /api", &[("cookie", session_cookie)], 200, ""),
        ("GET /api", &[("cookie", session_cookie), ("sec-fetch-site", "none")], 200, ""),
        ("GET /api", &[("cookie", session_cookie), ("origin", evil)], 403, "foreign-origin"),
        ("GET /api", &[("cookie", session_cookie), ("sec-fetch-site", "cross-site")], 403, "foreign-origin"),
        ("GET /api", &[("cookie", secure_cookie)], 401, "unauthorized"),
        ("GET /api", &[("cookie", "erfa-session=x")], 401, "unauthorized"),
        ("GET /api", &[("cookie", waiting)], 403, "not-joined"),
        ("POST /api", &[("cookie", session_cookie), ("origin", ORIGIN), ("x-csrf-token", csrf)], 200, ""),
        ("POST /api", &[("cookie", session_cookie), ("x-csrf-token", csrf)], 403, "foreign-origin"),
        ("POST /api", &[("cookie", session_cookie), ("origin", evil), ("x-csrf-token", csrf)], 403, "foreign-origin"),
        ("POST /api", &[("cookie", session_cookie), ("origin", ORIGIN)], 403, "bad-form-token"),
        (
            "POST /api",
            &[("cookie", session_cookie), ("origin", ORIGIN), ("x-csrf-token", foreign_csrf)],
            403,
            "bad-form-token",
        ),
        ("POST /api", &[("cookie", waiting), ("origin", ORIGIN), ("x-csrf-token", csrf)], 403, "not-joined"),
    ];
    for (request, headers, status, code) in cases {
        let (got, problem, response) = send(&world, request, headers).await;
        assert_eq!((got, problem), (*status, *code), "{request} {headers:?}");
        assert_eq!(response.headers().contains_key("www-authenticate"), *status == 401);
        if *status == 200 {
            assert!(text(response).await.starts_with(&person.to_string()));
        }
    }
}

#[tokio::test]
async fn a_read_waits_for_what_it_is_to_see_at_least() {
    let world = World::with(Duration::from_secs(20)).await;
    let person = world.person(world.agency("A").await).await;
    let (_, token) = world.token(person, &[Scope::Read]).await;
    let authorization = ("authorization", &*format!("Bearer {token}"));
    for _ in 0..20 {
        // Nothing waits for the view here but the request itself.
        world.signs_in(person).await;
        let head = world.head().await;
        let cursor = world.gate.cursors().seal(world.log.epoch(), head, Subject::Person(person));
        let (status, _, response) = send(&world, &format!("GET /api?at-least={cursor}"), &[authorization]).await;
        assert_eq!(status, 200);
        assert_eq!(text(response).await, format!("{person} at {head}"));
        let (status, _, _) = send(&world, "GET /api", &[authorization, ("erfa-at-least", &cursor)]).await;
        assert_eq!(status, 200);
    }
}

#[tokio::test]
async fn a_read_that_waits_in_vain_says_so() {
    let world = World::new().await;
    let person = world.person(world.agency("A").await).await;
    let (_, token) = world.token(person, &[Scope::Read]).await;
    let authorization = ("authorization", &*format!("Bearer {token}"));
    world.snapshot().await;
    let beyond = Position::new(world.head().await.get() + 1_000);
    let cursor = world.gate.cursors().seal(world.log.epoch(), beyond, Subject::Person(person));
    let (status, code, response) = send(&world, &format!("GET /api?at-least={cursor}"), &[authorization]).await;
    assert_eq!((status, code), (503, "not-yet-visible"));
    assert_eq!(response.headers()["retry-after"], "1");
    world.views.close().await.unwrap();
    let (status, code, _) = send(&world, "GET /api", &[authorization]).await;
    assert_eq!((status, code), (503, "unavailable"));
}

#[tokio::test]
async fn a_cursor_that_is_not_theirs_is_refused_with_what_to_do() {
    let world = World::new().await;
    let agency = world.agency("A").await;
    let (person, other) = (world.person(agency).await, world.person(agency).await);
    let (_, token) = world.token(person, &[Scope::Read]).await;
    let authorization = ("authorization", &*format!("Bearer {token}"));
    world.snapshot().await;
    let seal = |epoch, subject| world.gate.cursors().seal(epoch, Position::new(1), subject);
    let own = seal(world.log.epoch(), Subject::Person(person));
    let cases = [
        (own.clone(), 200, ""),
        (seal(world.log.epoch(), Subject::Person(other)), 400, "somebody else"),
        (seal(world.log.epoch(), Subject::from(&Viewer::Anonymous)), 400, "somebody else"),
        (
            seal(LogEpoch::from_uuid(Uuid::from_u128(1)), Subject::Person(person)),
            400,
            "from before the log was restored",
        ),
        (own.replacen(&own[..1], if own.starts_with('A') { "B" } else { "A" }, 1), 400, "not made here"),
        (own[1..].to_owned(), 400, "not made here"),
        (String::new(), 400, "not made here"),
        (format!("{own}&at-least={own}"), 400, "once"),
        ("%FF".to_owned(), 400, "not made here"),
    ];
    for (cursor, status, detail) in cases {
        let (got, _, response) = send(&world, &format!("GET /api?at-least={cursor}"), &[authorization]).await;
        let text = text(response).await;
        assert_eq!(got, status, "{cursor} {text}");
        assert!(text.contains(detail), "{text}");
        assert!(status == 200 || text.contains("leave it out") || text.contains("without a cursor"), "{text}");
    }
    let (status, code, _) = send(&world, "GET /api", &[authorization, ("erfa-at-least", "nonsense")]).await;
    assert_eq!((status, code), (400, "bad-cursor"));
    let (status, code, _) = send(&world, "GET /api?at-least=nonsense", &[]).await;
    assert_eq!((StatusCode::from_u16(status).unwrap(), code), (StatusCode::BAD_REQUEST, "bad-cursor"));
}
