//! The forms of pages, through a router.

use axum::{Router, body::Body, extract::DefaultBodyLimit, routing::post};
use http::Request;
use serde::Deserialize;
use service_kit::Problem;
use tower::ServiceExt as _;

use super::world::{ORIGIN, World};
use crate::{FormOwner, JoiningForm, PageForm, PublicForm, Secret, csrf_token};

#[derive(Debug, Deserialize)]
struct Form {
    title: String,
    #[serde(default)]
    areas: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct FormWithCommit {
    title: String,
    commit: Option<types::CommitId>,
}

/// The status, then the problem's code, or where one is sent, or what the handler says.
async fn send(world: &World, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
    async fn page(PageForm(reading, form): PageForm<Form>) -> String {
        format!("{} {:?} {}", form.title, form.areas, reading.viewer.participant().is_some())
    }
    async fn joining(JoiningForm(reading, form): JoiningForm<Form>) -> String {
        format!("{} {}", form.title, reading.viewer.signed_in().is_some())
    }
    async fn public(PublicForm(_, form): PublicForm<Form>) -> String {
        form.title
    }
    async fn commit(PageForm(_, form): PageForm<FormWithCommit>) -> String {
        format!("{} {:?}", form.title, form.commit)
    }
    let router = Router::new()
        .route("/page", post(page))
        .route("/joining", post(joining))
        .route("/public", post(public))
        .route("/commit", post(commit))
        .layer(DefaultBodyLimit::max(1_000))
        .with_state(world.gate.clone());
    let mut request = Request::post(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = router.oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap();
    let status = response.status().as_u16();
    if let Some(problem) = Problem::of(&response) {
        return (status, problem.kind().code.to_owned());
    }
    if let Some(location) = response.headers().get("location") {
        return (status, location.to_str().unwrap().to_owned());
    }
    let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const OWN: (&str, &str) = ("origin", ORIGIN);

#[tokio::test]
async fn a_form_is_taken_from_its_own_page_alone() {
    let world = World::new().await;
    let agency = world.agency("A").await;
    let person = world.person(agency).await;
    let (session, cookie) = world.signs_in(person).await;
    let (other, _) = world.signs_in(person).await;
    let (waits, waiting) = world.signs_in(world.invited(agency).await).await;
    let (browser, stranger) = (Secret::new(), Secret::new());
    let token = |owner: FormOwner<'_>| format!("title=Hej&csrf={}", csrf_token(world.gate.keys(), owner));
    let good = &*token(FormOwner::Session(session));
    let foreign = &*token(FormOwner::Session(other));
    let waits = &*token(FormOwner::Session(waits));
    let (before, strange) = (&*token(FormOwner::Browser(&browser)), &*token(FormOwner::Browser(&stranger)));
    let signed_in = ("cookie", &*format!("erfa-session={cookie}"));
    let waiting = ("cookie", &*format!("erfa-session={waiting}"));
    let known = ("cookie", &*format!("erfa-browser={}", browser.expose()));
    let both = ("cookie", &*format!("erfa-browser={}; erfa-session={cookie}", browser.expose()));
    let evil = ("origin", "http://localhost:8080.evil.example");
    world.snapshot().await;

    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str, u16, &'a str);
    let cases: &[Case<'_>] = &[
        ("/page", &[FORM, OWN, signed_in], good, 200, "Hej [] true"),
        ("/page", &[FORM, ("sec-fetch-site", "same-origin"), signed_in], good, 200, "Hej [] true"),
        (
            "/page",
            &[("content-type", "application/x-www-form-urlencoded; charset=UTF-8"), OWN, signed_in],
            good,
            200,
            "Hej [] true",
        ),
        ("/page", &[FORM, signed_in], good, 403, "foreign-origin"),
        ("/page", &[FORM, evil, signed_in], good, 403, "foreign-origin"),
        ("/page", &[FORM, ("origin", "null"), signed_in], good, 403, "foreign-origin"),
        ("/page", &[FORM, OWN, ("sec-fetch-site", "same-site"), signed_in], good, 403, "foreign-origin"),
        ("/page", &[FORM, OWN, signed_in], "title=Hej", 403, "bad-form-token"),
        ("/page", &[FORM, OWN, signed_in], "title=Hej&csrf=", 403, "bad-form-token"),
        ("/page", &[FORM, OWN, signed_in], foreign, 403, "bad-form-token"),
        ("/page", &[FORM, OWN, signed_in], before, 403, "bad-form-token"),
        ("/page", &[FORM, OWN, both], before, 403, "bad-form-token"),
        ("/page", &[FORM, OWN], good, 303, "/sign-in?next=%2F"),
        (
            "/page",
            &[FORM, OWN, ("referer", "http://localhost:8080/threads/1?page=2")],
            good,
            303,
            "/sign-in?next=%2Fthreads%2F1%3Fpage%3D2",
        ),
        ("/page", &[FORM, OWN, ("referer", "http://localhost:8080.evil.example/x")], good, 303, "/sign-in?next=%2F"),
        ("/page", &[FORM, OWN, waiting], waits, 303, "/join"),
        ("/page", &[("content-type", "application/json"), OWN, signed_in], good, 415, "unsupported-media-type"),
        ("/page", &[("content-type", "text/plain"), OWN, signed_in], good, 415, "unsupported-media-type"),
        ("/page", &[OWN, signed_in], good, 415, "unsupported-media-type"),
        ("/joining", &[FORM, OWN, waiting], waits, 200, "Hej true"),
        ("/joining", &[FORM, OWN, known], before, 303, "/sign-in?next=%2F"),
        ("/public", &[FORM, OWN, known], before, 200, "Hej"),
        ("/public", &[FORM, OWN, both], before, 200, "Hej"),
        ("/public", &[FORM, OWN, both], good, 200, "Hej"),
        ("/public", &[FORM, OWN, known], strange, 403, "bad-form-token"),
        ("/public", &[FORM, OWN, known], good, 403, "bad-form-token"),
        ("/public", &[FORM, OWN], before, 403, "bad-form-token"),
        ("/public", &[FORM, evil, known], before, 403, "foreign-origin"),
    ];
    for (path, headers, body, status, says) in cases {
        let answer = send(&world, path, headers, body).await;
        assert_eq!(answer, (*status, (*says).to_owned()), "{path} {headers:?} {body}");
    }
}

#[tokio::test]
async fn a_form_has_the_fields_of_its_struct() {
    let world = World::new().await;
    let person = world.person(world.agency("A").await).await;
    let (session, cookie) = world.signs_in(person).await;
    let signed_in = ("cookie", &*format!("erfa-session={cookie}"));
    let csrf = csrf_token(world.gate.keys(), FormOwner::Session(session));
    let commit = "0192f0c1-2a3b-7c4d-8e5f-001122334455";
    world.snapshot().await;
    for (path, fields, status, says) in [
        ("/page", "title=R%C3%A4ksm%C3%B6rg%C3%A5s+%26+te", 200, "Räksmörgås & te [] true".to_owned()),
        ("/page", "title=a&areas=b&areas=c", 200, r#"a ["b", "c"] true"#.to_owned()),
        ("/page", "title=a&commit=whatever", 200, "a [] true".to_owned()),
        ("/page", "title=", 200, " [] true".to_owned()),
        ("/page", "title=a&admin=true", 422, "validation".to_owned()),
        ("/page", "title=a&title=b", 422, "validation".to_owned()),
        ("/page", "areas=b", 422, "validation".to_owned()),
        ("/page", "", 422, "validation".to_owned()),
        ("/page", &format!("title={}", "a".repeat(1_000)), 413, "too-large".to_owned()),
        ("/commit", &format!("title=a&commit={commit}"), 200, format!("a Some(CommitId({commit}))")),
        ("/commit", "title=a", 200, "a None".to_owned()),
        ("/commit", "title=a&commit=x", 422, "validation".to_owned()),
    ] {
        let answer = send(&world, path, &[FORM, OWN, signed_in], &format!("{fields}&csrf={csrf}")).await;
        assert_eq!(answer, (status, says), "{path} {fields}");
    }
}
