//! The API, asked as a program does; and that its contract is what is checked in.

use std::{fs, path::Path};

use contracts::directory::{Role, Scope};
use http::Request;
use serde_json::{Value, json};
use types::PersonId;

use crate::{
    commands::{NewMandate, NewToken},
    testing::{Answer, World},
};

/// `cargo xtask contracts` runs this with `UPDATE_CONTRACTS=1`, which writes the file instead of comparing it.
#[test]
fn contracts_openapi_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto/openapi/directory.json");
    let (_, openapi) = super::routes();
    let json = openapi.to_pretty_json().unwrap() + "\n";
    if std::env::var_os("UPDATE_CONTRACTS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &json).unwrap();
    }
    let stands = fs::read_to_string(&path).unwrap_or_default();
    assert!(stands == json, "proto/openapi/directory.json is stale: run `cargo xtask contracts`");
}

struct Client<'a> {
    world: &'a World,
    token: String,
}

impl<'a> Client<'a> {
    async fn of(world: &'a World, person: PersonId, scopes: &[Scope]) -> Self {
        let label = types::Line::new("Test").unwrap();
        let wanted = NewToken { label, scopes: scopes.to_vec(), days: 1, integration: None, arenas: None };
        let issued = world.commands().issue_token(&World::system(), person, wanted).await.unwrap();
        world.read(issued.position).await;
        Self { world, token: issued.value.token.unwrap() }
    }

    async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/directory/v1{path}"))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json");
        self.world.browser().send(request, body.map_or_else(String::new, |body| body.to_string())).await
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        let answer = self.send("GET", path, None).await;
        (answer.status.as_u16(), answer.json())
    }
}

#[tokio::test]
async fn agencies_and_people_are_read() {
    let world = World::empty().await;
    let (agency, other) = (world.agency("Verket").await, world.agency("Ängsverket").await);
    let person = world.joined("a@x.example", "Anna", agency, Role::ContactPerson).await;
    let invited = world.invited("b@x.example", other, Role::Participant).await;
    let client = Client::of(&world, person, &[Scope::Read]).await;

    let (_, agencies) = client.get("/agencies?limit=1&page=2").await;
    assert_eq!(agencies["items"][0]["name"], "Ängsverket");
    assert_eq!((&agencies["total"], &agencies["page"], &agencies["limit"]), (&json!(2), &json!(2), &json!(1)));
    assert_eq!(client.get("/agencies?q=%C3%A4ngs").await.1["total"], 1);
    for bad in ["limit=0", "limit=101", "page=0", "page=x"] {
        assert_eq!(client.get(&format!("/agencies?{bad}")).await.0, 400, "{bad}");
    }
    let read = client.send("GET", &format!("/agencies/{agency}"), None).await;
    assert_eq!(read.headers["etag"], "\"0\"");
    assert!(read.headers.contains_key("erfa-cursor"));
    assert_eq!(read.json()["name"], "Verket");

    let (_, people) = client.get("/people").await;
    assert_eq!(people["items"].as_array().unwrap().len(), 1, "who has not joined is not listed");
    let (_, anna) = client.get(&format!("/people/{person}")).await;
    assert_eq!(anna["mandates"][0]["role"], "contact-person");
    assert!(anna.get("email").is_none(), "an address is not for others");
    assert_eq!(client.get(&format!("/people?agency={other}")).await.1["total"], 0);
    assert_eq!(client.get("/me").await.1["email"], "a@x.example");

    let nobody = "0192f0c1-2a3b-7c4d-8e5f-001122334455";
    for path in
        [format!("/agencies/{nobody}"), format!("/people/{nobody}"), format!("/people/{invited}"), "/people/x".into()]
    {
        let (status, problem) = client.get(&path).await;
        assert_eq!((status, &problem["type"]), (404, &json!("/problems/not-found")), "{path}");
    }
}

#[tokio::test]
async fn who_asks_without_leave_gets_nothing() {
    let world = World::empty().await;
    let agency = world.agency("Verket").await;
    let person = world.joined("a@x.example", "Anna", agency, Role::Participant).await;
    let invited = world.invited("b@x.example", agency, Role::Participant).await;
    for path in ["/agencies", "/people", "/me", "/me/sessions", "/me/tokens"] {
        let uri = format!("/api/directory/v1{path}");
        assert_eq!(world.browser().get(&uri).await.status, 401, "{path}");
        assert_eq!(world.browser_of(invited).await.get(&uri).await.status, 403, "{path}");
        let writer = Client::of(&world, person, &[Scope::Write]).await;
        assert_eq!(writer.get(path).await.0, 403, "{path}");
    }
}

