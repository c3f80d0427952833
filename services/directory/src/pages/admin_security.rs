//! The security log, for administrators alone.

use access::{AdministrationPage, PageRejection, Reading};
use askama::Template;
use axum::{extract::Query, response::Response};
use serde::Deserialize;
use service_kit::{Problem, problems};
use types::{AgencyId, PersonId};
use web::{Crumb, Frame, Html, Pages, Section, Texts, dates, page};

use super::{Shell, agencies::page_number, sign_in_link::view_error};
use crate::views::{
    agencies, people,
    security::{self, Entry},
};

const PER_PAGE: usize = 100;

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    page: String,
}

struct Row {
    at: Html,
    what: String,
    about: Option<Named>,
    by: Option<Named>,
    /// The mandate, agency, arena or route that it is about.
    which: Vec<String>,
}

struct Named {
    id: PersonId,
    name: String,
}

#[derive(Template)]
#[template(path = "admin_security.html")]
struct SecurityPage {
    frame: Frame,
    t: Texts,
    trail: Vec<Crumb>,
    rows: Vec<Row>,
    pages: Pages,
}

pub(super) async fn show(
    shell: Shell,
    AdministrationPage(reading): AdministrationPage,
    Query(wanted): Query<Wanted>,
) -> Result<Response, PageRejection> {
    if !reading.viewer.is_administrator() {
        return Err(Problem::new(&problems::NOT_FOUND).into());
    }
    let (t, number) = (shell.texts(), page_number(&wanted.page));
    let part = security::list(&reading.snapshot, PER_PAGE, number).map_err(view_error)?;
    let rows = part.items.into_iter().map(|entry| row(&shell, &reading, entry)).collect::<Result<_, _>>()?;
    let template = SecurityPage {
        frame: shell.frame(&reading, t.get("security-title"), Section::Me),
        t,
        trail: vec![Crumb::new("/admin", t.get("admin-title"))],
        rows,
        pages: Pages::new(number, PER_PAGE, part.total, "/admin/security".to_owned()),
    };
    Ok(page(&template))
}

fn row(shell: &Shell, reading: &Reading, entry: Entry) -> Result<Row, Problem> {
    let (t, snapshot) = (shell.texts(), &reading.snapshot);
    let named = |id: Option<PersonId>| -> Result<Option<Named>, Problem> {
        let Some(id) = id else { return Ok(None) };
        let known = people::get(snapshot, id).map_err(view_error)?;
        let name = known.and_then(|person| person.name).map_or_else(|| t.get("not-joined-name"), |it| it.to_string());
        Ok(Some(Named { id, name }))
    };
    let agency = |id: Option<AgencyId>| -> Result<Option<String>, Problem> {
        let Some(id) = id else { return Ok(None) };
        let known = agencies::get(snapshot, id).map_err(view_error)?;
        Ok(known.map(|record| record.agency.name.to_string()))
    };
    let role = entry.role.map(|role| t.of("role", role.as_str()));
    let arena = entry.arena.map(|arena| t.with("security-arena", [("id", arena.to_string())]));
    Ok(Row {
        at: dates::moment(shell.lang, entry.at, reading.now()),
        what: t.of("security", &entry.what),
        by: named(entry.by.filter(|by| Some(*by) != entry.about))?,
        about: named(entry.about)?,
        which: [role, agency(entry.agency)?, arena, entry.route].into_iter().flatten().collect(),
    })
}
