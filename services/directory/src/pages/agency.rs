//! One agency: its names, and who takes part for it.

use access::{PageRejection, SignedInPage};
use askama::Template;
use axum::{extract::Query, response::Response};
use serde::Deserialize;
use service_kit::{ApiPath, Problem, problems};
use types::AgencyId;
use web::{Crumb, Frame, Html, Pages, Section, Texts, dates, page};

use super::{Shell, agencies::page_number, people::Row, sign_in_link::view_error};
use crate::{
    import::is_web_address,
    views::{agencies, people},
};

const PER_PAGE: usize = 50;

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    page: String,
}

#[derive(Template)]
#[template(path = "agency.html")]
struct AgencyPage {
    frame: Frame,
    t: Texts,
    trail: Vec<Crumb>,
    short_name: String,
    website: String,
    website_is_link: bool,
    other_names: Vec<String>,
    people: Vec<Row>,
    total: usize,
    pages: Pages,
    may_invite: bool,
    /// Whether the viewer keeps the agencies, and this one is still there.
    may_edit: bool,
    /// Whether they may end it, or complete an end that was interrupted.
    may_end: bool,
    kind: String,
    organisation_number: String,
    ended: Option<Ended>,
    id: AgencyId,
}

/// That the agency is no more.
struct Ended {
    at: Html,
    /// The agency that follows it, and how that came to be.
    successor: Option<(AgencyId, String, String)>,
}

pub(super) async fn show(
    shell: Shell,
    SignedInPage(reading): SignedInPage,
    agency: Result<ApiPath<AgencyId>, Problem>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, PageRejection> {
    let ApiPath(id) = agency?;
    let t = shell.texts();
    let record = agencies::get(&reading.snapshot, id).map_err(view_error)?;
    let agencies::AgencyRecord { agency, ended, .. } = record.ok_or_else(|| Problem::new(&problems::NOT_FOUND))?;
    let ended = match ended {
        Some(end) => {
            let followed_by = match end.successor {
                Some((id, how)) => agencies::get(&reading.snapshot, id)
                    .map_err(view_error)?
                    .map(|record| (id, record.agency.name.to_string(), t.of("agency-end", how.as_str()))),
                None => None,
            };
            Some(Ended { at: dates::day(shell.lang, end.at), successor: followed_by })
        }
        None => None,
    };
    let number = page_number(&wanted.page);
    let part = people::list(&reading.snapshot, Some(id), PER_PAGE, number).map_err(view_error)?;
    let website = agency.website.map_or_else(String::new, |website| website.to_string());
    let template = AgencyPage {
        frame: shell.frame(&reading, agency.name.to_string(), Section::Agencies),
        t,
        trail: vec![Crumb::new("/agencies", t.get("agencies-title"))],
        short_name: agency.short_name.map_or_else(String::new, |short| short.to_string()),
        website_is_link: is_web_address(&website),
        website,
        other_names: agency.other_names.iter().map(ToString::to_string).collect(),
        people: part.items.iter().map(|person| Row::at_agency(person, id, &reading, t)).collect(),
        total: part.total,
        pages: Pages::new(number, PER_PAGE, part.total, format!("/agencies/{id}")),
        may_invite: ended.is_none() && super::invite::may_invite_for(&reading, id),
        may_end: reading.viewer.is_secretariat()
            && (ended.is_none() || !people::working_for(&reading.snapshot, id).map_err(view_error)?.is_empty()),
        may_edit: ended.is_none() && reading.viewer.is_secretariat(),
        kind: t.of("agency-kind", agency.kind.unwrap_or_default().as_str()),
        organisation_number: agency.organisation_number.map_or_else(String::new, |number| number.to_string()),
        ended,
        id,
    };
    Ok(page(&template))
}
