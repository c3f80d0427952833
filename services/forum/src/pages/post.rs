//! A post as it stands in its thread, in the page and live: one template, the same bytes.

use access::Viewer;
use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse as _, Redirect, Response},
};
use contracts::directory::Role;
use event_sourcing::{Snapshot, ViewError};
use types::PostId;
use web::{Html, Texts, dates};

use super::{
    look::{Fault, Look, id},
    page_of, post_href,
};
use crate::{
    readable,
    views::{
        authors::{self, Author},
        posts::Post,
        threads::ThreadRow,
    },
};

/// A post, as its reader may know it.
#[derive(Template)]
#[template(path = "post.html")]
pub(crate) struct PostFragment {
    t: Texts,
    id: PostId,
    number: u32,
    /// `None` once it is withdrawn.
    said: Option<Said>,
    reply: Option<Reply>,
    at: Html,
    /// Whether the thread takes posts and changes.
    open: bool,
    /// Where the form to answer it is.
    answer_href: String,
}

/// What a post says, and who says it.
struct Said {
    who: Who,
    body: Html,
    edited: Option<Html>,
    own: bool,
}

/// The author's name, and what stands beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Who {
    /// A person's name, what they do, or their agency's name.
    pub(crate) name: String,
    /// The rest of it; may be empty.
    pub(crate) rest: String,
}

/// The post that it answers.
struct Reply {
    number: u32,
    href: String,
}

impl PostFragment {
    pub(crate) fn new(
        snapshot: &Snapshot,
        viewer: &Viewer,
        t: Texts,
        thread: &ThreadRow,
        post: &Post,
    ) -> Result<Self, ViewError> {
        let row = &post.row;
        let said = match &row.body {
            Some(body) => {
                let author = authors::shown(snapshot, viewer, row)?;
                Some(Said {
                    who: who(&t, &author),
                    body: web::markdown(body.as_str()),
                    edited: row.edited_at.map(|at| dates::moment_in_full(t.lang(), at)),
                    own: author.own,
                })
            }
            None => None,
        };
        let reply = row.reply_to.map(|answered| Reply {
            number: answered.number,
            href: match page_of(answered.number) == page_of(post.number) {
                true => format!("#post-{}", answered.number),
                false => post_href(post.thread, answered.number),
            },
        });
        let answer_href =
            format!("/threads/{}?page={}&reply-to={}#reply", post.thread, page_of(post.number), post.number);
        let at = dates::moment_in_full(t.lang(), row.at);
        Ok(Self { t, id: row.id, number: post.number, said, reply, at, open: thread.closed.is_none(), answer_href })
    }
}

/// How an author is named in a page.
pub(crate) fn who(t: &Texts, author: &Author) -> Who {
    let agency = match &author.agency_today {
        Some(today) => t.with("agency-today", [("then", author.agency_name.as_str()), ("today", today.as_str())]),
        None => author.agency_name.clone(),
    };
    if let Some(role) = author.former {
        return Who {
            name: t.get("former-employee"),
            rest: format!("{agency} ({})", t.of("role", Role::as_str(role))),
        };
    }
    match (&author.name, &author.title, author.shown_as) {
        (Some(name), Some(title), _) => Who { name: name.clone(), rest: format!("{title}, {agency}") },
        (Some(name), None, _) => Who { name: name.clone(), rest: agency },
        (None, Some(title), _) => Who { name: title.clone(), rest: agency },
        (None, None, contracts::forum::ShownAs::Agency) => Who { name: agency, rest: String::new() },
        (None, None, _) => Who { name: t.get("employee"), rest: agency },
    }
}

/// `/posts/{id}`: to where the post stands.
pub(super) async fn find(look: Look, Path(path): Path<String>) -> Response {
    let found = || -> Result<Response, Fault> {
        let (post, ..) = readable::post(&look.reading, id(&path)?)?;
        Ok(Redirect::to(&post_href(post.thread, post.number)).into_response())
    };
    look.answer(found())
}
