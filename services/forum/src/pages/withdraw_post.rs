//! `/posts/{id}/withdraw`: taking back what one has written, after being told what that means.

use access::PageForm;
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use serde::Deserialize;
use types::PostId;
use web::{Crumb, Frame, Html, Section, Texts, page};

use super::{
    edit_post::own,
    look::{Fault, Look, Visit, commit, id, key},
    post_href,
};
use crate::App;

#[derive(Template)]
#[template(path = "withdraw-post.html")]
struct WithdrawPost {
    frame: Frame,
    t: Texts,
    trail: Vec<Crumb>,
    id: PostId,
    back: String,
    body: Html,
    commit: String,
}

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct Form {
    commit: String,
}

pub(super) async fn show(look: Look, Path(path): Path<String>) -> Response {
    let shown = || -> Result<Response, Fault> {
        let (post, thread) = own(&look, id(&path)?)?;
        let body = post.row.body.as_ref().ok_or(Fault::NoSuchPage)?;
        let (t, back) = (look.t, post_href(thread.id, post.number));
        Ok(page(&WithdrawPost {
            frame: look.frame(t.with("withdraw-post-title", [("n", post.number)]), Section::Arenas),
            t,
            trail: vec![Crumb::new("/arenas", t.get("arenas")), Crumb::new(&*back, thread.row.title.to_string())],
            id: post.row.id,
            back,
            body: web::markdown(body.as_str()),
            commit: commit(&look.app),
        }))
    };
    look.answer(shown())
}

pub(super) async fn withdraw(
    State(app): State<App>,
    visit: Visit,
    Path(path): Path<String>,
    PageForm(reading, form): PageForm<Form>,
) -> Response {
    let look = Look::new(app, visit, reading);
    let withdrawn = async {
        let (post, thread) = own(&look, id(&path)?)?;
        let done = look.app.commands.withdraw_post(&look.reading, &key(&form.commit), post.row.id).await?;
        Ok::<_, Fault>(look.see(&post_href(thread.id, post.number), done.position))
    };
    let withdrawn = withdrawn.await;
    look.answer(withdrawn)
}
