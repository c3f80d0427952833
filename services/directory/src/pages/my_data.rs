//! What the directory keeps about somebody, for them to take along: as JSON for programs, as text for people. Secrets are
//! not in it: of those only digests are kept.

use access::{JoiningForm, PageRejection, Reading, memberships};
use axum::response::{IntoResponse, Response};
use contracts::directory::{Role, Scope};
use http::header;
use serde::{Deserialize, Serialize};
use service_kit::{Problem, problems};
use types::{AgencyId, ArenaId, PersonId, SessionId, Timestamp, TokenId};
use web::{Texts, dates};

use super::{Shell, me, sign_in_link::view_error};
use crate::{
    By,
    views::{agencies, people, sessions, tokens},
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    person: PersonId,
    name: Option<String>,
    title: Option<String>,
    email: Option<String>,
    invited_at: Timestamp,
    invited_for: Agency,
    joined_at: Option<Timestamp>,
    affiliations: Vec<Affiliation>,
    mandates: Vec<Mandate>,
    suspension: Option<Suspension>,
    arenas: Vec<ArenaId>,
    sessions: Vec<Session>,
    tokens: Vec<Token>,
}

#[derive(Serialize)]
struct Agency {
    id: AgencyId,
    name: String,
}

#[derive(Serialize)]
struct Affiliation {
    agency: Agency,
    from: Timestamp,
    until: Option<Timestamp>,
}

#[derive(Serialize)]
struct Mandate {
    role: Role,
    agency: Agency,
    from: Timestamp,
    until: Option<Timestamp>,
}

