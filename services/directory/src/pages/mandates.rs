//! Granting and ending mandates, and ending an affiliation, from a person's page.

use access::{PageForm, PageRejection, PersonViewer, Reading};
use axum::response::Response;
use serde::Deserialize;
use service_kit::{ApiPath, Problem, problems};
use types::{AgencyId, MandateId, PersonId, Timestamp};
use web::Errors;

use super::{
    Shell, fields, invite,
    openid::step_up::assured,
    person::{Written, answer, known},
    shell::go_on,
    sign_in_link::view_error,
};
use crate::{
    By,
    commands::{Done, Error, NewMandate},
    domain::person::Error as Refusal,
    views::people,
};

#[derive(Deserialize)]
pub(super) struct Form {
    role: String,
    agency: String,
    until: String,
    #[serde(default)]
    commit: String,
}

#[derive(Deserialize)]
pub(super) struct EndForm {}

fn viewer(reading: &Reading) -> Result<&PersonViewer, Problem> {
    let viewer = reading.viewer.participant().filter(|_| invite::may_invite(reading));
    viewer.ok_or_else(|| Problem::new(&problems::NOT_FOUND))
}

/// The day after `text`'s day begins, in Swedish time: a mandate holds through its last day.
pub(super) fn end_of(text: &str) -> Option<Timestamp> {
    let day: jiff::civil::Date = text.trim().parse().ok()?;
    let zone = jiff::tz::TimeZone::get("Europe/Stockholm").ok()?;
    Some(day.tomorrow().ok()?.to_zoned(zone).ok()?.timestamp())
}

pub(super) async fn grant(
    shell: Shell,
    person: Result<ApiPath<PersonId>, Problem>,
    PageForm(reading, form): PageForm<Form>,
) -> Result<Response, PageRejection> {
    let ApiPath(person) = person?;
    let viewer = viewer(&reading)?;
    known(&reading, person)?;
    assured(&shell, &reading, &format!("/people/{person}"))?;
    let (t, mut errors) = (shell.texts(), Errors::none());
    let role = invite::role(&form.role);
    if role.is_none() {
        errors.add("role", t.get("wrong-role"));
    }
    let agency: Option<AgencyId> = form.agency.parse().ok();
    if agency.is_none() {
        errors.add("agency", t.get("wrong-agency"));
    }
    let until = end_of(&form.until);
    if !form.until.trim().is_empty() && until.is_none() {
        errors.add("until", t.get("wrong-day"));
    } else if until.is_some_and(|until| until <= reading.now()) {
        errors.add("until", t.get("wrong-day-past"));
    }
    if let (Some(role), Some(agency), true) = (role, agency, errors.is_empty()) {
        let by = By::viewer(viewer).once(fields::commit(&shell.app, &form.commit));
        let mandate = NewMandate { role, agency, from: None, until };
        match shell.app.commands.grant_mandate(&by, person, mandate).await {
            Ok(done) => return Ok(go_on(&reading, done.position, &format!("/people/{person}"))),
            Err(error) => match error.person() {
                Some(Refusal::AlreadyHeld) => errors.add("role", t.get("wrong-held")),
                Some(Refusal::NotAffiliated) => errors.add("agency", t.get("wrong-not-affiliated")),
                _ => return Err(Problem::from(error).into()),
            },
        }
    }
    let Form { role, agency, until, commit } = form;
    Ok(answer(&shell, &reading, person, Written { role, agency, until, commit }, errors)?)
}

/// Whether it is a mandate that the viewer let this person hold.
fn delegated_by_viewer(reading: &Reading, person: PersonId, mandate: MandateId) -> Result<bool, Problem> {
    let known = people::get(&reading.snapshot, person).map_err(view_error)?;
    let held = known.into_iter().flat_map(|person| person.mandates).find(|held| held.id == mandate);
    let holder = held.and_then(|held| held.delegated).map(|(_, holder)| holder);
    Ok(holder.is_some() && holder == reading.viewer.person())
}

fn ended(reading: &Reading, person: PersonId, done: Result<Done<PersonId>, Error>) -> Result<Response, PageRejection> {
    let done = done.map_err(Problem::from)?;
    Ok(go_on(reading, done.position, &format!("/people/{person}")))
}

pub(super) async fn end(
    shell: Shell,
    path: Result<ApiPath<(PersonId, MandateId)>, Problem>,
    PageForm(reading, EndForm {}): PageForm<EndForm>,
) -> Result<Response, PageRejection> {
    let ApiPath((person, mandate)) = path?;
    let delegated = delegated_by_viewer(&reading, person, mandate)?;
    let by = By::viewer(match reading.viewer.participant().filter(|_| delegated) {
        Some(viewer) => viewer,
        None => viewer(&reading)?,
    });
    known(&reading, person)?;
    assured(&shell, &reading, &format!("/people/{person}"))?;
    ended(&reading, person, shell.app.commands.end_mandate(&by, person, mandate).await)
}

pub(super) async fn end_affiliation(
    shell: Shell,
    path: Result<ApiPath<(PersonId, AgencyId)>, Problem>,
    PageForm(reading, EndForm {}): PageForm<EndForm>,
) -> Result<Response, PageRejection> {
    let ApiPath((person, agency)) = path?;
    let by = By::viewer(viewer(&reading)?);
    known(&reading, person)?;
    assured(&shell, &reading, &format!("/people/{person}"))?;
    let done = shell.app.commands.end_affiliation(&by, person, agency).await;
    // Who has left may be no longer theirs to see.
    let done = done.map_err(Problem::from)?;
    Ok(go_on(&reading, done.position, "/people"))
}
