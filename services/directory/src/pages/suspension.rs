//! Shutting somebody out, and letting them in again.

use access::{AdministrationForm, PageRejection};
use axum::response::Response;
use contracts::directory::SuspensionReason;
use serde::Deserialize;
use service_kit::{ApiPath, Problem};
use types::PersonId;
use web::Errors;

use super::{
    Shell,
    admin_person::{Written, answer, by, known, path},
    fields,
    mandates::end_of,
    openid::step_up::assured,
    shell::go_on,
};
use crate::domain::person::Error as Refusal;

#[derive(Deserialize)]
pub(super) struct Form {
    reason: String,
    until: String,
}

#[derive(Deserialize)]
pub(super) struct EndForm {}

pub(super) async fn begin(
    shell: Shell,
    person: Result<ApiPath<PersonId>, Problem>,
    AdministrationForm(reading, form): AdministrationForm<Form>,
) -> Result<Response, PageRejection> {
    let ApiPath(person) = person?;
    known(&reading, person)?;
    assured(&shell, &reading, &path(person))?;
    let (t, mut errors) = (shell.texts(), Errors::none());
    let reason = fields::required::<{ SuspensionReason::LENGTH_MAX }>("reason", &form.reason, &mut errors, t);
    let until = end_of(&form.until);
    if !form.until.trim().is_empty() && until.is_none() {
        errors.add("until", t.get("wrong-day"));
    }
    if let (Some(reason), true) = (reason, errors.is_empty()) {
        match shell.app.commands.suspend(&by(&reading)?, person, reason, until).await {
            Ok(done) => return Ok(go_on(&reading, done.position, &path(person))),
            Err(error) => match error.person() {
                Some(Refusal::SuspensionOver) => errors.add("until", t.get("wrong-day-past")),
                Some(Refusal::OwnSuspension) => errors.add("reason", t.get("wrong-own-suspension")),
                _ => return Err(Problem::from(error).into()),
            },
        }
    }
    let Form { reason, until } = form;
    Ok(answer(&shell, &reading, person, Written { reason, until }, errors)?)
}

pub(super) async fn end(
    shell: Shell,
    person: Result<ApiPath<PersonId>, Problem>,
    AdministrationForm(reading, EndForm {}): AdministrationForm<EndForm>,
) -> Result<Response, PageRejection> {
    let ApiPath(person) = person?;
    known(&reading, person)?;
    assured(&shell, &reading, &path(person))?;
    let done = shell.app.commands.reinstate(&by(&reading)?, person).await.map_err(Problem::from)?;
    Ok(go_on(&reading, done.position, &path(person)))
}
