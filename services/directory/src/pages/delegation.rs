//! Letting a colleague hold one's mandate too, for a time.

use access::{PageForm, PageRejection, Reading, SignedInPage};
use askama::Template;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use service_kit::{ApiPath, Problem, problems};
use types::{MandateId, PersonId};
use web::{Choice, Crumb, Errors, Frame, Section, Texts, page_with};

use super::{Shell, fields, mandates::end_of, openid::step_up::assured, shell::go_on, sign_in_link::view_error};
use crate::{
    By,
    commands::NewDelegation,
    domain::person::{DELEGATION_DAYS_MAX, Error as Refusal},
    views::people::{self, Mandate},
};

/// How many colleagues are offered.
const COLLEAGUES_MAX: usize = 500;

#[derive(Default, Deserialize)]
pub(super) struct Form {
    to: String,
    until: String,
    #[serde(default)]
    commit: String,
}

#[derive(Template)]
#[template(path = "delegation.html")]
struct DelegationPage {
    frame: Frame,
    t: Texts,
    errors: Errors,
    trail: Vec<Crumb>,
    path: String,
    role: String,
    colleagues: Vec<Choice>,
    until: String,
    until_hint: String,
    commit: String,
}

/// A mandate of the viewer's own that they may delegate.
fn delegable(reading: &Reading, id: MandateId) -> Result<(PersonId, Mandate), Problem> {
    let viewer = reading.viewer.participant().ok_or_else(|| Problem::new(&problems::NOT_FOUND))?;
    let person = people::get(&reading.snapshot, viewer.person).map_err(view_error)?;
    let held = person.into_iter().flat_map(|person| person.mandates).find(|held| held.id == id);
    let held = held.filter(|held| held.may_be_delegated(reading.now()));
    Ok((viewer.person, held.ok_or_else(|| Problem::new(&problems::NOT_FOUND))?))
}

fn answer(shell: &Shell, reading: &Reading, id: MandateId, form: Form, errors: Errors) -> Result<Response, Problem> {
    let (holder, held) = delegable(reading, id)?;
    let t = shell.texts();
    let colleagues = people::list(&reading.snapshot, Some(held.agency), COLLEAGUES_MAX, 1).map_err(view_error)?;
    let choice = |person: &people::PersonRecord| {
        let name = person.name.as_ref().map_or_else(String::new, ToString::to_string);
        Choice::new(person.id.to_string(), name, form.to == person.id.to_string())
    };
    let others = colleagues.items.iter().filter(|person| person.id != holder).map(choice);
    let nobody = Choice::new("", t.get("choose-colleague"), form.to.is_empty());
    let path = format!("/me/mandates/{id}/delegation");
    let role = t.of("role", held.role.as_str());
    let template = DelegationPage {
        frame: shell.frame_at(&path, reading, t.with("delegate-title", [("role", role.as_str())]), Section::Me),
        t,
        errors,
        trail: vec![Crumb::new("/me", t.get("me-title"))],
        path,
        role,
        colleagues: std::iter::once(nobody).chain(others).collect(),
        until: form.until,
        until_hint: t.with("delegate-until-hint", [("max", DELEGATION_DAYS_MAX)]),
        commit: if form.commit.is_empty() { fields::new_commit(&shell.app) } else { form.commit },
    };
    let status = if template.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(page_with(status, &template))
}

pub(super) async fn show(
    shell: Shell,
    SignedInPage(reading): SignedInPage,
    mandate: Result<ApiPath<MandateId>, Problem>,
) -> Result<Response, PageRejection> {
    let ApiPath(mandate) = mandate?;
    Ok(answer(&shell, &reading, mandate, Form::default(), Errors::none())?)
}

pub(super) async fn send(
    shell: Shell,
    mandate: Result<ApiPath<MandateId>, Problem>,
    PageForm(reading, form): PageForm<Form>,
) -> Result<Response, PageRejection> {
    let ApiPath(mandate) = mandate?;
    delegable(&reading, mandate)?;
    assured(&shell, &reading, &format!("/me/mandates/{mandate}/delegation"))?;
    let viewer = reading.viewer.participant().ok_or_else(|| Problem::new(&problems::NOT_FOUND))?;
    let (t, mut errors) = (shell.texts(), Errors::none());
    let to: Option<PersonId> = form.to.parse().ok();
    if to.is_none() {
        errors.add("to", t.get("wrong-colleague"));
    }
    let until = end_of(&form.until);
    if until.is_none() {
        errors.add("until", t.get("wrong-day"));
    }
    if let (Some(to), Some(until)) = (to, until) {
        let by = By::viewer(viewer).once(fields::commit(&shell.app, &form.commit));
        match shell.app.commands.delegate(&by, NewDelegation { mandate, to, from: None, until }).await {
            Ok(done) => return Ok(go_on(&reading, done.position, &format!("/people/{to}"))),
            Err(error) => match error.person() {
                Some(Refusal::EndsBeforeItBegins) => errors.add("until", t.get("wrong-day-past")),
                Some(Refusal::DelegatedTooLong) => {
                    errors.add("until", t.with("wrong-delegated-long", [("max", DELEGATION_DAYS_MAX)]));
                }
                Some(Refusal::AlreadyHeld) => errors.add("to", t.get("wrong-held")),
                Some(Refusal::NotDelegable | Refusal::NotAffiliated) => errors.add("to", t.get("wrong-colleague")),
                _ => return Err(Problem::from(error).into()),
            },
        }
    }
    Ok(answer(&shell, &reading, mandate, form, errors)?)
}
