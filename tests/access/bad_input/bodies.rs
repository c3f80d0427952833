//! What is sent: every command, with bodies that are made from one that is taken.

use proptest::{collection, prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use reqwest::header;
use serde_json::{Map, Value};

use super::{cases, chance};
use crate::{
    ask::answer,
    cast::thing,
    conform::{Contract, Given},
    hostile::{BODY_BYTES, Bad, form_bodies, hides_something, json_bodies},
    setting::{Change, Setting},
    table::{Answer, Body, Policy, Route, Surface},
};

/// The longest text that a person may write.
const CHARS_MAX: usize = 20_000;

/// What is sent in the place of a command's body: first what must be refused.
fn bodies(change: &Change<'_>, chance: &mut TestRunner) -> Vec<Bad> {
    let csrf = &change.who.csrf;
    let mut bodies = match change.route.body.with(|name| thing(&change.scene, name)) {
        Body::Nothing => Vec::new(),
        Body::Json(json) => {
            let valid: Value = serde_json::from_str(&json).expect("routes.txt holds JSON");
            let mut bodies = json_bodies(&valid);
            bodies.extend((0..cases()).map(|_| random_json(&valid, chance)));
            bodies
        }
        Body::Form(fields) => {
            let mut bodies = form_bodies(&format!("csrf={csrf}&{fields}"));
            bodies.extend((0..cases()).map(|_| random_form(csrf, &fields, chance)));
            bodies
        }
    };
    bodies.sort_by_key(|bad| !bad.must_be_refused);
    bodies
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            collection::vec((any::<String>(), inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn sample<T>(strategy: &impl Strategy<Value = T>, chance: &mut TestRunner) -> T {
    strategy.new_tree(chance).expect("nothing is filtered out").current()
}

fn random_json(valid: &Value, chance: &mut TestRunner) -> Bad {
    let fields = valid.as_object().expect("commands are objects").iter();
    let body: Map<_, _> = fields
        .map(|(name, value)| {
            let value = if sample(&any::<bool>(), chance) { value.clone() } else { sample(&any_json(), chance) };
            (name.clone(), value)
        })
        .collect();
    let body = Value::Object(body).to_string();
    Bad {
        what: format!("chance: {body}"),
        media_type: "application/json",
        body: body.into_bytes(),
        must_be_refused: false,
    }
}

fn random_form(csrf: &str, fields: &str, chance: &mut TestRunner) -> Bad {
    let mut body = format!("csrf={csrf}");
    for (name, value) in fields.split('&').filter_map(|field| field.split_once('=')) {
        let other: String =
            sample(&collection::vec(any::<u8>(), 0..40), chance).iter().map(|b| format!("%{b:02X}")).collect();
        body += &format!("&{name}={}", if sample(&any::<bool>(), chance) { value } else { &other });
    }
    let media_type = "application/x-www-form-urlencoded";
    Bad { what: format!("chance: {body}"), media_type, body: body.into_bytes(), must_be_refused: false }
}

/// What is wrong with an answer to such a body; whether it was taken.
fn judge(change: &Change<'_>, bad: &Bad, taken: bool, given: &Given, contract: &mut Contract) -> Result<(), String> {
    if given.status.is_server_error() || (taken && bad.must_be_refused) {
        return Err(given.status.to_string());
    }
    match change.route.surface() {
        Surface::Api => match contract.fault(change.route, given) {
            Some(fault) => Err(format!("{} outside the document: {fault}", given.status)),
            None if !taken && given.media_type != "application/problem+json" => Err(given.media_type.clone()),
            None => Ok(()),
        },
        Surface::Page if given.status.is_client_error() && given.media_type != "text/html" => {
            Err(given.media_type.clone())
        }
        Surface::Page => Ok(()),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_cant_be_taken_is_refused_and_changes_nothing() {
    let (policy, rows, mut contract, mut chance) = (Policy::read(), Route::all(), Contract::read(), chance());
    let setting = Setting::new(&policy, &rows).await;
    let (mut faults, mut sent, mut was_taken) = (Vec::new(), 0, 0);
    for change in setting.changes.iter().filter(|change| change.is_taken) {
        let mut head = setting.head();
        for bad in bodies(change, &mut chance) {
            let request = setting.empty(change, &change.who.csrf).header(header::ORIGIN, setting.asker.base());
            let request = request.header(header::CONTENT_TYPE, bad.media_type).header(header::IF_MATCH, "\"0\"");
            let is_large = bad.body.len() > BODY_BYTES;
            // The connection does not outlive a body that the server does not read to its end.
            let request = if is_large { request.header(header::CONNECTION, "close") } else { request };
            let response = match request.body(bad.body.clone()).send().await {
                Ok(response) => response,
                // The answer to what is too large may be lost to a client that goes on sending it.
                Err(_) if is_large => continue,
                Err(error) => panic!("{}, {}: {error}", change.route, bad.what),
            };
            let taken = answer(&response) == Answer::Ok;
            let given = Given::of(response).await;
            if let Err(fault) = judge(change, &bad, taken, &given, &mut contract) {
                faults.push(format!("{}, {}: {fault} {}", change.route, bad.what, short(&given)));
            }
            (sent, was_taken) = (sent + 1, was_taken + usize::from(taken));
            if taken {
                head = setting.head();
            }
        }
        if setting.head() != head {
            faults.push(format!("{}: something was refused and written", change.route));
        }
    }
    println!("{sent} bodies, of which {was_taken} were taken");
    assert!(faults.is_empty(), "{} of {sent}:\n{}", faults.len(), faults.join("\n"));
    for text in setting.end().await {
        assert!(!hides_something(&text), "the log holds {text:?}");
        assert!(text.chars().count() <= CHARS_MAX, "the log holds a text of {} characters", text.chars().count());
    }
}

fn short(given: &Given) -> String {
    if given.media_type.ends_with("json") { given.text().chars().take(300).collect() } else { String::new() }
}