#[derive(Serialize)]
struct Suspension {
    reason: String,
    since: Timestamp,
    until: Option<Timestamp>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    id: SessionId,
    began_at: Option<Timestamp>,
    expires_at: Timestamp,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Token {
    id: TokenId,
    label: String,
    scopes: Vec<Scope>,
    issued_at: Timestamp,
    expires_at: Timestamp,
    revoked_at: Option<Timestamp>,
    used_at: Option<Timestamp>,
}

fn kept(reading: &Reading) -> Result<Kept, Problem> {
    let (snapshot, now) = (&reading.snapshot, reading.now());
    let person = reading.viewer.person().ok_or_else(|| Problem::new(&problems::NOT_FOUND))?;
    let person = people::get(snapshot, person).map_err(view_error)?;
    let person = person.ok_or_else(|| Problem::new(&problems::NOT_FOUND))?;
    let agency = |id: AgencyId| -> Result<Agency, Problem> {
        let known = agencies::get(snapshot, id).map_err(view_error)?;
        Ok(Agency { id, name: known.map_or_else(String::new, |record| record.agency.name.to_string()) })
    };
    let mut affiliations = Vec::new();
    for people::Affiliation { agency: id, from, until } in person.affiliations.iter().cloned() {
        affiliations.push(Affiliation { agency: agency(id)?, from, until });
    }
    let mut mandates = Vec::new();
    for held in &person.mandates {
        let until = held.ended_at.or(held.until);
        mandates.push(Mandate { role: held.role, agency: agency(held.agency)?, from: held.from, until });
    }
    let session = |it: sessions::SessionRecord| Session { id: it.id, began_at: it.began_at, expires_at: it.expires_at };
    let token = |it: tokens::TokenRecord| Token {
        id: it.id,
        label: it.label.to_string(),
        scopes: it.scopes,
        issued_at: it.issued_at,
        expires_at: it.expires_at,
        revoked_at: it.revoked_at,
        used_at: it.used_at,
    };
    Ok(Kept {
        person: person.id,
        name: person.name.as_ref().map(ToString::to_string),
        title: person.title.as_ref().map(ToString::to_string),
        email: person.email.as_ref().map(ToString::to_string),
        invited_at: person.invited_at,
        invited_for: agency(person.invited_for)?,
        joined_at: person.joined_at,
        affiliations,
        mandates,
        suspension: person.suspension.as_ref().map(|it| Suspension {
            reason: it.reason.to_string(),
            since: it.since,
            until: it.until,
        }),
        arenas: memberships(snapshot, person.id).map_err(view_error)?,
        sessions: sessions::open(snapshot, &person, now).map_err(view_error)?.into_iter().map(session).collect(),
        tokens: tokens::newest(snapshot, person.id).map_err(view_error)?.into_iter().map(token).collect(),
    })
}

fn text(t: Texts, kept: &Kept) -> String {
    let moment = |at| dates::moment_text(t.lang(), at);
    let mut lines = vec![t.get("kept"), String::new()];
    let mut line = |what: &str, value: String| lines.push(format!("{}: {value}", t.get(what)));
    let none = || t.get("kept-none");
    line("field-name", kept.name.clone().unwrap_or_else(none));
    line("field-title", kept.title.clone().unwrap_or_else(none));
    line("kept-email", kept.email.clone().unwrap_or_else(none));
    let invited = (("at", moment(kept.invited_at)), ("agency", kept.invited_for.name.clone()));
    line("kept-invited", t.with("kept-invited-for", invited));
    if let Some(joined_at) = kept.joined_at {
        line("kept-joined", moment(joined_at));
    }
    let stretch = |what: String, from, until: Option<Timestamp>| match until {
        None => t.with("kept-since", (("agency", what), ("from", moment(from)))),
        Some(until) => t.with("kept-between", (("agency", what), ("from", moment(from)), ("until", moment(until)))),
    };
    for it in &kept.affiliations {
        line("kept-affiliation", stretch(it.agency.name.clone(), it.from, it.until));
    }
    for it in &kept.mandates {
        let what = format!("{}, {}", t.of("role", it.role.as_str()), it.agency.name);
        line("kept-mandate", stretch(what, it.from, it.until));
    }
    if let Some(it) = &kept.suspension {
        line("suspension", stretch(it.reason.clone(), it.since, it.until));
    }
    for arena in &kept.arenas {
        line("kept-arena", arena.to_string());
    }
    for it in &kept.sessions {
        let began = it.began_at.unwrap_or(it.expires_at);
        line("kept-session", stretch(it.id.to_string(), began, Some(it.expires_at)));
    }
    for it in &kept.tokens {
        let until = it.revoked_at.unwrap_or(it.expires_at);
        line("kept-token", stretch(it.label.clone(), it.issued_at, Some(until)));
    }
    lines.join("\n") + "\n"
}

/// Notes that it was taken along, and hands it out as a file.
async fn hand_out(
    shell: &Shell,
    reading: &Reading,
    media_type: &'static str,
    name: &str,
    body: String,
) -> Result<Response, PageRejection> {
    let viewer = me::own(reading).ok_or(PageRejection::Join)?;
    shell.app.commands.note_export(&By::viewer(viewer), viewer.person).await.map_err(Problem::from)?;
    let disposition = format!("attachment; filename=\"{name}\"");
    Ok(([(header::CONTENT_TYPE, media_type), (header::CONTENT_DISPOSITION, &*disposition)], body).into_response())
}

/// A button: a form, as it is written down that it was pressed.
#[derive(Deserialize)]
pub(super) struct Button {}

pub(super) async fn json(
    shell: Shell,
    JoiningForm(reading, Button {}): JoiningForm<Button>,
) -> Result<Response, PageRejection> {
    let body = serde_json::to_string_pretty(&kept(&reading)?).unwrap_or_default();
    hand_out(&shell, &reading, "application/json", "erfa.json", body).await
}

pub(super) async fn plain(
    shell: Shell,
    JoiningForm(reading, Button {}): JoiningForm<Button>,
) -> Result<Response, PageRejection> {
    let body = text(shell.texts(), &kept(&reading)?);
    hand_out(&shell, &reading, "text/plain; charset=utf-8", "erfa.txt", body).await
}
