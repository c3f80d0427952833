//! `/threads/{id}/closing`: closing a thread, and opening it again.

use access::PageForm;
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use contracts::forum::Reason;
use http::StatusCode;
use serde::Deserialize;
use types::ThreadId;
use web::{Crumb, Errors, Frame, Section, Texts, page_with};

use super::{
    look::{Fault, Look, Visit, commit, id, key},
    refusal::{self, field},
};
use crate::{App, readable, views::threads::Thread};

#[derive(Template)]
#[template(path = "closing.html")]
struct Closing {
    frame: Frame,
    t: Texts,
    trail: Vec<Crumb>,
    id: ThreadId,
    form: Form,
    errors: Errors,
}

/// What the form sends.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Form {
    commit: String,
    reason: String,
    /// Whether the thread is to be opened again; else it is to be closed.
    reopen: bool,
}

pub(super) async fn show(look: Look, Path(path): Path<String>) -> Response {
    let shown = || -> Result<Response, Fault> {
        let (thread, _) = readable::thread(&look.reading, id(&path)?)?;
        let reopen = thread.row.closed.is_some();
        let form = Form { commit: commit(&look.app), reopen, ..Form::default() };
        Ok(render(&look, &thread, form, Errors::none(), StatusCode::OK))
    };
    look.answer(shown())
}

pub(super) async fn change(
    State(app): State<App>,
    visit: Visit,
    Path(path): Path<String>,
    PageForm(reading, form): PageForm<Form>,
) -> Response {
    let look = Look::new(app, visit, reading);
    let changed = async {
        let (thread, _) = readable::thread(&look.reading, id(&path)?)?;
        let mut errors = Errors::none();
        let Some(reason) = field(&look.t, &mut errors, "reason", Reason::new(&form.reason)) else {
            return Ok(render(&look, &thread, form, errors, StatusCode::UNPROCESSABLE_ENTITY));
        };
        let (commands, key) = (&look.app.commands, key(&form.commit));
        let done = match form.reopen {
            true => commands.reopen_thread(&look.reading, &key, thread.id, reason).await,
            false => commands.close_thread(&look.reading, &key, thread.id, reason).await,
        };
        match done {
            Ok(done) => Ok(look.see(&format!("/threads/{}", thread.id), done.position)),
            Err(error) => {
                let Some(refusal) = refusal::of(&look.t, &error) else { return Err(Fault::from(error)) };
                errors.add("", refusal.message);
                Ok(render(&look, &thread, form, errors, refusal.status))
            }
        }
    };
    let changed = changed.await;
    look.answer(changed)
}

fn render(look: &Look, thread: &Thread, form: Form, errors: Errors, status: StatusCode) -> Response {
    let t = look.t;
    let title = if form.reopen { t.get("reopen-thread") } else { t.get("close-thread") };
    let trail = vec![
        Crumb::new("/arenas", t.get("arenas")),
        Crumb::new(format!("/threads/{}", thread.id), thread.row.title.to_string()),
    ];
    let frame = look.frame(title, Section::Arenas);
    page_with(status, &Closing { frame, t, trail, id: thread.id, form, errors })
}