#[tokio::test]
async fn what_was_written_is_read_with_its_cursor() {
    let world = World::empty().await;
    let agency = world.agency("Verket").await;
    let person = world.joined("a@x.example", "Anna", agency, Role::Participant).await;
    let client = Client::of(&world, person, &[Scope::Read, Scope::Write]).await;
    let mut browser = world.browser_of(person).await;
    let sessions = client.get("/me/sessions").await.1;
    assert_eq!((&sessions["total"], &sessions["items"][0]["current"]), (&json!(1), &json!(false)));
    let session = sessions["items"][0]["id"].as_str().unwrap();
    let ended = client.send("DELETE", &format!("/me/sessions/{session}"), None).await;
    assert_eq!(ended.status, 200);
    let cursor = ended.json()["cursor"].as_str().unwrap().to_owned();
    assert_eq!(client.get(&format!("/me/sessions?at-least={cursor}")).await.1["total"], 0);
    assert_eq!(client.get("/me/sessions?at-least=forged").await.0, 400);
    assert_eq!(browser.get("/me").await.status, 303);
    let nobody = "0192f0c1-2a3b-7c4d-8e5f-001122334455";
    assert_eq!(client.send("DELETE", &format!("/me/sessions/{nobody}"), None).await.status, 404);
}

#[tokio::test]
async fn a_session_is_carried_elsewhere_in_a_token_that_ends_with_it() {
    let world = World::empty().await;
    let agency = world.agency("Verket").await;
    let person = world.joined("a@x.example", "Anna", agency, Role::Participant).await;
    let mut browser = world.browser_of(person).await;
    let csrf = browser.get("/me").await.field("csrf").unwrap();
    let post = || {
        let request = Request::post("/api/directory/v1/me/session/token").header("origin", crate::testing::ORIGIN);
        request.header("x-csrf-token", csrf.clone())
    };
    let made = browser.send(post(), String::new()).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let client = Client { world: &world, token: made.json()["token"].as_str().unwrap().to_owned() };
    assert_eq!(client.get("/me").await.1["id"], json!(person));
    let sessions = client.get("/me/sessions").await.1;
    assert_eq!(sessions["items"][0]["current"], true);

    let order = json!({ "label": "Diariet", "scopes": ["read"], "days": 30 });
    for (path, body) in [("/me/session/token", None), ("/me/tokens", Some(order))] {
        assert_eq!(client.send("POST", path, body).await.status, 403, "{path}");
    }
    let session = sessions["items"][0]["id"].as_str().unwrap();
    let ended = client.send("DELETE", &format!("/me/sessions/{session}"), None).await;
    assert_eq!(ended.status, 200);
    world.read(world.head().await).await;
    assert_eq!(client.get("/me").await.0, 401);
}

#[tokio::test]
async fn a_token_is_rotated_from_a_browser_and_shows_what_it_is_for() {
    let world = World::empty().await;
    let agency = world.agency("Verket").await;
    let person = world.joined("a@x.example", "Anna", agency, Role::Participant).await;
    let mandate = NewMandate { role: Role::Integrator, agency, from: None, until: None };
    let granted = world.commands().grant_mandate(&World::system(), person, mandate).await.unwrap();
    world.read(granted.position).await;
    let mut browser = world.browser_of(person).await;
    let csrf = browser.get("/me").await.field("csrf").unwrap();
    let post = |path: &str| {
        let request = Request::post(format!("/api/directory/v1{path}")).header("origin", crate::testing::ORIGIN);
        request.header("content-type", "application/json").header("x-csrf-token", csrf.clone())
    };
    let arena = "0192f0c1-2a3b-7c4d-8e5f-001122334455";
    let order = |extra: Value| {
        let mut order = json!({ "label": "Diariet", "scopes": ["read", "write"], "days": 30 });
        order.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        order.to_string()
    };
    let none = browser.send(post("/me/tokens"), order(json!({ "arenas": [] }))).await;
    assert_eq!((none.status.as_u16(), &none.json()["errors"][0]["pointer"]), (422, &json!("/arenas")));
    let others = world.agency("Ämbetet").await;
    assert_eq!(browser.send(post("/me/tokens"), order(json!({ "agency": others }))).await.status, 403);

    let issued = browser.send(post("/me/tokens"), order(json!({ "agency": agency, "arenas": [arena] }))).await;
    assert_eq!(issued.status, 201, "{}", issued.body);
    let first = Client { world: &world, token: issued.json()["token"].as_str().unwrap().to_owned() };
    world.read(world.head().await).await;
    let (_, listed) = first.get("/me/tokens").await;
    assert_eq!(listed["items"][0]["arenas"], json!([arena]), "{listed}");
    assert_eq!((&listed["items"][0]["agency"], &listed["items"][0]["rotatedAt"]), (&json!(agency), &Value::Null));

    let rotation = format!("/me/tokens/{}/rotation", issued.json()["id"].as_str().unwrap());
    let days = json!({ "days": 60 });
    assert_eq!(first.send("POST", &rotation, Some(days.clone())).await.status, 403, "not with a token");
    let rotated = browser.send(post(&rotation), days.to_string()).await;
    assert_eq!(rotated.status, 201, "{}", rotated.body);
    world.read(world.head().await).await;
    let second = Client { world: &world, token: rotated.json()["token"].as_str().unwrap().to_owned() };
    assert_ne!(first.token, second.token);
    assert!(second.get("/me/tokens").await.1["items"][0]["rotatedAt"].is_string());
    let long = browser.send(post(&rotation), json!({ "days": 367 }).to_string()).await;
    assert_eq!((long.status.as_u16(), &long.json()["errors"][0]["pointer"]), (422, &json!("/days")));
}

