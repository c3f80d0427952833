//! Issuing and revoking one's API tokens.

use access::{PageForm, PageRejection};
use askama::Template;
use axum::response::Response;
use contracts::directory::Scope;
use serde::Deserialize;
use service_kit::{ApiPath, Problem, problems};
use types::TokenId;
use web::{Errors, Frame, Html, Section, Texts, dates, page};

use super::{Shell, fields, me, openid, shell::go_on};
use crate::{
    By,
    commands::NewToken,
    domain::token::{DAYS_MAX, Error as Refusal},
};

#[derive(Deserialize)]
pub(super) struct Form {
    label: String,
    #[serde(default)]
    scopes: Vec<Scope>,
    days: String,
    #[serde(default)]
    commit: String,
}

#[derive(Deserialize)]
pub(super) struct RevokeForm {}

#[derive(Template)]
#[template(path = "token_issued.html")]
struct IssuedPage {
    frame: Frame,
    t: Texts,
    label: String,
    token: Option<String>,
    expires: Html,
}

pub(super) async fn issue(shell: Shell, PageForm(reading, form): PageForm<Form>) -> Result<Response, PageRejection> {
    let Some(viewer) = reading.viewer.participant() else { return Err(Problem::new(&problems::NOT_FOUND).into()) };
    let (t, mut errors) = (shell.texts(), Errors::none());
    let label = fields::required("label", &form.label, &mut errors, t);
    let days = form.days.trim().parse().ok().filter(|days| (1..=DAYS_MAX).contains(&i64::from(*days)));
    if days.is_none() {
        errors.add("days", t.with("wrong-days", [("max", DAYS_MAX)]));
    }
    if form.scopes.is_empty() {
        errors.add("scopes", t.get("wrong-scopes"));
    }
    let (Some(label), Some(days), true) = (label, days, errors.is_empty()) else {
        let written = |written: &mut me::Written| {
            written.write = form.scopes.contains(&Scope::Write);
            (written.label, written.days, written.commit) = (form.label, form.days, form.commit);
        };
        return Ok(me::answer(&shell, &reading, written, errors)?);
    };
    openid::step_up::assured(&shell, &reading, "/me#tokens")?;
    let by = By::viewer(viewer).once(fields::commit(&shell.app, &form.commit));
    let mut scopes = form.scopes;
    scopes.sort();
    scopes.dedup();
    let wanted = NewToken { label, scopes, days, integration: None, arenas: None };
    let issued = shell.app.commands.issue_token(&by, viewer.person, wanted).await;
    let issued = issued.map_err(Problem::from)?.value;
    let frame = shell.frame_at("/me", &reading, t.get("token-issued-title"), Section::Me);
    let expires = dates::day(shell.lang, issued.expires_at);
    Ok(page(&IssuedPage { frame, t, label: form.label, token: issued.token, expires }))
}

pub(super) async fn revoke(
    shell: Shell,
    token: Result<ApiPath<TokenId>, Problem>,
    PageForm(reading, RevokeForm {}): PageForm<RevokeForm>,
) -> Result<Response, PageRejection> {
    let ApiPath(token) = token?;
    let Some(viewer) = reading.viewer.participant() else { return Err(Problem::new(&problems::NOT_FOUND).into()) };
    let revoked = shell.app.commands.revoke_token(&By::viewer(viewer), viewer.person, token).await;
    match revoked {
        Err(error) if error.token() == Some(Refusal::Unknown) => Err(Problem::new(&problems::NOT_FOUND).into()),
        revoked => Ok(go_on(&reading, revoked.map_err(Problem::from)?.position, "/me#tokens")),
    }
}
