use std::{net::SocketAddr, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    response::{IntoResponse as _, Response},
    routing::{any, get},
};
use http::{HeaderMap, Request, StatusCode};
use tokio::time::advance;
use tower::ServiceExt as _;
use uuid::Uuid;

use super::*;
use crate::{ClientAddress, Config, Proxies, protect};

const HERE: &str = "203.0.113.7";
const ELSEWHERE: &str = "203.0.113.8";
const ONE: Uuid = Uuid::from_u128(1);
const OTHER: Uuid = Uuid::from_u128(2);
const AGENCY: Uuid = Uuid::from_u128(9);

/// Recognises whoever says `person <id>` or `token <id>` as of one agency; everybody else is nobody, or wrong.
async fn who(asker: Asker, request: axum::extract::Request) -> Response {
    let presented = request.headers().get("authorization").and_then(|it| it.to_str().ok()).unwrap_or_default();
    let access = Access::of(request.method());
    let credential = match presented.split_once(' ') {
        Some(("person", id)) => Some(Credential::Person(id.parse().expect("an id"))),
        Some(("token", id)) => Some(Credential::Token(id.parse().expect("an id"))),
        _ => None,
    };
    let counted = match credential {
        Some(credential) => asker.is_signed_in(SignedIn { credential, agency: AGENCY }, access),
        None if presented == "wrong" => asker.presented_a_wrong_token(),
        None => asker.is_nobody(),
    };
    match counted {
        Ok(()) if presented == "wrong" => StatusCode::UNAUTHORIZED.into_response(),
        Ok(()) => "welcome".into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

async fn link(asker: Asker) -> Response {
    let opened = asker.signs_in().and_then(|()| asker.opened_a_wrong_link());
    opened.map_or_else(|refusal| refusal.into_response(), |()| StatusCode::GONE.into_response())
}

fn site(rates: Rates) -> Router {
    let router = Router::new()
        .route("/who", any(who))
        .route("/link", any(link))
        .route("/assets/x.css", get(|| async { "" }))
        .route("/nobody-looks", get(|client: axum::Extension<ClientAddress>| async move { client.0.0.to_string() }));
    let trusted = vec![Proxies::parse("192.0.2.1").expect("an address")];
    let proxies = Proxies { trusted, ..Proxies::default() };
    protect(router, &Config { rates, proxies, ..Config::default() })
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn limit(&self) -> (&str, &str) {
        let text = |name: &str| self.headers.get(name).map_or("", |value| value.to_str().expect("text"));
        (text("ratelimit-policy"), text("ratelimit"))
    }
}

/// Sends `METHOD path`, from an address, presenting something.
async fn send(site: &Router, what: &str, from: &str, presented: &str) -> Answer {
    let (method, path) = what.split_once(' ').expect("a method and a path");
    let mut request = Request::builder().method(method).uri(path);
    if !presented.is_empty() {
        request = request.header("authorization", presented);
    }
    let mut request = request.body(Body::empty()).expect("valid");
    let peer = SocketAddr::new(from.parse().expect("an address"), 4711);
    request.extensions_mut().insert(ConnectInfo(peer));
    let (head, body) = site.clone().oneshot(request).await.expect("infallible").into_parts();
    let body = axum::body::to_bytes(body, 1_000_000).await.expect("short");
    Answer {
        status: head.status.as_u16(),
        headers: head.headers,
        body: String::from_utf8(body.to_vec()).expect("text"),
    }
}

async fn status(site: &Router, what: &str, from: &str, presented: &str) -> u16 {
    send(site, what, from, presented).await.status
}

#[tokio::test(start_paused = true)]
async fn who_is_not_signed_in_is_counted_by_address() {
    let site = site(Rates { address: 3, ..Rates::unlimited() });
    for (remaining, reset) in [(2, 20), (1, 40), (0, 60)] {
        let answer = send(&site, "GET /nobody-looks", HERE, "").await;
        assert_eq!((answer.status, &*answer.body), (200, HERE));
        let limit = format!("\"address\";r={remaining};t={reset}");
        assert_eq!(answer.limit(), ("\"address\";q=3;w=60", &*limit));
    }
    let refused = send(&site, "GET /nobody-looks", HERE, "").await;
    assert_eq!((refused.status, refused.limit()), (429, ("\"address\";q=3;w=60", "\"address\";r=0;t=60")));
    assert_eq!(refused.headers["retry-after"], "20");
    let problem: serde_json::Value = serde_json::from_str(&refused.body).expect("JSON");
    assert_eq!(problem["type"], "/problems/rate-limited");
    assert_eq!(problem["violated-policies"], serde_json::json!(["address"]));
    assert_eq!(
        problem["detail"],
        "more than 3 requests came from this address without signing in within a minute; this one did nothing: send it \
         again after 20 seconds"
    );
    assert_eq!(status(&site, "GET /nobody-looks", ELSEWHERE, "").await, 200);
    assert_eq!(status(&site, "GET /assets/x.css", HERE, "").await, 200, "what costs nothing is not counted");
    advance(Duration::from_secs(20)).await;
    assert_eq!(status(&site, "GET /nobody-looks", HERE, "").await, 200);
    assert_eq!(status(&site, "GET /nobody-looks", HERE, "").await, 429);
}

#[tokio::test(start_paused = true)]
async fn signed_in_people_are_not_their_address() {
    let site = site(Rates { address: 1, person_reads: 3, person_writes: 2, ..Rates::unlimited() });
    assert_eq!(status(&site, "GET /who", HERE, "").await, 200);
    assert_eq!(status(&site, "GET /who", HERE, "").await, 429);
    let (one, other) = (format!("person {ONE}"), format!("person {OTHER}"));
    for person in [&one, &other] {
        for expected in [200, 200, 200, 429] {
            assert_eq!(status(&site, "GET /who", HERE, person).await, expected);
        }
        for expected in [200, 200, 429] {
            assert_eq!(status(&site, "POST /who", HERE, person).await, expected, "writing has a budget of its own");
        }
    }
    assert_eq!(status(&site, "GET /who", ELSEWHERE, &one).await, 429, "another address is no new budget");
}

#[tokio::test(start_paused = true)]
async fn the_tightest_limit_is_told() {
    let site = site(Rates { person_reads: 10, agency_reads: 4, token_reads: 2, ..Rates::unlimited() });
    let answer = send(&site, "GET /who", HERE, &format!("person {ONE}")).await;
    assert_eq!(answer.limit(), ("\"agency-reads\";q=4;w=60", "\"agency-reads\";r=3;t=15"));
    let answer = send(&site, "GET /who", HERE, &format!("token {ONE}")).await;
    assert_eq!(answer.limit(), ("\"token-reads\";q=2;w=60", "\"token-reads\";r=1;t=30"));
    assert_eq!(status(&site, "GET /who", HERE, &format!("token {ONE}")).await, 200);
    assert_eq!(send(&site, "GET /who", HERE, &format!("token {ONE}")).await.limit().0, "\"token-reads\";q=2;w=60");
    assert_eq!(status(&site, "GET /who", HERE, &format!("token {OTHER}")).await, 200);
    let refused = send(&site, "GET /who", HERE, &format!("person {OTHER}")).await;
    assert_eq!((refused.status, refused.limit().1), (429, "\"agency-reads\";r=0;t=60"));
}

#[tokio::test(start_paused = true)]
async fn guessing_costs_more_than_asking() {
    let site = site(Rates { address: 50, sign_in: 42, ..Rates::unlimited() });
    for expected in [401, 401, 401, 429] {
        assert_eq!(status(&site, "GET /who", HERE, "wrong").await, expected);
    }
    assert_eq!(status(&site, "GET /who", HERE, "").await, 429, "and takes from what the address may ask");
    assert_eq!(status(&site, "GET /who", HERE, &format!("person {ONE}")).await, 200, "of those who are not signed in");
    for expected in [410, 410, 429] {
        assert_eq!(status(&site, "POST /link", ELSEWHERE, "").await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn what_nobody_looks_at_counts_for_the_address() {
    let site = site(Rates { address: 2, ..Rates::unlimited() });
    for expected in [200, 200, 429] {
        assert_eq!(status(&site, "GET /nobody-looks", HERE, &format!("person {ONE}")).await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_has_another_budget_by_saying_that_they_are_somebody_else() {
    let site = site(Rates { address: 1, ..Rates::unlimited() });
    let forwarded = |from: &'static str, for_whom: &'static str| {
        let site = site.clone();
        async move {
            let request = Request::get("/who").header("x-forwarded-for", for_whom);
            let mut request = request.body(Body::empty()).expect("valid");
            request.extensions_mut().insert(ConnectInfo(SocketAddr::new(from.parse().expect("an address"), 1)));
            site.oneshot(request).await.expect("infallible").status().as_u16()
        }
    };
    assert_eq!(forwarded(HERE, "198.51.100.1").await, 200);
    assert_eq!(forwarded(HERE, "198.51.100.2").await, 429, "nobody vouches for this address");
    assert_eq!(forwarded("192.0.2.1", "198.51.100.1").await, 200);
    assert_eq!(forwarded("192.0.2.1", "198.51.100.1").await, 429);
    assert_eq!(forwarded("192.0.2.1", "198.51.100.9, 198.51.100.1").await, 429);
    assert_eq!(forwarded("192.0.2.1", "198.51.100.2").await, 200);
}

#[tokio::test(start_paused = true)]
async fn without_limits_nothing_is_refused_or_told() {
    let site = site(Rates::unlimited());
    for _ in 0..100 {
        let answer = send(&site, "POST /link", HERE, "").await;
        assert_eq!((answer.status, answer.limit()), (410, ("", "")));
    }
}

#[tokio::test(start_paused = true)]
async fn memory_is_bounded_however_many_ask() {
    let limiter = limiter::Limiter::new(Class::Address, 2).expect("a limit");
    for key in 0..100_000 {
        assert!(limiter.take(key).is_ok());
    }
    let counted = limiter.counted();
    assert!(counted > 0 && counted <= limiter::COUNTED_MAX, "{counted}");
    // Who asks again and again is not forgotten for those who come once.
    let limiter = limiter::Limiter::new(Class::Address, 2).expect("a limit");
    let refused = (0..100_000).filter(|key| limiter.take(*key).is_ok() && limiter.take(u128::MAX).is_err()).count();
    assert!(refused > 99_000, "{refused}");
}
