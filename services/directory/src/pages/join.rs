//! Taking an invitation: saying who one is.

use access::{JoiningForm, JoiningPage, PageRejection, PersonViewer, Reading};
use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use contracts::directory::{PersonName, Title};
use http::StatusCode;
use serde::Deserialize;
use service_kit::Problem;
use web::{Errors, Frame, Section, Texts, page_with};

use super::{
    Shell,
    credentials::{IdentityRow, SeenFrom, identity_rows},
    fields, openid,
    shell::go_on,
};
use crate::{By, domain::person::Profile, openid::Offer};

#[derive(Default, Deserialize)]
pub(super) struct Form {
    name: String,
    title: String,
}

#[derive(Template)]
#[template(path = "join.html")]
struct JoinPage {
    frame: Frame,
    t: Texts,
    errors: Errors,
    form: Form,
    agency: String,
    path: &'static str,
    identities: Vec<IdentityRow>,
    providers: Vec<Offer>,
    /// Where one comes back to when an account has been linked.
    linked_on: &'static str,
}

fn invited(reading: &Reading) -> Option<&PersonViewer> {
    reading.viewer.signed_in().filter(|viewer| !viewer.joined)
}

fn answer(
    shell: &Shell,
    reading: &Reading,
    viewer: &PersonViewer,
    form: Form,
    errors: Errors,
) -> Result<Response, Problem> {
    let t = shell.texts();
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let frame = shell.frame_at(access::JOIN_PATH, reading, t.get("join-title"), Section::Me);
    let agency = viewer.agency_name.clone();
    let identities = identity_rows(shell, reading, viewer.person, SeenFrom::OwnPage)?;
    let (path, providers) = (access::JOIN_PATH, openid::offers_beside(shell, &identities));
    let page = JoinPage { frame, t, errors, form, agency, path, identities, providers, linked_on: path };
    Ok(page_with(status, &page))
}

/// Somebody who has joined and holds no mandate that lets them take part is told who may give them one.
#[derive(Template)]
#[template(path = "waiting.html")]
struct WaitingPage {
    frame: Frame,
    t: Texts,
    agency: String,
    administers: bool,
}

pub(super) async fn show(shell: Shell, JoiningPage(reading): JoiningPage) -> Result<Response, PageRejection> {
    Ok(match reading.viewer.signed_in() {
        Some(viewer) if !viewer.joined => answer(&shell, &reading, viewer, Form::default(), Errors::none())?,
        Some(viewer) if !viewer.participates => {
            let t = shell.texts();
            let frame = shell.frame(&reading, t.get("waiting-title"), Section::Me);
            let (agency, administers) = (viewer.agency_name.clone(), reading.viewer.is_administrator());
            page_with(StatusCode::OK, &WaitingPage { frame, t, agency, administers })
        }
        _ => Redirect::to("/").into_response(),
    })
}

pub(super) async fn send(
    shell: Shell,
    JoiningForm(reading, form): JoiningForm<Form>,
) -> Result<Response, PageRejection> {
    let Some(viewer) = invited(&reading) else { return Ok(Redirect::to("/").into_response()) };
    match profile(&shell, &form.name, &form.title) {
        Err(errors) => Ok(answer(&shell, &reading, viewer, form, errors)?),
        Ok(profile) => {
            let by = By::viewer(viewer);
            let joined = shell.app.commands.join(&by, viewer.person, profile).await.map_err(Problem::from)?;
            Ok(go_on(&reading, joined.position, "/"))
        }
    }
}

/// Name and title as two forms send them.
pub(super) fn profile(shell: &Shell, name: &str, title: &str) -> Result<Profile, Errors> {
    let (mut errors, t) = (Errors::none(), shell.texts());
    let name = fields::required::<{ PersonName::LENGTH_MAX }>("name", name, &mut errors, t);
    let title = fields::optional::<{ Title::LENGTH_MAX }>("title", title, &mut errors, t);
    match name {
        Some(name) if errors.is_empty() => Ok(Profile { name, title }),
        _ => Err(errors),
    }
}
