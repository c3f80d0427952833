//! `/arenas/{id}/threads/new`: opening a thread with its first post.

use access::PageForm;
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use contracts::forum::{Markdown, ThreadKind, ThreadTitle};
use http::StatusCode;
use serde::Deserialize;
use types::ArenaId;
use web::{Choice, Crumb, Errors, Frame, Readers, Section, Texts, page_with};

use super::{
    arena::trail,
    look::{Fault, Look, Visit, commit, id, key},
    refusal::{self, field},
    reply::{readers, shown_as, shown_as_choices},
};
use crate::{
    App,
    commands::{Error, NewThread},
    readable,
};

#[derive(Template)]
#[template(path = "new-thread.html")]
struct NewThreadPage {
    frame: Frame,
    t: Texts,
    trail: Vec<Crumb>,
    arena: ArenaId,
    form: Form,
    kinds: Vec<Choice>,
    choices: Vec<Choice>,
    readers: Readers,
    title_chars_max: usize,
    body_chars_max: usize,
    errors: Errors,
}

/// What the form sends.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct Form {
    commit: String,
    kind: String,
    title: String,
    body: String,
    shown_as: String,
}

pub(super) async fn show(look: Look, Path(path): Path<String>) -> Response {
    let shown = id(&path).and_then(|arena| {
        let form = Form { commit: commit(&look.app), ..Form::default() };
        render(&look, arena, form, Errors::none(), StatusCode::OK)
    });
    look.answer(shown)
}

pub(super) async fn open(
    State(app): State<App>,
    visit: Visit,
    Path(path): Path<String>,
    PageForm(reading, form): PageForm<Form>,
) -> Response {
    let look = Look::new(app, visit, reading);
    let opened = async {
        let arena: ArenaId = id(&path)?;
        let new = match new_thread(&look.t, &form) {
            Ok(new) => new,
            Err(errors) => return render(&look, arena, form, errors, StatusCode::UNPROCESSABLE_ENTITY),
        };
        match look.app.commands.open_thread(&look.reading, &key(&form.commit), arena, new).await {
            Ok(done) => Ok(look.see(&format!("/threads/{}", done.value.thread), done.position)),
            Err(error) => come_back(&look, arena, form, error),
        }
    };
    let opened = opened.await;
    look.answer(opened)
}

fn new_thread(t: &Texts, form: &Form) -> Result<NewThread, Errors> {
    let mut errors = Errors::none();
    let kind = ThreadKind::ALL.into_iter().find(|kind| kind.as_str() == form.kind);
    if kind.is_none() {
        errors.add("kind", t.get("choose-one"));
    }
    let title = field(t, &mut errors, "title", ThreadTitle::new(&form.title));
    let body = field(t, &mut errors, "body", Markdown::new(&form.body));
    match (kind, title, body) {
        (Some(kind), Some(title), Some(body)) => {
            Ok(NewThread { kind, title, body, shown_as: shown_as(&form.shown_as) })
        }
        _ => Err(errors),
    }
}

fn come_back(look: &Look, arena: ArenaId, mut form: Form, error: Error) -> Result<Response, Fault> {
    let Some(refusal) = refusal::of(&look.t, &error) else { return Err(error.into()) };
    let mut errors = Errors::none();
    errors.add("", refusal.message);
    if refusal.status != StatusCode::SERVICE_UNAVAILABLE {
        form.commit = commit(&look.app);
    }
    render(look, arena, form, errors, refusal.status)
}

fn render(look: &Look, id: ArenaId, form: Form, errors: Errors, status: StatusCode) -> Result<Response, Fault> {
    let (arena, standing) = readable::arena(&look.reading, id)?;
    // A form that came back is shown to whoever wrote it, also when they may no longer write here.
    if !standing.writes && errors.is_empty() {
        return Err(Error::NotAMember(id).into());
    }
    let t = look.t;
    let kind = |kind: ThreadKind| {
        let name = kind.as_str();
        Choice::new(name, t.of("thread-kind", name), form.kind == name).hint(t.of("thread-kind-hint", name))
    };
    let page = NewThreadPage {
        frame: look.frame(t.get("new-thread"), Section::Arenas),
        t,
        trail: trail(&t, id, &arena),
        arena: id,
        kinds: ThreadKind::ALL.into_iter().map(kind).collect(),
        choices: shown_as_choices(look, &form.shown_as),
        readers: readers(look, id)?,
        title_chars_max: ThreadTitle::LENGTH_MAX,
        body_chars_max: Markdown::LENGTH_MAX,
        form,
        errors,
    };
    Ok(page_with(status, &page))
}
