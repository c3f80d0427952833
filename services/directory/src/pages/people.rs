//! Those who take part.

use access::{PageRejection, Reading, SignedInPage};
use askama::Template;
use axum::{extract::Query, response::Response};
use serde::Deserialize;
use types::{AgencyId, PersonId};
use web::{Choice, Frame, Html, Pages, Section, Texts, dates, page};

use super::{Shell, agencies::page_number, sign_in_link::view_error};
use crate::views::{agencies, people};

const PER_PAGE: usize = 50;

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    agency: String,
    #[serde(default)]
    page: String,
}

/// A person in a list.
pub(super) struct Row {
    pub(super) id: PersonId,
    pub(super) name: String,
    pub(super) title: String,
    /// Empty where the list is that of one agency.
    pub(super) agency: String,
    /// Roles beside taking part.
    pub(super) roles: Vec<String>,
    /// The mandates with their dates, where the list is that of one agency.
    pub(super) held: Vec<Held>,
}

/// A mandate in force.
pub(super) struct Held {
    pub(super) role: String,
    pub(super) from: Html,
    pub(super) until: Option<Html>,
}

impl Row {
    pub(super) fn of(
        person: &people::PersonRecord,
        agency: AgencyId,
        agency_name: String,
        reading: &Reading,
        t: Texts,
    ) -> Self {
        let roles = person.roles(agency, reading.now()).into_iter();
        Self {
            id: person.id,
            name: person.name.as_ref().map_or_else(String::new, ToString::to_string),
            title: person.title.as_ref().map_or_else(String::new, ToString::to_string),
            agency: agency_name,
            roles: roles
                .filter(|role| *role != contracts::directory::Role::Participant)
                .map(|role| t.of("role", role.as_str()))
                .collect(),
            held: Vec::new(),
        }
    }

    /// The same on the page of this agency: with what they hold there, and since when.
    pub(super) fn at_agency(person: &people::PersonRecord, agency: AgencyId, reading: &Reading, t: Texts) -> Self {
        let now = reading.now();
        let held = person.mandates.iter().filter(|held| held.agency == agency && held.is_in_force(now));
        let held = held.map(|held| Held {
            role: t.of("role", held.role.as_str()),
            from: dates::day(t.lang(), held.from),
            until: held.until.map(|until| dates::day(t.lang(), until)),
        });
        Self { roles: Vec::new(), held: held.collect(), ..Self::of(person, agency, String::new(), reading, t) }
    }
}

struct Invited {
    id: PersonId,
    email: String,
    agency: String,
    at: web::Html,
}

#[derive(Template)]
#[template(path = "people.html")]
struct PeoplePage {
    frame: Frame,
    t: Texts,
    choices: Vec<Choice>,
    people: Vec<Row>,
    total: usize,
    pages: Pages,
    may_invite: bool,
    invited: Vec<Invited>,
}

pub(super) async fn show(
    shell: Shell,
    SignedInPage(reading): SignedInPage,
    Query(wanted): Query<Wanted>,
) -> Result<Response, PageRejection> {
    let (t, snapshot, number) = (shell.texts(), &reading.snapshot, page_number(&wanted.page));
    let agency: Option<AgencyId> = wanted.agency.parse().ok();
    let known = agencies::all(snapshot).map_err(view_error)?;
    let name_of = |id: AgencyId| {
        known.iter().find(|record| record.id == id).map_or_else(String::new, |record| record.agency.name.to_string())
    };
    let part = people::list(snapshot, agency, PER_PAGE, number).map_err(view_error)?;
    let rows = part.items.iter().map(|person| {
        let works_for = agency.or_else(|| person.agencies().next()).unwrap_or(person.invited_for);
        Row::of(person, works_for, name_of(works_for), &reading, t)
    });
    let path = agency.map_or_else(|| "/people".to_owned(), |agency| format!("/people?agency={agency}"));
    let invited = match super::invite::looks_after(&reading) {
        None => Vec::new(),
        Some(of) => people::invited(snapshot, of).map_err(view_error)?,
    };
    let invited = invited.into_iter().map(|person| Invited {
        id: person.id,
        email: person.email.map_or_else(String::new, |email| email.to_string()),
        agency: name_of(person.invited_for),
        at: web::dates::day(shell.lang, person.invited_at),
    });
    let mut choices = vec![Choice::new("", t.get("people-all-agencies"), agency.is_none())];
    choices.extend(
        known.iter().map(|record| {
            Choice::new(record.id.to_string(), record.agency.name.to_string(), agency == Some(record.id))
        }),
    );
    let template = PeoplePage {
        frame: shell.frame(&reading, t.get("people-title"), Section::People),
        t,
        people: rows.collect(),
        total: part.total,
        pages: Pages::new(number, PER_PAGE, part.total, path),
        may_invite: super::invite::may_invite(&reading),
        invited: invited.collect(),
        choices,
    };
    Ok(page(&template))
}
