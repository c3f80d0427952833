//! The end of an agency: another one follows it, or none. The secretariat says so, after a page that tells what becomes
//! of its people and of what was written for it.

use access::{PageForm, PageRejection, Reading, SignedInPage};
use askama::Template;
use axum::response::Response;
use contracts::directory::Succession;
use http::StatusCode;
use serde::Deserialize;
use service_kit::{ApiPath, Problem, problems};
use types::AgencyId;
use web::{Choice, Crumb, Errors, Frame, Section, Texts, page_with};

use super::{Shell, agency_form::check_keeps, openid::step_up::assured, shell::go_on, sign_in_link::view_error};
use crate::{
    By,
    views::{agencies, people},
};

/// What is chosen where no agency follows.
const CLOSED: &str = "closed";

#[derive(Default, Deserialize)]
pub(super) struct Form {
    how: String,
    #[serde(default)]
    successor: String,
}

#[derive(Template)]
#[template(path = "agency_end.html")]
struct AgencyEndPage {
    frame: Frame,
    t: Texts,
    errors: Errors,
    trail: Vec<Crumb>,
    path: String,
    name: String,
    people: usize,
    ways: Vec<Choice>,
    successors: Vec<Choice>,
}

/// The agency, if the viewer keeps the agencies and it has not come to its end: that is over once nobody works for it, so
/// that an end that was interrupted can be completed.
fn ending(reading: &Reading, id: AgencyId) -> Result<agencies::AgencyRecord, Problem> {
    check_keeps(reading)?;
    let not_found = || Problem::new(&problems::NOT_FOUND);
    let record = agencies::get(&reading.snapshot, id).map_err(view_error)?.ok_or_else(not_found)?;
    let over = record.ended.is_some() && people::working_for(&reading.snapshot, id).map_err(view_error)?.is_empty();
    if over { Err(not_found()) } else { Ok(record) }
}

fn answer(shell: &Shell, reading: &Reading, id: AgencyId, form: &Form, errors: Errors) -> Result<Response, Problem> {
    let name = ending(reading, id)?.agency.name.to_string();
    let t = shell.texts();
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let ways = [Succession::Merged.as_str(), Succession::TakenOver.as_str(), CLOSED];
    let way = |way: &str| Choice::new(way, t.of("agency-end", way), form.how == way);
    let living = agencies::living(&reading.snapshot).map_err(view_error)?;
    let successor = |record: agencies::AgencyRecord| {
        let value = record.id.to_string();
        let chosen = form.successor == value;
        Choice::new(value, record.agency.name.to_string(), chosen)
    };
    let none = Choice::new("", t.get("choose-successor"), form.successor.is_empty());
    let others = living.into_iter().filter(|record| record.id != id).map(successor);
    let path = format!("/agencies/{id}/end");
    let template = AgencyEndPage {
        frame: shell.frame_at(
            &path,
            reading,
            t.with("agency-end-title", [("agency", name.as_str())]),
            Section::Agencies,
        ),
        t,
        errors,
        trail: vec![
            Crumb::new("/agencies", t.get("agencies-title")),
            Crumb::new(format!("/agencies/{id}"), name.clone()),
        ],
        path,
        name,
        people: people::working_for(&reading.snapshot, id).map_err(view_error)?.len(),
        ways: ways.into_iter().map(way).collect(),
        successors: std::iter::once(none).chain(others).collect(),
    };
    Ok(page_with(status, &template))
}

pub(super) async fn show(
    shell: Shell,
    SignedInPage(reading): SignedInPage,
    agency: Result<ApiPath<AgencyId>, Problem>,
) -> Result<Response, PageRejection> {
    let ApiPath(id) = agency?;
    Ok(answer(&shell, &reading, id, &Form::default(), Errors::none())?)
}

pub(super) async fn send(
    shell: Shell,
    agency: Result<ApiPath<AgencyId>, Problem>,
    PageForm(reading, form): PageForm<Form>,
) -> Result<Response, PageRejection> {
    let ApiPath(id) = agency?;
    ending(&reading, id)?;
    assured(&shell, &reading, &format!("/agencies/{id}/end"))?;
    let viewer = reading.viewer.participant().ok_or_else(|| Problem::new(&problems::NOT_FOUND))?;
    let (by, commands) = (By::viewer(viewer), &shell.app.commands);
    let how = [Succession::Merged, Succession::TakenOver].into_iter().find(|how| how.as_str() == form.how);
    let (t, mut errors) = (shell.texts(), Errors::none());
    let done = match (how, form.successor.parse::<AgencyId>()) {
        (Some(how), Ok(successor)) if successor != id => {
            let living = agencies::get(&reading.snapshot, successor).map_err(view_error)?;
            if living.is_some_and(|record| record.ended.is_none()) {
                Some(commands.succeed_agency(&by, id, successor, how).await)
            } else {
                errors.add("successor", t.get("wrong-successor"));
                None
            }
        }
        (Some(_), _) => {
            errors.add("successor", t.get("wrong-successor"));
            None
        }
        (None, _) if form.how == CLOSED => Some(commands.close_agency(&by, id).await),
        (None, _) => {
            errors.add("how", t.get("wrong-agency-end"));
            None
        }
    };
    match done {
        Some(done) => Ok(go_on(&reading, done.map_err(Problem::from)?.position, &format!("/agencies/{id}"))),
        None => Ok(answer(&shell, &reading, id, &form, errors)?),
    }
}
