//! A person, as those see them who run the system: where they are signed in, which tokens they have, whether they are
//! shut out.

use access::{AdministrationForm, AdministrationPage, PageRejection, Reading};
use askama::Template;
use axum::response::Response;
use contracts::directory::SessionEnd;
use http::StatusCode;
use serde::Deserialize;
use service_kit::{ApiPath, Problem, problems};
use types::{IdentityId, PersonId, SessionId, TokenId};
use web::{Crumb, Errors, Frame, Section, Texts, dates, page_with};

use super::{
    Shell,
    credentials::{IdentityRow, SeenFrom, SessionRow, TokenRow, identity_rows, session_rows, token_rows},
    openid::step_up::assured,
    shell::go_on,
    sign_in_link::view_error,
};
use crate::{
    By,
    views::{
        identities,
        people::{self, PersonRecord},
    },
};

/// What is written in the form to shut somebody out.
#[derive(Default)]
pub(super) struct Written {
    pub(super) reason: String,
    pub(super) until: String,
}

/// That somebody is shut out.
struct Suspended {
    reason: String,
    since: web::Html,
    until: Option<web::Html>,
}

#[derive(Template)]
#[template(path = "admin_person.html")]
struct AdminPersonPage {
    frame: Frame,
    t: Texts,
    errors: Errors,
    trail: Vec<Crumb>,
    id: PersonId,
    email: String,
    is_self: bool,
    suspended: Option<Suspended>,
    sessions: Vec<SessionRow>,
    identities: Vec<IdentityRow>,
    tokens: Vec<TokenRow>,
    written: Written,
}

#[derive(Deserialize)]
pub(super) struct EndForm {}

pub(super) fn path(person: PersonId) -> String {
    format!("/admin/people/{person}")
}

pub(super) fn by(reading: &Reading) -> Result<By, Problem> {
    reading.viewer.signed_in().map(By::viewer).ok_or_else(|| Problem::new(&problems::NOT_FOUND))
}

pub(super) fn known(reading: &Reading, id: PersonId) -> Result<PersonRecord, Problem> {
    let person = people::get(&reading.snapshot, id).map_err(view_error)?;
    person.ok_or_else(|| Problem::new(&problems::NOT_FOUND))
}

pub(super) fn answer(
    shell: &Shell,
    reading: &Reading,
    id: PersonId,
    written: Written,
    errors: Errors,
) -> Result<Response, Problem> {
    let person = known(reading, id)?;
    let (t, lang, now) = (shell.texts(), shell.lang, reading.now());
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let name = person.name.as_ref().map_or_else(|| t.get("not-joined-name"), ToString::to_string);
    let suspended = person.suspended(now).map(|it| Suspended {
        reason: it.reason.to_string(),
        since: dates::day(lang, it.since),
        until: it.until.map(|until| dates::moment(lang, until, now)),
    });
    let from = SeenFrom::Administration(id);
    let template = AdminPersonPage {
        frame: shell.frame_at(&path(id), reading, name, Section::Me),
        t,
        errors,
        trail: vec![Crumb::new("/admin", t.get("admin-title"))],
        id,
        email: person.email.as_ref().map_or_else(String::new, ToString::to_string),
        is_self: reading.viewer.person() == Some(id),
        suspended,
        sessions: session_rows(shell, reading, &person, from)?,
        identities: identity_rows(shell, reading, id, from)?,
        tokens: token_rows(shell, reading, &person, from)?,
        written,
    };
    Ok(page_with(status, &template))
}

pub(super) async fn show(
    shell: Shell,
    AdministrationPage(reading): AdministrationPage,
    person: Result<ApiPath<PersonId>, Problem>,
) -> Result<Response, PageRejection> {
    let ApiPath(id) = person?;
    Ok(answer(&shell, &reading, id, Written::default(), Errors::none())?)
}

pub(super) async fn end_session(
    shell: Shell,
    ids: Result<ApiPath<(PersonId, SessionId)>, Problem>,
    AdministrationForm(reading, EndForm {}): AdministrationForm<EndForm>,
) -> Result<Response, PageRejection> {
    let ApiPath((person, session)) = ids?;
    assured(&shell, &reading, &path(person))?;
    let reason = SessionEnd::EndedByAdministrator;
    let ended = shell.app.commands.end_session(&by(&reading)?, person, session, reason).await;
    Ok(go_on(&reading, ended.map_err(Problem::from)?.position, &path(person)))
}

pub(super) async fn revoke_token(
    shell: Shell,
    ids: Result<ApiPath<(PersonId, TokenId)>, Problem>,
    AdministrationForm(reading, EndForm {}): AdministrationForm<EndForm>,
) -> Result<Response, PageRejection> {
    let ApiPath((person, token)) = ids?;
    assured(&shell, &reading, &path(person))?;
    let revoked = shell.app.commands.revoke_token(&by(&reading)?, person, token).await;
    Ok(go_on(&reading, revoked.map_err(Problem::from)?.position, &path(person)))
}

pub(super) async fn unlink(
    shell: Shell,
    ids: Result<ApiPath<(PersonId, IdentityId)>, Problem>,
    AdministrationForm(reading, EndForm {}): AdministrationForm<EndForm>,
) -> Result<Response, PageRejection> {
    let ApiPath((person, identity)) = ids?;
    let known = identities::of_person(&reading.snapshot, person).map_err(view_error)?;
    if !known.iter().any(|known| known.id == identity) {
        return Err(Problem::new(&problems::NOT_FOUND).into());
    }
    assured(&shell, &reading, &path(person))?;
    let unlinked = shell.app.commands.unlink_identity(&by(&reading)?, identity).await;
    Ok(go_on(&reading, unlinked.map_err(Problem::from)?.position, &path(person)))
}
