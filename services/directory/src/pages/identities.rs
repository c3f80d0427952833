//! One's accounts at OpenID providers: linking and unlinking them.

use access::{JoiningForm, PageForm, PageRejection, Reading};
use axum::response::Response;
use http::HeaderMap;
use oidc::Demand;
use serde::Deserialize;
use service_kit::{ApiPath, Problem, problems};
use types::IdentityId;
use web::{Errors, Html, dates};

use super::{Shell, me, openid, shell::go_on, sign_in_link::view_error};
use crate::{By, commands::Error, openid::Purpose, views::identities};

#[derive(Deserialize)]
pub(super) struct LinkForm {
    provider: String,
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub(super) struct Form {}

/// An account as its person sees it.
pub(super) struct Row {
    pub(super) id: IdentityId,
    pub(super) provider: String,
    pub(super) account: String,
    pub(super) linked: Html,
    pub(super) linked_at: types::Timestamp,
}

/// The accounts of whoever reads.
pub(super) fn rows(shell: &Shell, reading: &Reading) -> Result<Vec<Row>, Problem> {
    let Some(person) = reading.viewer.person() else { return Ok(Vec::new()) };
    let known = identities::of_person(&reading.snapshot, person).map_err(view_error)?;
    let row = |known: identities::IdentityRecord| Row {
        id: known.id,
        provider: shell.app.openid.name_of(&known.issuer, shell.lang),
        account: known.account,
        linked: dates::day(shell.lang, known.linked_at),
        linked_at: known.linked_at,
    };
    Ok(known.into_iter().map(row).collect())
}

pub(super) async fn link(
    shell: Shell,
    headers: HeaderMap,
    JoiningForm(reading, LinkForm { provider, next }): JoiningForm<LinkForm>,
) -> Result<Response, PageRejection> {
    let Some(person) = reading.viewer.person() else { return Err(Problem::new(&problems::NOT_FOUND).into()) };
    let next = if next.is_empty() { "/me#identities" } else { next.as_str() };
    openid::leave(&shell, &reading, &headers, (&provider, Purpose::Link(person), Demand::default()), next).await
}

pub(super) async fn unlink(
    shell: Shell,
    id: Result<ApiPath<IdentityId>, Problem>,
    PageForm(reading, Form {}): PageForm<Form>,
) -> Result<Response, PageRejection> {
    let ApiPath(id) = id?;
    let Some(viewer) = reading.viewer.participant() else { return Err(Problem::new(&problems::NOT_FOUND).into()) };
    openid::step_up::assured(&shell, &reading, "/me#identities")?;
    match shell.app.commands.unlink_identity(&By::viewer(viewer), id).await {
        Ok(done) => Ok(go_on(&reading, done.position, "/me#identities")),
        Err(Error::LastWayIn) => {
            let mut errors = Errors::none();
            errors.add("identities", shell.texts().get("wrong-last-way-in"));
            Ok(me::answer(&shell, &reading, |_| {}, errors)?)
        }
        Err(error) => Err(Problem::from(error).into()),
    }
}
