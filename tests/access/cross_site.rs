//! What another site's page can make somebody's browser do: nothing.

use std::collections::BTreeMap;

use access::Keys;
use reqwest::{Method, RequestBuilder, header};
use serde_json::Value;
use system_tests::{Server, World, run};

use crate::{
    ask::{Asker, answer, with_body},
    cast::{Cast, Credentials, Scene, thing},
    table::{Answer, Body, Policy, Route, Surface},
};

/// Whose browser it is: the first of these who may do it.
const ROLES: [&str; 6] = ["browser", "author", "secretary", "contact", "joining", "anonymous"];
/// Whose browser it is where nobody may.
const SOMEBODY: &str = "author";

/// A request that changes something, as somebody's browser sends it.
struct Change<'t> {
    route: &'t Route,
    /// Whether it is taken as it should be.
    is_taken: bool,
    who: Credentials,
    /// The same person's browser in a session that has ended, and somebody else's.
    before: Credentials,
    other: Credentials,
    scene: Scene,
}

/// A server, and everything that changes something.
struct Setting<'t> {
    changes: Vec<Change<'t>>,
    asker: Asker,
    _server: Server,
    data: tempfile::TempDir,
}

impl<'t> Setting<'t> {
    async fn new(policy: &Policy, rows: &'t [Route]) -> Self {
        let data = tempfile::tempdir().expect("there is room for it");
        let keys = Keys::open(data.path()).expect("keys can be made");
        let changes = World::write(data.path(), async |world| {
            let mut cast = Cast::enter(world, keys).await;
            let (before, other) = (cast.credentials("ended").await.1, cast.credentials("outsider").await.1);
            let mut changes = Vec::new();
            for route in rows.iter().filter(|route| route.writes()) {
                let may = |role: &&&str| {
                    let asks = policy.roles(route.surface()).iter().any(|it| it == **role);
                    asks && *policy.expected(&route.rule, "open", role) == Answer::Ok
                };
                let role = ROLES.iter().find(may);
                let (person, mut who) = cast.credentials(role.unwrap_or(&SOMEBODY)).await;
                who.token = None;
                let scene = cast.scene("open", person).await;
                let (before, other) = (before.clone(), other.clone());
                changes.push(Change { route, is_taken: role.is_some(), who, before, other, scene });
            }
            changes
        })
        .await;
        let server = tokio::task::block_in_place(|| Server::start(data.path()));
        Self { changes, asker: Asker::new(&server.url), _server: server, data }
    }

    /// The position of the newest event.
    fn head(&self) -> Value {
        tokio::task::block_in_place(|| run(self.data.path(), &["log", "stats", "--json"]).json()["head"].clone())
    }

    /// With the browser's cookies and this form token, from nowhere.
    fn request(&self, change: &Change<'_>, csrf: &str) -> RequestBuilder {
        let Change { route, who, scene, .. } = change;
        let path = route.path(|name| thing(scene, name));
        let request = self.asker.bare(route.method.clone(), &path).header(header::COOKIE, &who.cookies);
        let request = match route.surface() {
            Surface::Api => request.header("x-csrf-token", csrf),
            Surface::Page => request,
        };
        with_body(request, route, scene, csrf)
    }

    /// What is as it should be is taken.
    async fn control(&self) {
        for change in &self.changes {
            let request = self.request(change, &change.who.csrf).header(header::ORIGIN, self.asker.base());
            let response = request.send().await.expect("the server answers");
            let given = answer(&response);
            assert_eq!(given == Answer::Ok, change.is_taken, "{}: {given:?}", change.route);
        }
    }
}

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
