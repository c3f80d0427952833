//! Proving once more who one is, before something that decides.

use access::{JoiningForm, JoiningPage, PageRejection, Reading, local_path, problems::view_problem};
use askama::Template;
use axum::{
    extract::Query,
    response::{IntoResponse as _, Redirect, Response},
};
use http::HeaderMap;
use service_kit::{OpenIdProvider, Problem, StepUp};
use web::{Frame, Section, Texts, page};

use super::{Form, Shell, leave};
use crate::{
    openid::{Purpose, demand_of},
    problem::STEP_UP_REQUIRED,
};

/// Where one proves it.
const PATH: &str = "/sign-in/step-up";

#[derive(Template)]
#[template(path = "openid_step_up.html")]
struct StepUpPage {
    frame: Frame,
    t: Texts,
    name: String,
    next: String,
}

fn demanded<'a>(shell: &'a Shell, reading: &Reading) -> Result<Option<(&'a OpenIdProvider, &'a StepUp)>, Problem> {
    let Some(session) = reading.viewer.session() else { return Ok(None) };
    shell.app.openid.step_up_of(&reading.snapshot, session, reading.now()).map_err(|error| view_problem(&error))
}

/// Lets whoever is vouched for well enough do what decides; sends others to prove it first, from where they come back
/// to `next`. It concerns only sessions of a provider for which a step-up is set.
pub(in crate::pages) fn assured(shell: &Shell, reading: &Reading, next: &str) -> Result<(), PageRejection> {
    match demanded(shell, reading)? {
        None => Ok(()),
        Some(_) => Err(PageRejection::First { page: format!("{PATH}?next={}", crate::pages::percent_encoded(next)) }),
    }
}

/// The same for the API, in the spirit of RFC 9470.
pub(crate) fn assured_api(app: &crate::app::App, reading: &Reading) -> Result<(), Problem> {
    let Some(session) = reading.viewer.session() else { return Ok(()) };
    let demanded = app.openid.step_up_of(&reading.snapshot, session, reading.now());
    let Some((_, step_up)) = demanded.map_err(|error| view_problem(&error))? else { return Ok(()) };
    let mut problem = Problem::new(&STEP_UP_REQUIRED)
        .detail("sign in again in the browser, at the level that is demanded for this")
        .with("acr_values", step_up.acr_values.join(" "));
    if let Some(max_age) = step_up.max_age {
        problem = problem.with("max_age", max_age.as_secs());
    }
    Err(problem)
}

pub(in crate::pages) async fn show(
    shell: Shell,
    JoiningPage(reading): JoiningPage,
    Query(Form { next }): Query<Form>,
) -> Result<Response, PageRejection> {
    let Some((provider, _)) = demanded(&shell, &reading)? else {
        return Ok(Redirect::to(local_path(&next)).into_response());
    };
    let t = shell.texts();
    let name = shell.app.openid.name_of(&provider.settings.issuer, shell.lang);
    let frame = shell.frame(&reading, t.get("openid-step-up-title"), Section::Me);
    Ok(page(&StepUpPage { frame, t, name, next: local_path(&next).to_owned() }))
}

pub(in crate::pages) async fn send(
    shell: Shell,
    headers: HeaderMap,
    JoiningForm(reading, Form { next }): JoiningForm<Form>,
) -> Result<Response, PageRejection> {
    let Some(person) = reading.viewer.person() else { return Ok(Redirect::to("/sign-in").into_response()) };
    let Some((provider, step_up)) = demanded(&shell, &reading)? else {
        return Ok(Redirect::to(local_path(&next)).into_response());
    };
    let (name, demand) = (provider.settings.name.clone(), demand_of(step_up));
    leave(&shell, &reading, &headers, (&name, Purpose::StepUp(person), demand), &next).await
}
