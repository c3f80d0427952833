//! Issuing and revoking one's API tokens.

use access::{JoiningForm, PageRejection};
use askama::Template;
use axum::response::Response;
use contracts::directory::Scope;
use serde::Deserialize;
use service_kit::{ApiPath, Problem, problems};
use types::{AgencyId, ArenaId, TokenId};
use web::{Errors, Frame, Html, Section, Texts, dates, page};

use super::{Shell, fields, me, openid, shell::go_on, token_form};
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
    /// The agency whose program it is for; empty for oneself.
    #[serde(default)]
    program: String,
    /// The arenas that it is for; none for all.
    #[serde(default)]
    arenas: Vec<String>,
    #[serde(default)]
    commit: String,
}

/// How many days a token works from its rotation on.
const ROTATED_DAYS: u16 = 90;

#[derive(Deserialize)]
pub(super) struct RevokeForm {}

#[derive(Deserialize)]
pub(super) struct RotateForm {
    #[serde(default)]
    commit: String,
}

#[derive(Template)]
#[template(path = "token_issued.html")]
struct IssuedPage {
    frame: Frame,
    t: Texts,
    label: String,
    token: Option<String>,
    expires: Html,
}

pub(super) async fn issue(
    shell: Shell,
    JoiningForm(reading, form): JoiningForm<Form>,
) -> Result<Response, PageRejection> {
    let viewer = me::own(&reading).ok_or(PageRejection::Join)?;
    let (t, mut errors) = (shell.texts(), Errors::none());
    let label = fields::required("label", &form.label, &mut errors, t);
    let days = form.days.trim().parse().ok().filter(|days| (1..=DAYS_MAX).contains(&i64::from(*days)));
    if days.is_none() {
        errors.add("days", t.with("wrong-days", [("max", DAYS_MAX)]));
    }
    if form.scopes.is_empty() {
        errors.add("scopes", t.get("wrong-scopes"));
    }
    let integration: Option<AgencyId> = form.program.parse().ok();
    if integration.is_none() && !form.program.is_empty() {
        errors.add("program", t.get("wrong-agency"));
    }
    let arenas: Result<Vec<ArenaId>, _> = form.arenas.iter().map(|arena| arena.parse()).collect();
    if arenas.is_err() {
        errors.add("arenas", t.get("wrong-arenas"));
    }
    let (Some(label), Some(days), Ok(arenas), true) = (label, days, arenas, errors.is_empty()) else {
        let written = |written: &mut me::Written| {
            let Form { label, scopes, days, program, arenas, commit } = form;
            let write = scopes.contains(&Scope::Write);
            written.token = token_form::Written { label, write, days, program, arenas, commit };
        };
        return Ok(me::answer(&shell, &reading, written, errors)?);
    };
    openid::step_up::assured(&shell, &reading, "/me#tokens")?;
    let by = By::viewer(viewer).once(fields::commit(&shell.app, &form.commit));
    let mut scopes = form.scopes;
    scopes.sort();
    scopes.dedup();
    let arenas = Some(arenas).filter(|arenas| !arenas.is_empty());
    let wanted = NewToken { label, scopes, days, integration, arenas };
    let issued = shell.app.commands.issue_token(&by, viewer.person, wanted).await;
    let issued = issued.map_err(Problem::from)?.value;
    let frame = shell.frame_at("/me", &reading, t.get("token-issued-title"), Section::Me);
    let expires = dates::day(shell.lang, issued.expires_at);
    Ok(page(&IssuedPage { frame, t, label: form.label, token: issued.token, expires }))
}

pub(super) async fn rotate(
    shell: Shell,
    token: Result<ApiPath<TokenId>, Problem>,
    JoiningForm(reading, form): JoiningForm<RotateForm>,
) -> Result<Response, PageRejection> {
    let ApiPath(token) = token?;
    let viewer = me::own(&reading).ok_or(PageRejection::Join)?;
    openid::step_up::assured(&shell, &reading, "/me#tokens")?;
    let by = By::viewer(viewer).once(fields::commit(&shell.app, &form.commit));
    let rotated = shell.app.commands.rotate_token(&by, viewer.person, token, ROTATED_DAYS).await;
    let rotated = rotated.map_err(Problem::from)?.value;
    let t = shell.texts();
    let frame = shell.frame_at("/me", &reading, t.get("token-issued-title"), Section::Me);
    let expires = dates::day(shell.lang, rotated.expires_at);
    Ok(page(&IssuedPage { frame, t, label: t.get("token-rotated"), token: rotated.token, expires }))
}

pub(super) async fn revoke(
    shell: Shell,
    token: Result<ApiPath<TokenId>, Problem>,
    JoiningForm(reading, RevokeForm {}): JoiningForm<RevokeForm>,
) -> Result<Response, PageRejection> {
    let ApiPath(token) = token?;
    let viewer = me::own(&reading).ok_or(PageRejection::Join)?;
    let revoked = shell.app.commands.revoke_token(&By::viewer(viewer), viewer.person, token).await;
    match revoked {
        Err(error) if error.token() == Some(Refusal::Unknown) => Err(Problem::new(&problems::NOT_FOUND).into()),
        revoked => Ok(go_on(&reading, revoked.map_err(Problem::from)?.position, "/me#tokens")),
    }
}
