//! `/arenas/{id}/members`: who is in an arena; the secretariat invites and removes.

use std::collections::{BTreeMap, HashSet};

use access::{PageForm, people};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use contracts::forum::Reason;
use http::StatusCode;
use serde::Deserialize;
use types::{AgencyId, ArenaId, PersonId};
use web::{Choice, Crumb, Errors, Frame, Html, Section, Texts, dates, page_with};

use super::{
    arena::trail,
    look::{Fault, Look, Visit, commit, id, key},
    refusal::{self, field},
};
use crate::{App, commands::Error, readable};

#[derive(Template)]
#[template(path = "members.html")]
struct MembersPage {
    frame: Frame,
    t: Texts,
    trail: Vec<Crumb>,
    arena: ArenaId,
    agencies: Vec<OfAgency>,
    persons: usize,
    /// For the secretariat: whom to invite, and whom to remove.
    manage: Option<Manage>,
    errors: Errors,
    commit: String,
}

/// The members of one agency.
struct OfAgency {
    name: String,
    members: Vec<Member>,
}

struct Member {
    name: String,
    title: String,
    invited: bool,
    since: Html,
}

struct Manage {
    not_yet: Vec<Choice>,
    present: Vec<Choice>,
    reason: String,
}

/// What the two forms send.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Form {
    commit: String,
    /// Whom to invite.
    person: String,
    /// Whom to remove.
    present: String,
    reason: String,
}

pub(super) async fn show(look: Look, Path(path): Path<String>) -> Response {
    let shown = id(&path).and_then(|arena| render(&look, arena, &Form::default(), Errors::none(), StatusCode::OK));
    look.answer(shown)
}

pub(super) async fn invite(
    State(app): State<App>,
    visit: Visit,
    Path(path): Path<String>,
    PageForm(reading, form): PageForm<Form>,
) -> Response {
    let look = Look::new(app, visit, reading);
    let invited = async {
        let arena: ArenaId = id(&path)?;
        let mut errors = Errors::none();
        let Ok(person) = form.person.parse::<PersonId>() else {
            errors.add("person", look.t.get("choose-one"));
            return render(&look, arena, &form, errors, StatusCode::UNPROCESSABLE_ENTITY);
        };
        match look.app.commands.invite(&look.reading, &key(&form.commit), arena, person).await {
            Ok(done) => Ok(look.see(&format!("/arenas/{arena}/members"), done.position)),
            Err(error) => come_back(&look, arena, &form, error),
        }
    };
    let invited = invited.await;
    look.answer(invited)
}

pub(super) async fn remove(
    State(app): State<App>,
    visit: Visit,
    Path(path): Path<String>,
    PageForm(reading, form): PageForm<Form>,
) -> Response {
    let look = Look::new(app, visit.at(format!("/arenas/{path}/members")), reading);
    let removed = async {
        let arena: ArenaId = id(&path)?;
        let mut errors = Errors::none();
        let reason = field(&look.t, &mut errors, "reason", Reason::new(&form.reason));
        let person = form.present.parse::<PersonId>().ok();
        if person.is_none() {
            errors.add("present", look.t.get("choose-one"));
        }
        let (Some(person), Some(reason)) = (person, reason) else {
            return render(&look, arena, &form, errors, StatusCode::UNPROCESSABLE_ENTITY);
        };
        match look.app.commands.remove(&look.reading, &key(&form.commit), arena, person, reason).await {
            Ok(done) => Ok(look.see(&format!("/arenas/{arena}/members"), done.position)),
            Err(error) => come_back(&look, arena, &form, error),
        }
    };
    let removed = removed.await;
    look.answer(removed)
}

fn come_back(look: &Look, arena: ArenaId, form: &Form, error: Error) -> Result<Response, Fault> {
    let Some(refusal) = refusal::of(&look.t, &error) else { return Err(error.into()) };
    let mut errors = Errors::none();
    errors.add("", refusal.message);
    render(look, arena, form, errors, refusal.status)
}

fn render(look: &Look, id: ArenaId, form: &Form, errors: Errors, status: StatusCode) -> Result<Response, Fault> {
    let (arena, _) = readable::arena(&look.reading, id)?;
    let rows = access::members(&look.reading.snapshot, id)?;
    let manage = match look.reading.viewer.is_secretariat() {
        true => Some(manage(look, &rows, form)?),
        false => None,
    };
    let page = MembersPage {
        frame: look.frame(look.t.with("members-of", [("arena", arena.row.name.as_str())]), Section::Arenas),
        t: look.t,
        trail: trail(&look.t, id, &arena),
        arena: id,
        agencies: by_agency(look, &rows)?,
        persons: arena.members as usize,
        manage,
        errors,
        commit: commit(&look.app),
    };
    Ok(page_with(status, &page))
}

/// Agencies in Swedish order, and the members of each.
fn by_agency(look: &Look, rows: &[access::Member]) -> Result<Vec<OfAgency>, Fault> {
    let snapshot = &look.reading.snapshot;
    let mut found: BTreeMap<Option<AgencyId>, Vec<Member>> = BTreeMap::new();
    for row in rows {
        let Some(known) = people::person(snapshot, row.person)? else { continue };
        found.entry(known.acts_for(look.reading.now())).or_default().push(Member {
            name: known.name,
            title: known.title.unwrap_or_default(),
            invited: !row.joined,
            since: dates::day(look.lang(), row.since),
        });
    }
    let mut agencies = Vec::with_capacity(found.len());
    for (agency, mut members) in found {
        let known = match agency {
            Some(agency) => people::agency(snapshot, agency)?,
            None => None,
        };
        members.sort_by_cached_key(|member| web::collation::key(&member.name));
        agencies.push(OfAgency { name: known.map_or_else(|| look.t.get("no-agency"), |agency| agency.name), members });
    }
    agencies.sort_by_cached_key(|agency| web::collation::key(&agency.name));
    Ok(agencies)
}

/// Everyone in the exchange, as those who are not in the arena yet and those who are.
fn manage(look: &Look, rows: &[access::Member], form: &Form) -> Result<Manage, Fault> {
    let snapshot = &look.reading.snapshot;
    let inside: HashSet<_> = rows.iter().map(|row| row.person).collect();
    let names: BTreeMap<_, _> =
        people::agencies(snapshot)?.into_iter().map(|agency| (agency.id, agency.name)).collect();
    let mut people = people::persons(snapshot)?;
    people.retain(|person| person.participates(look.reading.now()) || inside.contains(&person.id));
    people.sort_by_cached_key(|person| (web::collation::key(&person.name), person.id));
    let choice = |person: &people::PersonRecord| {
        let agency = person.acts_for(look.reading.now()).and_then(|agency| names.get(&agency));
        let label = format!("{}, {}", person.name, agency.map_or("", |name| name));
        let value = person.id.to_string();
        let chosen = form.person == value || form.present == value;
        Choice::new(value, label, chosen)
    };
    let nobody = || Choice::new("", look.t.get("choose-person"), false);
    let (present, not_yet): (Vec<_>, Vec<_>) = people.iter().partition(|person| inside.contains(&person.id));
    Ok(Manage {
        not_yet: std::iter::once(nobody()).chain(not_yet.into_iter().map(choice)).collect(),
        present: std::iter::once(nobody()).chain(present.into_iter().map(choice)).collect(),
        reason: form.reason.clone(),
    })
}
