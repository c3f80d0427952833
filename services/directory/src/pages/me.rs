//! One's own page: profile, sessions, API tokens, and what is kept about one.

use access::{PageForm, PageRejection, Reading, SignedInPage};
use askama::Template;
use axum::response::Response;
use contracts::directory::Scope;
use http::StatusCode;
use serde::Deserialize;
use service_kit::{Problem, problems};
use types::{PersonId, SessionId, TokenId};
use web::{Choice, Errors, Frame, Html, Section, Texts, dates, page_with};

use super::{Shell, fields, identities, join::profile, openid, shell::go_on, sign_in_link::view_error};
use crate::{
    By,
    domain::token::DAYS_MAX,
    views::{agencies, people, sessions, tokens},
};

#[derive(Deserialize)]
pub(super) struct Form {
    name: String,
    title: String,
}

/// What is written in the page's forms.
pub(super) struct Written {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) label: String,
    pub(super) write: bool,
    pub(super) days: String,
    pub(super) commit: String,
}

struct SessionRow {
    id: SessionId,
    began: Html,
    expires: Html,
    is_this: bool,
}

struct TokenRow {
    id: TokenId,
    label: String,
    scopes: String,
    issued: Html,
    expires: Html,
    is_open: bool,
}

struct Kept {
    what: String,
    value: String,
}

#[derive(Template)]
#[template(path = "me.html")]
struct MePage {
    frame: Frame,
    t: Texts,
    errors: Errors,
    person: PersonId,
    agency: String,
    roles: Vec<String>,
    written: Written,
    scopes: Vec<Choice>,
    days_max: i64,
    sessions: Vec<SessionRow>,
    identities: Vec<identities::Row>,
    providers: Vec<crate::openid::Offer>,
    tokens: Vec<TokenRow>,
    kept: Vec<Kept>,
    may_invite: bool,
}

impl Written {
    /// What the forms begin with.
    fn fresh(shell: &Shell, reading: &Reading) -> Self {
        let (name, title) = reading
            .viewer
            .signed_in()
            .map(|viewer| (viewer.name.clone(), viewer.title.clone().unwrap_or_default()))
            .unwrap_or_default();
        let commit = fields::new_commit(&shell.app);
        Self { name, title, label: String::new(), write: false, days: "90".to_owned(), commit }
    }
}

/// The page, with what was written in one of its forms if that was refused.
pub(super) fn answer(
    shell: &Shell,
    reading: &Reading,
    written: impl FnOnce(&mut Written),
    errors: Errors,
) -> Result<Response, Problem> {
    let Some(viewer) = reading.viewer.participant() else { return Err(Problem::new(&problems::NOT_FOUND)) };
    let (t, lang, now, snapshot) = (shell.texts(), shell.lang, reading.now(), &reading.snapshot);
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let person = people::get(snapshot, viewer.person).map_err(view_error)?;
    let person = person.ok_or_else(|| Problem::new(&problems::NOT_FOUND))?;
    let mut fresh = Written::fresh(shell, reading);
    written(&mut fresh);
    let sessions = sessions::open(snapshot, viewer.person, now).map_err(view_error)?;
    let sessions: Vec<_> = sessions
        .into_iter()
        .map(|session| SessionRow {
            id: session.id,
            began: dates::moment(lang, session.began_at.unwrap_or(now), now),
            expires: dates::moment(lang, session.expires_at, now),
            is_this: reading.viewer.session() == Some(session.id),
        })
        .collect();
    let tokens = tokens::newest(snapshot, viewer.person).map_err(view_error)?;
    let tokens: Vec<_> = tokens
        .into_iter()
        .map(|token| TokenRow {
            is_open: token.is_open(now),
            id: token.id,
            label: token.label.to_string(),
            scopes: token.scopes.iter().map(|scope| t.of("scope", scope.as_str())).collect::<Vec<_>>().join(", "),
            issued: dates::day(lang, token.issued_at),
            expires: dates::day(lang, token.expires_at),
        })
        .collect();
    let identities = identities::rows(shell, reading)?;
    let mut kept = kept(t, reading, &person)?;
    kept.extend(identities.iter().map(|row| Kept {
        what: t.get("kept-identity"),
        value: t.with(
            "kept-identity-at",
            (("provider", &row.provider), ("account", &row.account), ("at", dates::moment_text(lang, row.linked_at))),
        ),
    }));
    let scope = |scope: Scope, chosen| {
        Choice::new(scope.as_str(), t.of("scope", scope.as_str()), chosen).hint(t.of("scope-hint", scope.as_str()))
    };
    let scopes = vec![scope(Scope::Read, true), scope(Scope::Write, fresh.write)];
    let template = MePage {
        frame: shell.frame_at("/me", reading, t.get("me-title"), Section::Me),
        t,
        errors,
        person: viewer.person,
        agency: viewer.agency_name.clone(),
        roles: viewer.roles.iter().map(|role| t.of("role", role.as_str())).collect(),
        written: fresh,
        scopes,
        days_max: DAYS_MAX,
        sessions,
        identities,
        providers: openid::offers(shell),
        tokens,
        kept,
        may_invite: super::invite::may_invite(reading),
    };
    Ok(page_with(status, &template))
}

