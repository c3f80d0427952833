//! Addresses and queries that name nothing.

use reqwest::{RequestBuilder, header};

use crate::{
    cast::thing,
    conform::{Contract, Given},
    published::{SERVICES, document},
    setting::Setting,
    table::{Policy, Route, Surface},
};

/// What is no id, as it stands in an address.
const NO_IDS: [&str; 12] = [
    "x",
    "0",
    "null",
    "%00",
    "%FF",
    "%2e%2e%2f%2e%2e",
    "%0d%0aset-cookie:x",
    "00000000-0000-0000-0000-000000000000",
    "00000000-0000-7000-8000-000000000000",
    "'%20OR%201=1%20--",
    "%7Bid%7D",
    "\u{e5}",
];

fn answered(request: RequestBuilder, setting: &Setting<'_>) -> RequestBuilder {
    request.header(header::ORIGIN, setting.asker.base()).header(header::IF_MATCH, "\"0\"")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_of_nothing_leads_nowhere() {
    let (policy, rows, mut contract) = (Policy::read(), Route::all(), Contract::read());
    let setting = Setting::new(&policy, &rows).await;
    let before = setting.head();
    let secretary =
        setting.changes.iter().find(|change| change.route.rule == "page.secretariat").expect("there is one");
    let long = "9".repeat(4_000);
    let mut faults = Vec::new();
    for route in rows.iter().filter(|route| route.published().contains("/{")) {
        let own = setting.changes.iter().find(|change| std::ptr::eq(change.route, route)).unwrap_or(secretary);
        for no_id in NO_IDS.iter().chain([&&*long]) {
            let path = route.path(|_| (*no_id).to_owned());
            let request = setting.asker.bare(route.method.clone(), &path).header(header::COOKIE, &own.who.cookies);
            let request = crate::ask::with_body(answered(request, &setting), route, &own.scene, &own.who.csrf);
            let request = request.header("x-csrf-token", &own.who.csrf);
            let given = Given::of(request.send().await.expect("the server answers")).await;
            let is_right = given.status == 404 || (*no_id == "%FF" && given.status == 400);
            if !is_right {
                faults.push(format!("{} {path}: {}", route.method, given.status));
            } else if let Some(fault) = contract.fault(route, &given).filter(|_| route.surface() == Surface::Api) {
                faults.push(format!("{} {path}: {fault}", route.method));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(setting.head(), before, "something was changed");
    setting.end().await;
}

/// Values that a parameter of a query may not have, or need not understand.
const NO_VALUES: [&str; 14] = [
    "",
    "x",
    "0",
    "-1",
    "1.5",
    "99999999999999999999",
    "1e3",
    "%00",
    "%FF",
    "true",
    "%5B%5D",
    "a%27%20OR%20%271",
    "1&limit=2&page=3&at-least=x&agency=y",
    "%F0%9F%92%A9%E2%80%AE",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_that_cant_be_read_is_told_so() {
    let (policy, rows, mut contract) = (Policy::read(), Route::all(), Contract::read());
    let setting = Setting::new(&policy, &rows).await;
    let secretary =
        setting.changes.iter().find(|change| change.route.rule == "page.secretariat").expect("there is one");
    let (mut faults, mut asked) = (Vec::new(), 0);
    for service in &SERVICES {
        let document = document(service.name);
        for route in rows.iter().filter(|route| !route.writes()) {
            let parameters = &document["paths"][route.published()]["get"]["parameters"];
            let names = parameters.as_array().into_iter().flatten().filter(|it| it["in"] == "query");
            for name in names.filter_map(|it| it["name"].as_str()) {
                for value in NO_VALUES.iter().copied().chain([&*"å".repeat(1_000)]) {
                    let path = format!("{}?{name}={value}", route.path(|name| thing(&secretary.scene, name)));
                    let request = setting.asker.bare(route.method.clone(), &path);
                    let request = request.header(header::COOKIE, &secretary.who.cookies);
                    let given = Given::of(request.send().await.expect("the server answers")).await;
                    asked += 1;
                    let is_right = given.status.is_success() || given.status.is_client_error();
                    let fault = contract.fault(route, &given).or((!is_right).then(|| given.status.to_string()));
                    faults.extend(fault.map(|fault| format!("{path}: {} {fault}", given.status)));
                }
            }
        }
    }
    assert!(asked > 100, "parameters were found: {asked}");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    setting.end().await;
}
