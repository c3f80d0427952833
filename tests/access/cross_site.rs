//! What another site's page can make somebody's browser do: nothing.

use std::collections::BTreeMap;

use reqwest::{Method, header};

use crate::{
    cast::thing,
    setting::{Change, Setting},
    table::{Body, Policy, Route},
};

/// Where a request says that it comes from, in its headers.
fn foreign_places(base: &str) -> Vec<Vec<(&'static str, String)>> {
    let (_, port) = base.rsplit_once(':').expect("the server has a port");
    let origins = [
        "https://evil.example".to_owned(),
        "null".to_owned(),
        String::new(),
        "file://".to_owned(),
        format!("{base}.evil.example"),
        format!("{base}@evil.example"),
        format!("{base}0"),
        format!("{base}/"),
        base.replace("http:", "https:"),
        base.replace(&format!(":{port}"), ""),
        base.replace(port, "1"),
        base.replace("127.0.0.1", "localhost"),
        base.replace("127.0.0.1", "127.0.0.2"),
        base.replace("127.0.0.1", "evil.127.0.0.1"),
        format!("{base}, https://evil.example"),
    ];
    let origin = |origin: String| ("origin", origin);
    let site = |site: &str| ("sec-fetch-site", site.to_owned());
    let own = || origin(base.to_owned());
    let mut places: Vec<_> = origins.into_iter().map(|it| vec![origin(it)]).collect();
    places.extend([
        vec![],
        vec![site("none")],
        vec![site("cross-site")],
        vec![site("same-site")],
        vec![own(), site("cross-site")],
        vec![own(), site("same-site")],
        vec![own(), origin("https://evil.example".to_owned())],
        vec![origin("null".to_owned()), site("same-origin")],
        vec![("referer", format!("{base}/me"))],
    ]);
    places
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_other_site_changes_anything() {
    let (policy, rows) = (Policy::read(), Route::all());
    let setting = Setting::new(&policy, &rows).await;
    let before = setting.head();
    for change in &setting.changes {
        for place in foreign_places(setting.asker.base()) {
            let mut request = setting.request(change, &change.who.csrf);
            for (name, value) in &place {
                request = request.header(*name, value);
            }
            let status = request.send().await.expect("the server answers").status();
            assert_eq!(status, 403, "{} from {place:?}", change.route);
        }
    }
    assert_eq!(setting.head(), before, "something was changed");
    setting.control().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_form_is_taken_without_its_token() {
    let (policy, rows) = (Policy::read(), Route::all());
    let setting = Setting::new(&policy, &rows).await;
    let before = setting.head();
    for change in &setting.changes {
        let own = &change.who.csrf;
        let swapped: String = own.chars().rev().collect();
        for (what, csrf) in [
            ("none", ""),
            ("an old one", &change.before.csrf),
            ("somebody else's", &change.other.csrf),
            ("half of it", &own[..own.len() / 2]),
            ("one turned around", &swapped),
        ] {
            let request = setting.request(change, csrf).header(header::ORIGIN, setting.asker.base());
            let status = request.send().await.expect("the server answers").status();
            assert_eq!(status, 403, "{} with {what}", change.route);
        }
    }
    assert_eq!(setting.head(), before, "something was changed");
    setting.control().await;
}

/// A page can make a browser read any address, by a picture or a link: also with what a form would send.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reading_changes_nothing() {
    let (policy, rows) = (Policy::read(), Route::all());
    let setting = Setting::new(&policy, &rows).await;
    let before = setting.head();
    let mut seen = BTreeMap::new();
    for change in &setting.changes {
        let Change { route, who, scene, .. } = change;
        let path = route.path(|name| thing(scene, name));
        let query = match route.body.with(|name| thing(scene, name)) {
            Body::Form(fields) => format!("csrf={}&{fields}", who.csrf),
            Body::Json(_) | Body::Nothing => format!("csrf={}&_method={}", who.csrf, route.method),
        };
        for method in [Method::GET, Method::HEAD] {
            let request = setting.asker.bare(method, &format!("{path}?{query}")).header(header::COOKIE, &who.cookies);
            let request = request.header(header::ORIGIN, setting.asker.base()).header("x-csrf-token", &who.csrf);
            let request = request.header("x-http-method-override", route.method.as_str());
            let status = request.send().await.expect("the server answers").status();
            assert!(!status.is_server_error(), "{path}: {status}");
            *seen.entry(status.as_u16()).or_insert(0) += 1;
        }
    }
    assert_eq!(setting.head(), before, "something was changed: {seen:?}");
    setting.control().await;
}
