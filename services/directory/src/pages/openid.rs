//! Signing in with an OpenID provider: leaving for it, coming back, and what it says by itself.

pub(super) mod answer;
pub(super) mod logout;
mod refused;
pub(crate) mod step_up;

use access::{PageRejection, PublicForm, Reading, Secret, local_path};
use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use http::{HeaderMap, header};
use oidc::Demand;
use serde::Deserialize;
use service_kit::{ApiPath, Problem, problems};
use web::{Frame, Section, Texts, page};

use super::{Shell, credentials::IdentityRow};
use crate::{
    app::App,
    openid::{FLOW_SECONDS, Flow, Offer, Purpose},
};

/// A cache may keep our keys for as long: a provider that meets an unknown one asks again.
const KEYS_CACHE: &str = "public, max-age=300";

#[derive(Deserialize)]
pub(super) struct Form {
    #[serde(default)]
    next: String,
}

#[derive(Template)]
#[template(path = "openid_leave.html")]
struct LeavePage {
    frame: Frame,
    t: Texts,
    name: String,
    url: String,
}

/// The providers as they are offered to whoever reads.
pub(super) fn offers(shell: &Shell) -> Vec<Offer> {
    shell.app.openid.offers(shell.lang)
}

/// Those at which one of these accounts is not.
pub(super) fn offers_beside(shell: &Shell, accounts: &[IdentityRow]) -> Vec<Offer> {
    let mut offers = offers(shell);
    offers.retain(|offer| !accounts.iter().any(|account| account.provider == offer.name));
    offers
}

/// The button of a provider was pressed on the page to sign in.
pub(super) async fn begin(
    shell: Shell,
    name: Result<ApiPath<String>, Problem>,
    headers: HeaderMap,
    PublicForm(reading, form): PublicForm<Form>,
) -> Result<Response, PageRejection> {
    let ApiPath(name) = name?;
    leave(&shell, &reading, &headers, (&name, Purpose::SignIn, Demand::default()), &form.next).await
}

/// Keeps what is begun for this browser, and sends it to the provider.
///
/// A page does that, and no redirect: browsers hold the address that a form's answer leads to against `form-action`.
pub(super) async fn leave(
    shell: &Shell,
    reading: &Reading,
    headers: &HeaderMap,
    (name, purpose, demand): (&str, Purpose, Demand),
    next: &str,
) -> Result<Response, PageRejection> {
    let openid = &shell.app.openid;
    let Some((provider, _)) = openid.find(name) else { return Err(Problem::new(&problems::NOT_FOUND).into()) };
    let begun = match openid.party().begin(provider, demand).await {
        Ok(begun) => begun,
        Err(error) => return Ok(refused::provider_failed(shell, reading, name, &error)),
    };
    let secure = reading.gate().secure();
    let browser = known_browser(headers, secure).unwrap_or_else(Secret::new);
    let next = local_path(next).to_owned();
    openid.keep(Flow { pending: begun.pending, browser: browser.hash(), purpose, next });
    let t = shell.texts();
    let name = openid.name_of(&provider.settings().issuer, shell.lang);
    let frame = shell.frame_at("/sign-in", reading, t.get("openid-leave-title"), Section::SignIn);
    let refresh = format!("0; url={}", begun.url);
    let page = page(&LeavePage { frame, t, name, url: begun.url });
    let jar = CookieJar::new().add(cookie(browser.expose().to_owned(), secure, FLOW_SECONDS));
    let no_store = (header::CACHE_CONTROL, "no-store".to_owned());
    Ok((jar, [(header::HeaderName::from_static("refresh"), refresh), no_store], page).into_response())
}

fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-erfa-openid" } else { "erfa-openid" }
}

/// The browser's secret, if it has begun something.
fn known_browser(headers: &HeaderMap, secure: bool) -> Option<Secret> {
    Secret::parse(CookieJar::from_headers(headers).get(cookie_name(secure))?.value()).ok()
}

/// The cookie that binds what was begun to the browser. It comes along when the provider sends the browser back.
fn cookie(value: String, secure: bool, seconds: i64) -> Cookie<'static> {
    Cookie::build((cookie_name(secure), value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(secure)
        .max_age(std::time::Duration::from_secs(seconds.max(0).unsigned_abs()).try_into().unwrap_or_default())
        .build()
}

/// The public parts of the keys with which Erfa proves who it is.
pub(super) async fn keys(State(app): State<App>) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/jwk-set+json"), (header::CACHE_CONTROL, KEYS_CACHE)];
    (headers, app.openid.party().keys().to_string()).into_response()
}
