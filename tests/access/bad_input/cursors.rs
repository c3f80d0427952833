//! Cursors that were not given out: in queries, headers and cookies, and over sockets.

use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use reqwest::{Method, header};
use serde_json::{Value, json};
use system_tests::Socket;

use super::{cases, chance};
use crate::{
    cast::{Scene, thing},
    published::{SERVICES, document},
    setting::Setting,
    table::{Policy, Route},
};

/// A cursor with something else about it.
fn other(cursor: &str) -> impl Strategy<Value = String> {
    let cursor = cursor.to_owned();
    let length = cursor.len();
    let letters = "[A-Za-z0-9_-]";
    prop_oneof![
        (0..length, letters).prop_map({
            let cursor = cursor.clone();
            move |(at, letter)| format!("{}{letter}{}", &cursor[..at], &cursor[at + 1..])
        }),
        (0..length).prop_map({
            let cursor = cursor.clone();
            move |end| cursor[..end].to_owned()
        }),
        letters.prop_map({
            let cursor = cursor.clone();
            move |more| format!("{cursor}{more}")
        }),
        "[A-Za-z0-9_-]{1,200}",
        "[!-~]{1,100}",
    ]
    .prop_filter("another one", move |it| *it != cursor)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cursor_that_was_not_given_out_is_refused() {
    let (policy, rows, mut chance) = (Policy::read(), Route::all(), chance());
    let setting = Setting::new(&policy, &rows).await;
    let (who, scene) = &setting.author;
    let token = who.token.as_deref().expect("authors have tokens");
    let get = |path: &str| setting.asker.bare(Method::GET, path).bearer_auth(token);
    let mut parameters = 0;
    for service in &SERVICES {
        let document = document(service.name);
        for route in rows.iter().filter(|route| !route.writes()) {
            let described = &document["paths"][route.published()]["get"]["parameters"];
            if !described.as_array().into_iter().flatten().any(|it| it["name"] == "at-least") {
                continue;
            }
            parameters += 1;
            let path = route.path(|name| thing(scene, name));
            let answer = get(&path).send().await.expect("the server answers");
            assert_eq!(answer.status(), 200, "{path}");
            let own = answer.headers()["erfa-cursor"].to_str().expect("cursors are plain").to_owned();
            assert_eq!(get(&format!("{path}?at-least={own}")).send().await.unwrap().status(), 200, "{path}");
            for _ in 0..cases() {
                let cursor = other(&own).new_tree(&mut chance).expect("few are filtered out").current();
                let in_query = get(&path).query(&[("at-least", &cursor)]).send().await.unwrap();
                assert_eq!(in_query.status(), 400, "{path} at least {cursor}");
                let problem: Value = in_query.json().await.expect("a problem");
                assert_eq!(problem["type"], "/problems/bad-cursor", "{path} at least {cursor}");
                let in_header = get(&path).header("erfa-at-least", &cursor).send().await.unwrap();
                assert_eq!(in_header.status(), 400, "{path} at least {cursor}");
                // A browser carries it along; it is shown what there is.
                let page = setting
                    .asker
                    .bare(Method::GET, "/arenas")
                    .header(header::COOKIE, format!("{}; erfa-at-least={cursor}", who.cookies));
                assert!(page.send().await.unwrap().status().is_success(), "a page, at least {cursor}");
            }
        }
    }
    assert!(parameters > 10, "parameters were found: {parameters}");
    over_sockets(&setting, token, scene, &mut chance).await;
    setting.end().await;
}

async fn over_sockets(setting: &Setting<'_>, token: &str, scene: &Scene, chance: &mut TestRunner) {
    let address = setting.asker.base().trim_start_matches("http://");
    let topic = format!("thread/{}", scene["thread"]);
    let mut socket = Socket::connect(address, "forum", token).await;
    socket.subscribe(1, &topic, "start", "event").await;
    let own = socket.until("ev").await["c"].as_str().expect("events carry cursors").to_owned();
    for number in 2..u32::try_from(2 + cases()).expect("few") {
        let cursor = other(&own).new_tree(chance).expect("few are filtered out").current();
        socket.subscribe(number, &topic, &cursor, "event").await;
        let refused = loop {
            let frame = socket.next().await.expect("the socket goes on");
            if frame["t"] == "err" {
                break frame;
            }
        };
        assert_eq!(refused["problem"]["type"], "/problems/cursor-forged", "after {cursor}: {refused}");
        let mut another = Socket::connect(address, "forum", token).await;
        another.subscribe(1, &topic, "start", "event").await;
        another.send(json!({"t": "ack", "s": 1, "c": cursor})).await;
        let (frames, closed) = another.end().await;
        let problem = frames.iter().rfind(|frame| frame["t"] == "err").map(|frame| &frame["problem"]["type"]);
        assert_eq!(
            (problem, closed),
            (Some(&json!("/problems/live-ack-unsent")), Some(4501)),
            "ack {cursor}: {frames:?}"
        );
    }
}
