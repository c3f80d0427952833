//! `/posts/{id}/history`: what a post said before.

use askama::Template;
use axum::{extract::Path, response::Response};
use web::{Crumb, Frame, Html, Section, Texts, dates, page};

use super::{
    look::{Fault, Look, id},
    post_href,
};
use crate::{readable, views::posts};

#[derive(Template)]
#[template(path = "history.html")]
struct History {
    frame: Frame,
    t: Texts,
    trail: Vec<Crumb>,
    back: String,
    /// The latest first.
    texts: Vec<Said>,
}

struct Said {
    /// From 1.
    version: usize,
    at: Html,
    body: Html,
}

pub(super) async fn show(look: Look, Path(path): Path<String>) -> Response {
    let shown = || -> Result<Response, Fault> {
        let (post, thread, _) = readable::post(&look.reading, id(&path)?)?;
        let revisions = posts::revisions(&look.reading.snapshot, &post.row)?;
        if revisions.is_empty() {
            return Err(Fault::NoSuchPage);
        }
        let said = |(index, revision): (usize, posts::RevisionRow)| Said {
            version: index + 1,
            at: dates::moment_in_full(look.lang(), revision.at),
            body: web::markdown(revision.body.as_str()),
        };
        let (t, back) = (look.t, post_href(thread.id, post.number));
        Ok(page(&History {
            frame: look.frame(t.with("history-title", [("n", post.number)]), Section::Arenas),
            t,
            trail: vec![Crumb::new("/arenas", t.get("arenas")), Crumb::new(&*back, thread.row.title.to_string())],
            back,
            texts: revisions.into_iter().enumerate().map(said).rev().collect(),
        }))
    };
    look.answer(shown())
}
