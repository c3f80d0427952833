//! `/arenas/new` and `/arenas/{id}/edit`: the form in which the secretariat describes an arena.

use access::PageForm;
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use contracts::forum::{ArenaAccess, ArenaName, Purpose};
use http::StatusCode;
use serde::Deserialize;
use types::{ArenaId, NeedArea};
use web::{Choice, Crumb, Errors, Frame, Section, Texts, page_with};

use super::{
    arena::trail,
    look::{Fault, Look, Visit, commit, id, key},
    refusal::{self, field},
};
use crate::{App, commands::Error, domain::arena::Description, readable, views::arenas::Arena};

const ACCESSES: [ArenaAccess; 3] = [ArenaAccess::Open, ArenaAccess::Members, ArenaAccess::Invited];

#[derive(Template)]
#[template(path = "arena-form.html")]
struct ArenaForm {
    frame: Frame,
    t: Texts,
    trail: Vec<Crumb>,
    action: String,
    /// Where *cancel* leads.
    back: String,
    form: Form,
    areas: Vec<Choice>,
    accesses: Vec<Choice>,
    errors: Errors,
    is_new: bool,
}

/// What the form sends.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Form {
    commit: String,
    name: String,
    purpose: String,
    #[serde(rename = "need-areas")]
    need_areas: Vec<String>,
    access: String,
    /// How many changes the one who writes has seen.
    changes: u32,
}

/// Why the form comes back, with what was written.
struct Refused {
    errors: Errors,
    status: StatusCode,
}

pub(super) async fn show_new(look: Look) -> Response {
    let form = Form { commit: commit(&look.app), access: ArenaAccess::Open.as_str().to_owned(), ..Form::default() };
    let shown = secretariat(&look).map(|()| render(&look, None, form, Errors::none(), StatusCode::OK));
    look.answer(shown)
}

pub(super) async fn show_edit(look: Look, Path(path): Path<String>) -> Response {
    let shown = || -> Result<Response, Fault> {
        let (arena, _) = readable::card(&look.reading, id(&path)?)?;
        secretariat(&look)?;
        let row = &arena.row;
        let form = Form {
            commit: commit(&look.app),
            name: row.name.to_string(),
            purpose: row.purpose.to_string(),
            need_areas: row.need_areas.iter().map(|area| area.as_str().to_owned()).collect(),
            access: row.access.as_str().to_owned(),
            changes: row.changes,
        };
        Ok(render(&look, Some(&arena), form, Errors::none(), StatusCode::OK))
    };
    look.answer(shown())
}

pub(super) async fn open(State(app): State<App>, visit: Visit, PageForm(reading, form): PageForm<Form>) -> Response {
    let look = Look::new(app, visit, reading);
    let done = match description(&look.t, &form) {
        Ok(description) => look.app.commands.open_arena(&look.reading, &key(&form.commit), description).await,
        Err(Refused { errors, status }) => return render(&look, None, form, errors, status),
    };
    match done {
        Ok(done) => look.see(&format!("/arenas/{}", done.value), done.position),
        Err(error) => come_back(&look, None, form, error),
    }
}

pub(super) async fn change(
    State(app): State<App>,
    visit: Visit,
    Path(path): Path<String>,
    PageForm(reading, form): PageForm<Form>,
) -> Response {
    let look = Look::new(app, visit, reading);
    let arena = match id::<ArenaId>(&path).and_then(|id| Ok(readable::card(&look.reading, id)?.0)) {
        Ok(arena) => arena,
        Err(fault) => return look.fault(fault),
    };
    let description = match description(&look.t, &form) {
        Ok(description) => description,
        Err(Refused { errors, status }) => return render(&look, Some(&arena), form, errors, status),
    };
    let key = key(&form.commit);
    match look.app.commands.change_arena(&look.reading, &key, arena.id, form.changes, description).await {
        Ok(done) => look.see(&format!("/arenas/{}", arena.id), done.position),
        Err(error) => come_back(&look, Some(&arena), form, error),
    }
}

fn secretariat(look: &Look) -> Result<(), Fault> {
    if look.reading.viewer.is_secretariat() { Ok(()) } else { Err(Error::SecretariatOnly.into()) }
}

fn description(t: &Texts, form: &Form) -> Result<Description, Refused> {
    let mut errors = Errors::none();
    let name = field(t, &mut errors, "name", ArenaName::new(&form.name));
    let purpose = field(t, &mut errors, "purpose", Purpose::new(&form.purpose));
    let access = ACCESSES.into_iter().find(|access| access.as_str() == form.access);
    if access.is_none() {
        errors.add("access", t.get("choose-one"));
    }
    let chosen = |area: &NeedArea| form.need_areas.iter().any(|name| name == area.as_str());
    let need_areas = NeedArea::ALL.into_iter().filter(chosen).collect();
    match (name, purpose, access) {
        (Some(name), Some(purpose), Some(access)) => Ok(Description { name, purpose, need_areas, access }),
        _ => Err(Refused { errors, status: StatusCode::UNPROCESSABLE_ENTITY }),
    }
}

/// The form again, with what was written, and what to do. Whoever sends it once more has seen the present description.
fn come_back(look: &Look, arena: Option<&Arena>, mut form: Form, error: Error) -> Response {
    let Some(refusal) = refusal::of(&look.t, &error) else { return look.fault(error.into()) };
    if let Some(crate::domain::arena::Error::Changed { current }) = error.arena_refusal() {
        form.changes = *current;
    }
    let mut errors = Errors::none();
    errors.add("", refusal.message);
    form.commit = commit(&look.app);
    render(look, arena, form, errors, refusal.status)
}

fn render(look: &Look, arena: Option<&Arena>, form: Form, errors: Errors, status: StatusCode) -> Response {
    let t = look.t;
    let areas = NeedArea::ALL.into_iter().map(|area| {
        let name = area.as_str();
        Choice::new(name, t.of("need-area", name), form.need_areas.iter().any(|chosen| chosen == name))
    });
    let accesses = ACCESSES.into_iter().map(|access| {
        let name = access.as_str();
        Choice::new(name, t.of("access", name), form.access == name).hint(t.of("access-hint", name))
    });
    let (action, back, title) = match arena {
        None => ("/arenas/new".to_owned(), "/arenas".to_owned(), t.get("new-arena")),
        Some(arena) => (format!("/arenas/{}/edit", arena.id), format!("/arenas/{}", arena.id), t.get("edit-arena")),
    };
    let trail = match arena {
        None => vec![Crumb::new("/arenas", t.get("arenas"))],
        Some(arena) => trail(&t, arena.id, arena),
    };
    let (areas, accesses) = (areas.collect(), accesses.collect());
    let frame = look.frame(title, Section::Arenas);
    let is_new = arena.is_none();
    page_with(status, &ArenaForm { frame, t, trail, action, back, form, areas, accesses, errors, is_new })
}
