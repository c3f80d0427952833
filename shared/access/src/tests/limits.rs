//! Whose budget a request is taken from.

use std::net::SocketAddr;

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, FromRef},
    routing::get,
};
use contracts::directory::Scope;
use http::Request;
use service_kit::{Config, Rates, protect};
use tower::ServiceExt as _;

use super::world::World;
use crate::{ApiReading, ApiWriting, Gate, PageReading};

#[derive(Clone)]
struct State(Gate);

impl FromRef<State> for Gate {
    fn from_ref(state: &State) -> Self {
        state.0.clone()
    }
}

fn site(world: &World, rates: Rates) -> Router {
    async fn read(_: ApiReading) {}
    async fn write(_: ApiWriting) {}
    async fn page(_: PageReading) {}
    let router = Router::new().route("/api/x", get(read).post(write)).route("/page", get(page).post(page));
    protect(router.with_state(State(world.gate.clone())), &Config { rates, ..Config::default() })
}

/// The statuses of as many requests in a row, all from one address.
async fn statuses<const N: usize>(site: &Router, what: &str, header: Option<(&str, &str)>) -> [u16; N] {
    let mut statuses = [0; N];
    for status in &mut statuses {
        let (method, path) = what.split_once(' ').unwrap();
        let mut request = Request::builder().method(method).uri(path);
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        let mut request = request.body(Body::empty()).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([203, 0, 113, 7], 1))));
        *status = site.clone().oneshot(request).await.unwrap().status().as_u16();
    }
    statuses
}

#[tokio::test(start_paused = true)]
async fn people_and_tokens_have_their_own_budgets_and_share_their_agencys() {
    let world = World::new().await;
    let (agency, other_agency) = (world.agency("A").await, world.agency("B").await);
    let (one, other, elsewhere) =
        (world.person(agency).await, world.person(agency).await, world.person(other_agency).await);
    let cookie = async |person| format!("erfa-session={}", world.signs_in(person).await.1);
    let (one_cookie, one_again, other_cookie) = (cookie(one).await, cookie(one).await, cookie(other).await);
    let elsewhere = cookie(elsewhere).await;
    let bearer = async |person| format!("Bearer {}", world.token(person, &[Scope::Read, Scope::Write]).await.1);
    let (token, second_token) = (bearer(one).await, bearer(one).await);
    world.snapshot().await;
    let rates =
        Rates { address: 1, person_reads: 2, token_reads: 3, token_writes: 1, agency_reads: 12, ..Rates::unlimited() };
    let site = site(&world, rates);
    assert_eq!(statuses(&site, "GET /page", Some(("cookie", &one_cookie))).await, [200, 200, 429]);
    assert_eq!(statuses(&site, "GET /page", Some(("cookie", &one_again))).await, [429], "a browser is no person");
    assert_eq!(statuses(&site, "GET /api/x", Some(("cookie", &one_again))).await, [429], "nor is the API another");
    assert_eq!(statuses(&site, "GET /page", Some(("cookie", &other_cookie))).await, [200, 200, 429]);
    assert_eq!(statuses(&site, "GET /api/x", Some(("authorization", &token))).await, [200, 200, 200, 429]);
    assert_eq!(statuses(&site, "POST /api/x", Some(("authorization", &token))).await, [200, 429]);
    let rest = statuses(&site, "GET /api/x", Some(("authorization", &second_token))).await;
    assert_eq!(rest, [200, 200, 200, 429]);
    let third = bearer(one).await;
    world.snapshot().await;
    assert_eq!(statuses(&site, "GET /api/x", Some(("authorization", &third))).await, [200, 200, 429], "the agency's");
    assert_eq!(statuses(&site, "GET /page", Some(("cookie", &elsewhere))).await, [200], "another agency's is its own");
    // All of that came from one address, which has asked for nothing without being signed in.
    assert_eq!(statuses(&site, "GET /page", None).await, [200, 429]);
}

#[tokio::test(start_paused = true)]
async fn who_is_not_recognised_is_their_address() {
    let world = World::new().await;
    let agency = world.agency("A").await;
    let person = world.person(agency).await;
    let (token, text) = world.token(person, &[Scope::Read]).await;
    world.revokes(token).await;
    let cookie = format!("erfa-session={}", world.signs_in(person).await.1);
    world.snapshot().await;
    let ended =
        format!("erfa-session={}", crate::session_text(types::SessionId::new(&world.ids), &crate::Secret::new()));
    let site = || site(&world, Rates { address: 41, ..Rates::unlimited() });
    // A session that has ended is nothing that anybody guessed at.
    let asks = site();
    assert_eq!(statuses::<41>(&asks, "POST /page", Some(("cookie", &ended))).await, [200; 41]);
    assert_eq!(statuses(&asks, "GET /page", Some(("cookie", &ended))).await, [429]);
    assert_eq!(statuses(&asks, "GET /page", None).await, [429]);
    // A token that is not right may be a guess.
    let guesses = site();
    for wrong in [format!("Bearer {text}"), "Bearer erfa_x".to_owned()] {
        assert_eq!(statuses(&guesses, "GET /api/x", Some(("authorization", &wrong))).await, [401]);
    }
    assert_eq!(statuses(&guesses, "GET /api/x", Some(("authorization", "Bearer x"))).await, [401, 429]);
    assert_eq!(statuses(&guesses, "GET /page", Some(("cookie", &cookie))).await, [200], "others are not held up");
}
