//! The agencies, and finding one.

use access::{PageRejection, SignedInPage};
use askama::Template;
use axum::{extract::Query, response::Response};
use serde::Deserialize;
use types::AgencyId;
use web::{Frame, Pages, Section, Texts, page};

use super::{Shell, percent_encoded, sign_in_link::view_error};
use crate::{
    domain::agency::name_key,
    views::agencies::{AgencyRecord, search},
};

/// How many agencies stand on a page.
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
    id: AgencyId,
    name: String,
    short_name: String,
    /// The former or other name that was found, if it was not the name.
    found_by: String,
    ended: bool,
}

#[derive(Template)]
#[template(path = "agencies.html")]
struct AgenciesPage {
    frame: Frame,
    t: Texts,
    q: String,
    rows: Vec<Row>,
    total: usize,
    pages: Pages,
    may_enter: bool,
}

fn row(record: AgencyRecord, q: &str) -> Row {
    let (agency, ended) = (record.agency, record.ended.is_some());
    let holds = |name: &str| name_key(name).contains(&name_key(q));
    let short_name = agency.short_name.map_or_else(String::new, |short| short.to_string());
    let is_plain = q.trim().is_empty() || holds(agency.name.as_str()) || holds(&short_name);
    let found_by = agency.other_names.iter().find(|name| !is_plain && holds(name.as_str()));
    let found_by = found_by.map_or_else(String::new, ToString::to_string);
    Row { id: record.id, name: agency.name.to_string(), short_name, found_by, ended }
}

/// The number of a page in a query; what is no number is the first.
pub(super) fn page_number(text: &str) -> usize {
    text.parse().unwrap_or(1).clamp(1, service_kit::PAGE_NUMBER_MAX)
}

pub(super) async fn show(
    shell: Shell,
    SignedInPage(reading): SignedInPage,
    Query(wanted): Query<Wanted>,
) -> Result<Response, PageRejection> {
    let (t, number) = (shell.texts(), page_number(&wanted.page));
    let q: String = wanted.q.chars().take(QUERY_CHARS_MAX).collect();
    let found = search(&reading.snapshot, &q, PER_PAGE, number).map_err(view_error)?;
    let path = if q.is_empty() { "/agencies".to_owned() } else { format!("/agencies?q={}", percent_encoded(&q)) };
    let pages = Pages::new(number, PER_PAGE, found.total, path);
    let rows = found.items.into_iter().map(|record| row(record, &q)).collect();
    let frame = shell.frame(&reading, t.get("agencies-title"), Section::Agencies);
    let may_enter = reading.viewer.is_secretariat();
    Ok(page(&AgenciesPage { frame, t, q, rows, total: found.total, pages, may_enter }))
}
