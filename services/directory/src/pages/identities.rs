//! One's accounts at OpenID providers: linking and unlinking them.

use access::{JoiningForm, PageForm, PageRejection};
use axum::response::Response;
use http::HeaderMap;
use oidc::Demand;
use serde::Deserialize;
use service_kit::{ApiPath, Problem, problems};
use types::IdentityId;
use web::Errors;

use super::{Shell, me, openid, shell::go_on};
use crate::{By, commands::Error, openid::Purpose};

#[derive(Deserialize)]
pub(super) struct LinkForm {
    provider: String,
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub(super) struct Form {}

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
