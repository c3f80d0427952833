//! One's own page: profile, sessions, API tokens, and what is kept about one.

use access::{JoiningForm, JoiningPage, PageRejection, PersonViewer, Reading};
use askama::Template;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use service_kit::{Problem, problems};
use types::{AgencyId, MandateId, PersonId};
use web::{Errors, Frame, Html, Section, Texts, dates, page_with};

use super::{
    Shell,
    credentials::{IdentityRow, SeenFrom, SessionRow, TokenRow, identity_rows, session_rows, token_rows},
    join::profile,
    openid,
    shell::go_on,
    sign_in_link::view_error,
    token_form::{self, TokenForm},
};
use crate::{
    By,
    domain::token::DAYS_MAX,
    views::{agencies, people},
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
    pub(super) token: token_form::Written,
}

/// A mandate of one's own.
struct OwnMandate {
    id: MandateId,
    role: String,
    agency: String,
    from: Html,
    until: Option<Html>,
    may_delegate: bool,
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
    mandates: Vec<OwnMandate>,
    agencies: Vec<(AgencyId, String)>,
    administers: bool,
    /// Whether they take part: else they only see what is kept about them.
    participates: bool,
    own_name: String,
    own_title: String,
    days_max: i64,
    sessions: Vec<SessionRow>,
    identities: Vec<IdentityRow>,
    providers: Vec<crate::openid::Offer>,
    /// Where one comes back to when an account has been linked.
    linked_on: &'static str,
    tokens: Vec<TokenRow>,
    new_token: TokenForm,
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
        Self { name, title, token: token_form::Written::fresh(shell) }
    }
}

/// The page, with what was written in one of its forms if that was refused.
pub(super) fn answer(
    shell: &Shell,
    reading: &Reading,
    written: impl FnOnce(&mut Written),
    errors: Errors,
) -> Result<Response, Problem> {
    let Some(viewer) = own(reading) else { return Err(Problem::new(&problems::NOT_FOUND)) };
    let (t, snapshot) = (shell.texts(), &reading.snapshot);
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let person = people::get(snapshot, viewer.person).map_err(view_error)?;
    let person = person.ok_or_else(|| Problem::new(&problems::NOT_FOUND))?;
    let mut fresh = Written::fresh(shell, reading);
    written(&mut fresh);
    let mandates = own_mandates(shell, reading, &person)?;
    let from = SeenFrom::OwnPage;
    let (sessions, tokens) = (session_rows(shell, reading, &person, from)?, token_rows(shell, reading, &person, from)?);
    let identities = identity_rows(shell, reading, person.id, from)?;
    let mut kept = kept(t, reading, &person)?;
    kept.extend(identities.iter().map(|row| Kept {
        what: t.get("kept-identity"),
        value: t.with(
            "kept-identity-at",
            (
                ("provider", &row.provider),
                ("account", &row.account),
                ("at", dates::moment_text(shell.lang, row.linked_at)),
            ),
        ),
    }));
    let template = MePage {
        frame: shell.frame_at("/me", reading, t.get("me-title"), Section::Me),
        t,
        errors,
        person: viewer.person,
        agency: viewer.agency_name.clone(),
        mandates,
        agencies: own_agencies(reading, &person)?,
        administers: reading.viewer.is_administrator() || reading.viewer.is_secretariat(),
        participates: viewer.participates,
        own_name: fresh.name,
        own_title: fresh.title,
        days_max: DAYS_MAX,
        sessions,
        providers: openid::offers_beside(shell, &identities),
        identities,
        linked_on: "/me#identities",
        tokens,
        new_token: TokenForm::new(reading, t, fresh.token)?,
        kept,
        may_invite: super::invite::may_invite(reading),
    };
    Ok(page_with(status, &template))
}

/// Whose page it is: theirs who have joined, also where they hold no mandate.
pub(super) fn own(reading: &Reading) -> Option<&PersonViewer> {
    reading.viewer.signed_in().filter(|viewer| viewer.joined)
}

fn own_mandates(shell: &Shell, reading: &Reading, person: &people::PersonRecord) -> Result<Vec<OwnMandate>, Problem> {
    let (t, now) = (shell.texts(), reading.now());
    let mut mandates = Vec::new();
    for held in person.mandates.iter().filter(|held| held.is_open(now)) {
        let agency = agencies::get(&reading.snapshot, held.agency).map_err(view_error)?;
        mandates.push(OwnMandate {
            id: held.id,
            role: t.of("role", held.role.as_str()),
            agency: agency.map_or_else(String::new, |record| record.agency.name.to_string()),
            from: dates::day(shell.lang, held.from),
            until: held.until.map(|until| dates::day(shell.lang, until)),
            may_delegate: held.may_be_delegated(now),
        });
    }
    Ok(mandates)
}

fn own_agencies(reading: &Reading, person: &people::PersonRecord) -> Result<Vec<(AgencyId, String)>, Problem> {
    let mut named = Vec::new();
    for id in person.agencies() {
        let agency = agencies::get(&reading.snapshot, id).map_err(view_error)?;
        named.extend(agency.map(|record| (id, record.agency.name.to_string())));
    }
    Ok(named)
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

pub(super) async fn show(shell: Shell, JoiningPage(reading): JoiningPage) -> Result<Response, PageRejection> {
    if own(&reading).is_none() {
        return Err(PageRejection::Join);
    }
    Ok(answer(&shell, &reading, |_| {}, Errors::none())?)
}

pub(super) async fn send(
    shell: Shell,
    JoiningForm(reading, form): JoiningForm<Form>,
) -> Result<Response, PageRejection> {
    let Some(viewer) = own(&reading) else { return Err(PageRejection::Join) };
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
