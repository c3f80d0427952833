//! Asking for a route as somebody, and what is answered.

use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, header, redirect::Policy};

use crate::{
    cast::{Credentials, Scene, thing},
    published::routes,
    table::{Answer, Body, Route, Surface},
};

/// Asks as browsers and programs do.
#[derive(Clone)]
pub(crate) struct Asker {
    client: Client,
    base: String,
}

impl Asker {
    /// Of this server. It follows no redirect, and keeps no cookies.
    pub(crate) fn new(base: &str) -> Self {
        // A connection on which something was refused unread is closed, so none is used twice.
        let client = system_tests::client().redirect(Policy::none()).pool_max_idle_per_host(0).build();
        Self { client: client.expect("the client has no exotic options"), base: base.to_owned() }
    }

    /// Where the server is.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// A request as it should be: from one of Erfa's own pages with its form token, or with a token.
    pub(crate) fn request(&self, route: &Route, who: &Credentials, scene: &Scene) -> RequestBuilder {
        let request = self.client.request(route.method.clone(), self.url(route, scene));
        let request = match (route.surface(), &who.token) {
            (Surface::Api, Some(token)) => request.bearer_auth(token),
            (Surface::Api, None) => {
                self.own(request.header(header::COOKIE, &who.cookies)).header("x-csrf-token", &who.csrf)
            }
            (Surface::Page, _) => self.own(request.header(header::COOKIE, &who.cookies)),
        };
        with_body(request, route, scene, &who.csrf)
    }

    /// A request with nothing that says who asks, and nothing in it.
    pub(crate) fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    /// As a browser does from one of Erfa's own pages.
    fn own(&self, request: RequestBuilder) -> RequestBuilder {
        request.header(header::ORIGIN, &self.base)
    }

    fn url(&self, route: &Route, scene: &Scene) -> String {
        format!("{}{}", self.base, with_hash(&route.path(|name| thing(scene, name))))
    }
}

/// What is sent, as the row says it.
pub(crate) fn with_body(request: RequestBuilder, route: &Route, scene: &Scene, csrf: &str) -> RequestBuilder {
    // What is changed was not changed before.
    let request = if route.method == Method::PATCH { request.header(header::IF_MATCH, "\"0\"") } else { request };
    match route.body.with(|name| thing(scene, name)) {
        Body::Nothing => request,
        Body::Json(json) => request.header(header::CONTENT_TYPE, "application/json").body(json),
        Body::Form(fields) => request
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(format!("csrf={csrf}&{fields}")),
    }
}

/// What an answer is in the words of the table.
pub(crate) fn answer(response: &Response) -> Answer {
    let location = response.headers().get(header::LOCATION).and_then(|it| it.to_str().ok()).unwrap_or_default();
    match response.status() {
        StatusCode::SEE_OTHER if location.starts_with("/sign-in?next=") => Answer::SignIn,
        StatusCode::SEE_OTHER if location == "/join" => Answer::Join,
        StatusCode::SEE_OTHER => Answer::Ok,
        status if status.is_success() => Answer::Ok,
        status => Answer::Status(status.as_u16()),
    }
}

/// The hash in the address of an asset, where the table has `{hash}`.
pub(crate) fn with_hash(path: &str) -> String {
    let Some((before, after)) = path.split_once("{hash}") else { return path.to_owned() };
    let is_it = |it: &web::PageRoute| it.path.starts_with(before) && it.path.ends_with(after);
    web::routes::shared_routes().into_iter().find(is_it).expect("there is such an asset").path
}

/// Whether the table has a row for each route, and each row is a route.
#[test]
fn every_route_has_a_row_and_every_row_a_route() {
    let rows = Route::all().iter().map(|row| format!("{} {}", row.method, row.published())).collect();
    let published = routes();
    let missing: Vec<_> = published.difference(&rows).collect();
    let stale: Vec<_> = rows.difference(&published).collect();
    assert!(missing.is_empty(), "add a row to tests/access/routes.txt for each of {missing:#?}");
    assert!(stale.is_empty(), "tests/access/routes.txt has rows of routes that are gone: {stale:#?}");
}