fn kept(t: Texts, reading: &Reading, person: &people::PersonRecord) -> Result<Vec<Kept>, Problem> {
    let name = |id| -> Result<String, Problem> {
        let agency = agencies::get(&reading.snapshot, id).map_err(view_error)?;
        Ok(agency.map_or_else(String::new, |record| record.agency.name.to_string()))
    };
    let moment = |at| dates::moment_text(t.lang(), at);
    let mut kept = Vec::new();
    let mut keep = |what: String, value: String| kept.push(Kept { what, value });
    keep(t.get("kept-email"), person.email.as_ref().map_or_else(|| t.get("kept-none"), ToString::to_string));
    keep(
        t.get("kept-invited"),
        t.with("kept-invited-for", (("at", moment(person.invited_at)), ("agency", name(person.invited_for)?))),
    );
    if let Some(joined_at) = person.joined_at {
        keep(t.get("kept-joined"), moment(joined_at));
    }
    for affiliation in &person.affiliations {
        let agency = name(affiliation.agency)?;
        let value = match affiliation.until {
            None => t.with("kept-since", (("agency", agency), ("from", moment(affiliation.from)))),
            Some(until) => t.with(
                "kept-between",
                (("agency", agency), ("from", moment(affiliation.from)), ("until", moment(until))),
            ),
        };
        keep(t.get("kept-affiliation"), value);
    }
    for mandate in &person.mandates {
        let role = format!("{}, {}", t.of("role", mandate.role.as_str()), name(mandate.agency)?);
        let value = match mandate.ended_at.or(mandate.until) {
            None => t.with("kept-since", (("agency", role), ("from", moment(mandate.from)))),
            Some(until) => {
                t.with("kept-between", (("agency", role), ("from", moment(mandate.from)), ("until", moment(until))))
            }
        };
        keep(t.get("kept-mandate"), value);
    }
    Ok(kept)
}

pub(super) async fn show(shell: Shell, SignedInPage(reading): SignedInPage) -> Result<Response, PageRejection> {
    Ok(answer(&shell, &reading, |_| {}, Errors::none())?)
}

pub(super) async fn send(shell: Shell, PageForm(reading, form): PageForm<Form>) -> Result<Response, PageRejection> {
    let Some(viewer) = reading.viewer.participant() else { return Err(Problem::new(&problems::NOT_FOUND).into()) };
    match profile(&shell, &form.name, &form.title) {
        Err(errors) => {
            let written = |written: &mut Written| (written.name, written.title) = (form.name, form.title);
            Ok(answer(&shell, &reading, written, errors)?)
        }
        Ok(profile) => {
            let by = By::viewer(viewer);
            let done = shell.app.commands.change_profile(&by, viewer.person, profile).await.map_err(Problem::from)?;
            Ok(go_on(&reading, done.position, "/me"))
        }
    }
}
