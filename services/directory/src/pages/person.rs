//! One person, as others see them; for those who look after their agency's people, also their mandates.

use access::{PageRejection, Reading, SignedInPage};
use askama::Template;
use axum::response::Response;
use contracts::directory::Role;
use http::StatusCode;
use service_kit::{ApiPath, Problem, problems};
use types::{AgencyId, MandateId, PersonId};
use web::{Choice, Crumb, Errors, Frame, Html, Section, Texts, dates, page_with};

use super::{Shell, fields, invite, sign_in_link::view_error};
use crate::views::{
    agencies,
    people::{self, PersonRecord},
};

struct Works {
    agency: AgencyId,
    name: String,
    is_over: bool,
    may_end: bool,
}

struct Held {
    id: MandateId,
    role: String,
    agency: String,
    from: Html,
    until: Option<Html>,
    /// Who let them hold it too, if it was delegated.
    delegated_by: String,
    may_end: bool,
}

/// What is written in the form for a mandate.
#[derive(Default)]
pub(super) struct Written {
    pub(super) role: String,
    pub(super) agency: String,
    pub(super) until: String,
    pub(super) commit: String,
}

#[derive(Template)]
#[template(path = "person.html")]
struct PersonPage {
    frame: Frame,
    t: Texts,
    errors: Errors,
    trail: Vec<Crumb>,
    id: PersonId,
    title: String,
    joined: bool,
    is_self: bool,
    /// Whether the viewer runs the system.
    administers: bool,
    /// Shown to those who look after them alone.
    email: Option<String>,
    works: Vec<Works>,
    held: Vec<Held>,
    may_grant: bool,
    agencies: Vec<Choice>,
    roles: Vec<Choice>,
    written: Written,
}

/// The person, if the viewer may know of them: somebody who takes part, or whom the viewer looks after or looked after.
/// Whoever has left is named no more.
pub(super) fn known(reading: &Reading, id: PersonId) -> Result<PersonRecord, Problem> {
    let person = people::get(&reading.snapshot, id).map_err(view_error)?;
    let may_know = |person: &PersonRecord| {
        let worked_for = person.affiliations.iter().map(|affiliation| affiliation.agency);
        person.takes_part()
            || worked_for.chain([person.invited_for]).any(|agency| invite::may_invite_for(reading, agency))
    };
    person.filter(may_know).ok_or_else(|| Problem::new(&problems::NOT_FOUND))
}

pub(super) fn answer(
    shell: &Shell,
    reading: &Reading,
    id: PersonId,
    mut written: Written,
    errors: Errors,
) -> Result<Response, Problem> {
    let person = known(reading, id)?;
    let (t, lang, now, snapshot) = (shell.texts(), shell.lang, reading.now(), &reading.snapshot);
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let is_self = reading.viewer.person() == Some(id);
    let name_of = |agency| -> Result<String, Problem> {
        let record = agencies::get(snapshot, agency).map_err(view_error)?;
        Ok(record.map_or_else(String::new, |record| record.agency.name.to_string()))
    };
    let is_secretariat = reading.viewer.is_secretariat();
    let mut works = Vec::new();
    for affiliation in &person.affiliations {
        let (agency, is_over) = (affiliation.agency, affiliation.until.is_some());
        let of_secretariat = person.roles(agency, now).contains(&Role::Secretariat);
        let may_end = !is_over && invite::may_invite_for(reading, agency) && (is_secretariat || !of_secretariat);
        works.push(Works { agency, name: name_of(agency)?, is_over, may_end: may_end && !(is_self && of_secretariat) });
    }
    let mut held = Vec::new();
    for mandate in person.mandates.iter().filter(|mandate| mandate.is_open(now)) {
        let is_secretariats = mandate.role == Role::Secretariat;
        let theirs_to_end = invite::may_invite_for(reading, mandate.agency) && mandate.role.is_of_agency();
        let may_end = is_secretariat || theirs_to_end;
        let holder = mandate.delegated.map(|(_, holder)| holder);
        let may_end = may_end || (holder.is_some() && holder == reading.viewer.person());
        let holder = match holder {
            Some(holder) => people::get(snapshot, holder).map_err(view_error)?.and_then(|person| person.name),
            None => None,
        };
        held.push(Held {
            delegated_by: holder.map_or_else(String::new, |name| name.to_string()),
            id: mandate.id,
            role: t.of("role", mandate.role.as_str()),
            agency: name_of(mandate.agency)?,
            from: dates::day(lang, mandate.from),
            until: mandate.until.map(|until| dates::day(lang, until)),
            may_end: may_end && !(is_self && is_secretariats),
        });
    }
    let mut offered = Vec::new();
    for agency in person.agencies().filter(|agency| invite::may_invite_for(reading, *agency)) {
        let value = agency.to_string();
        let chosen = written.agency == value;
        offered.push(Choice::new(value, name_of(agency)?, chosen));
    }
    if written.commit.is_empty() {
        written.commit = fields::new_commit(&shell.app);
    }
    let looked_after =
        person.agencies().chain([person.invited_for]).any(|agency| invite::may_invite_for(reading, agency));
    let name = person.name.as_ref().map_or_else(|| t.get("person-invited-title"), ToString::to_string);
    let template = PersonPage {
        frame: shell.frame_at(&format!("/people/{id}"), reading, name, Section::People),
        t,
        errors,
        trail: vec![Crumb::new("/agencies", t.get("agencies-title")), Crumb::new("/people", t.get("people-title"))],
        id,
        title: person.title.as_ref().map_or_else(String::new, ToString::to_string),
        joined: person.joined_at.is_some(),
        is_self,
        administers: reading.viewer.is_administrator() || is_secretariat,
        email: person.email.as_ref().filter(|_| looked_after).map(ToString::to_string),
        works,
        held,
        may_grant: !offered.is_empty(),
        agencies: offered,
        roles: invite::role_choices(reading, t, &written.role),
        written,
    };
    Ok(page_with(status, &template))
}

pub(super) async fn show(
    shell: Shell,
    SignedInPage(reading): SignedInPage,
    person: Result<ApiPath<PersonId>, Problem>,
) -> Result<Response, PageRejection> {
    let ApiPath(id) = person?;
    Ok(answer(&shell, &reading, id, Written::default(), Errors::none())?)
}
