//! `/posts/{id}/edit`: changing what one has written.

use access::PageForm;
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use contracts::forum::Markdown;
use http::StatusCode;
use serde::Deserialize;
use types::PostId;
use web::{Crumb, Errors, Frame, Html, Section, Texts, error_page, page_with};

use super::{
    look::{Fault, Look, Visit, commit, id, key},
    post_href,
    refusal::{self, field},
};
use crate::{
    App,
    commands::Error,
    domain::thread,
    readable,
    views::{posts::Post, threads::Thread},
};

#[derive(Template)]
#[template(path = "edit-post.html")]
struct EditPost {
    frame: Frame,
    t: Texts,
    trail: Vec<Crumb>,
    id: PostId,
    back: String,
    form: Form,
    /// What the post says now, where it was changed while this was written.
    now: Option<Html>,
    body_chars_max: usize,
    errors: Errors,
}

/// What the form sends.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Form {
    commit: String,
    body: String,
    /// How many changes the one who writes has seen.
    edit: u32,
}

pub(super) async fn show(look: Look, Path(path): Path<String>) -> Response {
    let shown = || -> Result<Response, Fault> {
        let (post, thread) = own(&look, id(&path)?)?;
        let body = post.row.body.as_ref().ok_or(Fault::NoSuchPage)?.to_string();
        if thread.row.closed.is_some() {
            let (frame, t) = (look.frame("", Section::Arenas), look.t);
            return Ok(error_page(frame, StatusCode::CONFLICT, &t.get("refused-title"), &t.get("answer-closed")));
        }
        let form = Form { commit: commit(&look.app), body, edit: post.row.edit };
        Ok(render(&look, &post, &thread, form, None, Errors::none(), StatusCode::OK))
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
        let (post, thread) = own(&look, id(&path)?)?;
        let mut errors = Errors::none();
        let Some(body) = field(&look.t, &mut errors, "body", Markdown::new(&form.body)) else {
            return Ok(render(&look, &post, &thread, form, None, errors, StatusCode::UNPROCESSABLE_ENTITY));
        };
        let key = key(&form.commit);
        match look.app.commands.edit_post(&look.reading, &key, post.row.id, form.edit, body).await {
            Ok(done) => Ok(look.see(&post_href(thread.id, post.number), done.position)),
            Err(error) => come_back(&look, &post, &thread, form, error),
        }
    };
    let changed = changed.await;
    look.answer(changed)
}

/// A post of the reader's own. Somebody else's has no such page.
pub(super) fn own(look: &Look, id: PostId) -> Result<(Post, Thread), Fault> {
    let (post, thread, _) = readable::post(&look.reading, id)?;
    match look.reading.viewer.person() == Some(post.row.author) {
        true => Ok((post, thread)),
        false => Err(Fault::NoSuchPage),
    }
}

/// The form again, with what was written; where the post was changed meanwhile, beside what it says now. Whoever sends
/// it once more has seen that.
fn come_back(look: &Look, post: &Post, thread: &Thread, mut form: Form, error: Error) -> Result<Response, Fault> {
    let Some(refusal) = refusal::of(&look.t, &error) else { return Err(error.into()) };
    let mut now = None;
    if let Some(thread::Error::PostChanged { .. }) = error.thread_refusal() {
        form.edit = post.row.edit;
        now = post.row.body.as_ref().map(|body| web::markdown(body.as_str()));
    }
    if refusal.status != StatusCode::SERVICE_UNAVAILABLE {
        form.commit = commit(&look.app);
    }
    let mut errors = Errors::none();
    errors.add("body", refusal.message);
    Ok(render(look, post, thread, form, now, errors, refusal.status))
}

fn render(
    look: &Look,
    post: &Post,
    thread: &Thread,
    form: Form,
    now: Option<Html>,
    errors: Errors,
    status: StatusCode,
) -> Response {
    let t = look.t;
    let back = post_href(thread.id, post.number);
    let page = EditPost {
        frame: look.frame(t.with("edit-post-title", [("n", post.number)]), Section::Arenas),
        t,
        trail: vec![Crumb::new("/arenas", t.get("arenas")), Crumb::new(&*back, thread.row.title.to_string())],
        id: post.row.id,
        back,
        form,
        now,
        body_chars_max: Markdown::LENGTH_MAX,
        errors,
    };
    page_with(status, &page)
}
