//! Asking for a sign-in link; in a demo, choosing somebody to be.

use access::{
    FormOwner, KnownBrowser, PageReading, PageRejection, PublicForm, Reading, Secret, csrf_token, local_path,
};
use askama::Template;
use axum::{
    extract::Query,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::CookieJar;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use service_kit::{Asker, Problem};
use types::PersonId;
use web::{Errors, Frame, Section, Texts, page, page_with};

use super::{Shell, sign_in_link::view_error};
use crate::{
    commands::{LINK_MINUTES, LinkRequest, is_mail_address},
    views::{agencies, people},
};

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub(super) struct Form {
    email: String,
    #[serde(default)]
    next: String,
}

/// Somebody whom the demo offers.
struct Offer {
    person: PersonId,
    name: String,
    agency: String,
    about: String,
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    frame: Frame,
    t: Texts,
    errors: Errors,
    email: String,
    next: String,
    offers: Vec<Offer>,
    providers: Vec<crate::openid::Offer>,
}

#[derive(Template)]
#[template(path = "sign_in_sent.html")]
struct SentPage {
    frame: Frame,
    t: Texts,
    minutes: i64,
}

/// Gives a browser that has none a secret by which it is known until it has signed in, and the form token for it.
pub(super) fn known_browser(reading: &Reading, frame: &mut Frame) -> CookieJar {
    let jar = CookieJar::new();
    if reading.viewer.session().is_some() || reading.browser().is_some() {
        return jar;
    }
    let secret = Secret::new();
    frame.csrf = csrf_token(reading.gate().keys(), FormOwner::Browser(&secret));
    jar.add(reading.gate().browser_cookie(&secret))
}

fn offers(shell: &Shell, reading: &Reading) -> Result<Vec<Offer>, Problem> {
    let personas = shell.app.personas.as_ref().map(crate::app::Personas::all).unwrap_or_default();
    let mut offers = Vec::with_capacity(personas.len());
    for persona in personas {
        let person = people::get(&reading.snapshot, persona.person).map_err(view_error)?;
        let Some(person) = person else { continue };
        let agency = person.agencies().next().unwrap_or(person.invited_for);
        let agency = agencies::get(&reading.snapshot, agency).map_err(view_error)?;
        offers.push(Offer {
            person: persona.person,
            name: person.name.map_or_else(String::new, |name| name.to_string()),
            agency: agency.map_or_else(String::new, |record| record.agency.name.to_string()),
            about: match shell.lang {
                web::Lang::Sv => persona.about_sv,
                web::Lang::En => persona.about_en,
            },
        });
    }
    Ok(offers)
}

fn answer(
    shell: &Shell,
    reading: &Reading,
    status: StatusCode,
    (email, next, errors): (String, String, Errors),
) -> Result<Response, PageRejection> {
    let t = shell.texts();
    let path = format!("/sign-in?next={}", super::percent_encoded(&next));
    let mut frame = shell.frame_at(&path, reading, t.get("sign-in-title"), Section::SignIn);
    let jar = known_browser(reading, &mut frame);
    let (offers, providers) = (offers(shell, reading)?, super::openid::offers(shell));
    Ok((jar, page_with(status, &SignInPage { frame, t, errors, email, next, offers, providers })).into_response())
}

pub(super) async fn show(
    shell: Shell,
    PageReading(reading): PageReading,
    Query(Wanted { next }): Query<Wanted>,
) -> Result<Response, PageRejection> {
    let next = local_path(&next).to_owned();
    if reading.viewer.signed_in().is_some() {
        return Ok(Redirect::to(&next).into_response());
    }
    answer(&shell, &reading, StatusCode::OK, (String::new(), next, Errors::none()))
}

pub(super) async fn send(
    shell: Shell,
    asker: Asker,
    headers: HeaderMap,
    PublicForm(reading, Form { email, next }): PublicForm<Form>,
) -> Result<Response, PageRejection> {
    asker.signs_in()?;
    let next = local_path(&next).to_owned();
    // A form token without a session is that of a browser, so there is one.
    let browser = reading.browser().filter(|_| reading.viewer.signed_in().is_none());
    let Some(browser) = browser.map(Secret::hash) else { return Ok(Redirect::to(&next).into_response()) };
    let mut errors = Errors::none();
    if !is_mail_address(email.trim()) {
        errors.add("email", shell.texts().get("wrong-address"));
        return answer(&shell, &reading, StatusCode::UNPROCESSABLE_ENTITY, (email, next, errors));
    }
    let known = KnownBrowser::of(&headers, reading.gate().secure());
    let request = LinkRequest { address: email, browser, next, prefix: asker.prefix(), known };
    shell.app.commands.request_link(request).map_err(Problem::from)?;
    Ok(Redirect::to("/sign-in/sent").into_response())
}

pub(super) async fn sent(shell: Shell, PageReading(reading): PageReading) -> Response {
    let t = shell.texts();
    let frame = shell.frame(&reading, t.get("sent-title"), Section::SignIn);
    page(&SentPage { frame, t, minutes: LINK_MINUTES })
}
