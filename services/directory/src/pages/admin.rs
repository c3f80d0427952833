//! The administration's first page: finding a person.

use access::{AdministrationPage, PageRejection};
use askama::Template;
use axum::{extract::Query, response::Response};
use serde::Deserialize;
use types::PersonId;
use web::{Frame, Pages, Section, Texts, page};

use super::{Shell, agencies::page_number, percent_encoded, sign_in_link::view_error};
use crate::views::people::{self, PersonRecord};

const PER_PAGE: usize = 50;
/// How much of what is searched for is looked at.
const QUERY_CHARS_MAX: usize = 200;

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    q: String,
    #[serde(default)]
    page: String,
}

struct Row {
    id: PersonId,
    name: String,
    email: String,
    suspended: bool,
    waiting: bool,
}

#[derive(Template)]
#[template(path = "admin.html")]
struct AdminPage {
    frame: Frame,
    t: Texts,
    q: String,
    rows: Vec<Row>,
    total: usize,
    pages: Pages,
    shows_log: bool,
}

pub(super) async fn show(
    shell: Shell,
    AdministrationPage(reading): AdministrationPage,
    Query(wanted): Query<Wanted>,
) -> Result<Response, PageRejection> {
    let (t, number, now) = (shell.texts(), page_number(&wanted.page), reading.now());
    let q: String = wanted.q.chars().take(QUERY_CHARS_MAX).collect();
    let found = people::search(&reading.snapshot, &q, PER_PAGE, number).map_err(view_error)?;
    let path = if q.is_empty() { "/admin".to_owned() } else { format!("/admin?q={}", percent_encoded(&q)) };
    let row = |person: PersonRecord| Row {
        id: person.id,
        name: person.name.as_ref().map_or_else(|| t.get("not-joined-name"), ToString::to_string),
        email: person.email.as_ref().map_or_else(String::new, ToString::to_string),
        suspended: person.suspended(now).is_some(),
        waiting: person.joined_at.is_some() && !person.holds_any(now),
    };
    let template = AdminPage {
        frame: shell.frame(&reading, t.get("admin-title"), Section::Me),
        t,
        q,
        pages: Pages::new(number, PER_PAGE, found.total, path),
        total: found.total,
        rows: found.items.into_iter().map(row).collect(),
        shows_log: reading.viewer.is_administrator(),
    };
    Ok(page(&template))
}