#[tokio::test]
async fn a_token_is_issued_from_a_browser_alone() {
    let world = World::empty().await;
    let agency = world.agency("Verket").await;
    let person = world.joined("a@x.example", "Anna", agency, Role::Participant).await;
    let order = json!({ "label": "Diariet", "scopes": ["read"], "days": 30 });
    let client = Client::of(&world, person, &[Scope::Read, Scope::Write]).await;
    let refused = client.send("POST", "/me/tokens", Some(order.clone())).await;
    assert_eq!(refused.status, 403);

    let mut browser = world.browser_of(person).await;
    let csrf = browser.get("/me").await.field("csrf").unwrap();
    let post = |csrf: Option<&str>, origin: &str, key: &str| {
        let request = Request::post("/api/directory/v1/me/tokens")
            .header("content-type", "application/json")
            .header("origin", origin)
            .header("idempotency-key", key);
        csrf.into_iter().fold(request, |request, csrf| request.header("x-csrf-token", csrf))
    };
    let own = crate::testing::ORIGIN;
    let events = world.events().await.len();
    let foreign = post(Some(&csrf), "https://evil.example", "k1");
    assert_eq!(browser.send(foreign, order.to_string()).await.status, 403);
    assert_eq!(browser.send(post(None, own, "k1"), order.to_string()).await.status, 403);
    for (order, pointer) in [
        (json!({ "label": "", "scopes": ["read"], "days": 30 }), "/label"),
        (json!({ "label": "x", "scopes": ["all"], "days": 30 }), "/scopes/0"),
        (json!({ "label": "x", "scopes": [], "days": 30 }), "/scopes"),
        (json!({ "label": "x", "scopes": ["read"], "days": 367 }), "/days"),
        (json!({ "label": "x", "scopes": ["read"] }), "/days"),
        (json!({ "label": "x", "scopes": ["read"], "days": 1, "admin": true }), "/admin"),
    ] {
        let refused = browser.send(post(Some(&csrf), own, "k1"), order.to_string()).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["errors"][0]["pointer"]), (422, &json!(pointer)));
    }
    assert_eq!(world.events().await.len(), events, "nothing was written");

    let issued = browser.send(post(Some(&csrf), own, "k1"), order.to_string()).await;
    assert_eq!(issued.status, 201, "{}", issued.body);
    assert!(issued.location().starts_with("/api/directory/v1/me/tokens/"));
    let again = browser.send(post(Some(&csrf), own, "k1"), order.to_string()).await;
    assert_eq!(again.json()["token"], issued.json()["token"]);
    let other = json!({ "label": "Annat", "scopes": ["read"], "days": 30 });
    let reused = browser.send(post(Some(&csrf), own, "k1"), other.to_string()).await;
    assert_eq!((reused.status.as_u16(), &reused.json()["type"]), (422, &json!("/problems/key-reused")));

    let id = issued.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(client.send("DELETE", &format!("/me/tokens/{id}"), None).await.status, 200);
}

#[tokio::test]
async fn the_api_tells_of_itself() {
    let world = World::empty().await;
    let info = world.browser().get("/api/directory/v1/api-info").await;
    assert_eq!(info.json()["apiName"], "directory");
    let described = world.browser().get("/api/directory/v1/openapi.json").await.json();
    for path in described["paths"].as_object().unwrap().keys() {
        assert!(path.starts_with("/api/directory/v1/"), "{path}");
    }
}
