//! `/threads/{id}`: what is said in a thread, fifty posts a page, live on the last one.

use access::{Reading, Standing};
use askama::Template;
use axum::{
    extract::{Path, Query},
    response::Response,
};
use contracts::forum::ThreadKind;
use http::StatusCode;
use serde::Deserialize;
use types::{ArenaId, ThreadId};
use web::{Crumb, Errors, Frame, Html, Pages, Section, Texts, dates, page_with};

use super::{
    POSTS_PER_PAGE,
    arena::trail,
    look::{Fault, Look, commit, id},
    page_of,
    post::{PostFragment, Who, who},
    reply::{Form, ReplyBox},
    state::StateFragment,
};
use crate::{
    readable,
    views::{arenas, authors, posts, threads::Thread},
};

#[derive(Template)]
#[template(path = "thread.html")]
struct ThreadPage {
    frame: Frame,
    t: Texts,
    trail: Vec<Crumb>,
    id: ThreadId,
    arena: ArenaId,
    kind: ThreadKind,
    opened: Html,
    opened_by: Option<Who>,
    state: Html,
    posts: Vec<Html>,
    /// The number of the first post on this page.
    first: u32,
    /// So that the script knows on which page a post stands.
    posts_per_page: usize,
    pages: Pages,
    closed: bool,
    may_close: bool,
    /// The form to answer, for those who may.
    reply: Option<ReplyBox>,
    /// For those who may join the arena, and then answer.
    may_join: bool,
    commit: String,
    errors: Errors,
}

/// What is asked for.
#[derive(Deserialize, Default)]
pub(super) struct Asked {
    page: Option<String>,
    #[serde(rename = "reply-to")]
    reply_to: Option<String>,
}

/// A form that came back, and why.
pub(super) struct Refused {
    pub(super) form: Form,
    pub(super) errors: Errors,
    pub(super) status: StatusCode,
}

pub(super) async fn show(look: Look, Path(path): Path<String>, Query(asked): Query<Asked>) -> Response {
    let shown = || -> Result<Response, Fault> {
        let (thread, standing) = readable::thread(&look.reading, id(&path)?)?;
        let number = asked.page.as_deref().and_then(|page| page.parse().ok()).unwrap_or(1);
        let form = Form::new(commit(&look.app), asked.reply_to.clone().unwrap_or_default());
        render(&look, thread, &standing, number, Shown { form, refused: None })
    };
    look.answer(shown())
}

/// The last page of the thread, with a form that was refused.
pub(super) fn come_back(look: &Look, id: ThreadId, refused: Refused) -> Result<Response, Fault> {
    let (thread, standing) = readable::thread(&look.reading, id)?;
    let Refused { form, errors, status } = refused;
    render(look, thread, &standing, usize::MAX, Shown { form, refused: Some((errors, status)) })
}

/// The form, and whether it came back.
struct Shown {
    form: Form,
    refused: Option<(Errors, StatusCode)>,
}

fn render(look: &Look, thread: Thread, standing: &Standing, number: usize, shown: Shown) -> Result<Response, Fault> {
    let (reading, t) = (&look.reading, look.t);
    let (id, row) = (thread.id, &thread.row);
    let last = page_of(row.posts);
    let number = number.clamp(1, last);
    let first = u32::try_from((number - 1) * POSTS_PER_PAGE + 1).unwrap_or(u32::MAX);
    let (came_back, (errors, status)) = match shown.refused {
        Some(refused) => (true, refused),
        None => (false, (Errors::none(), StatusCode::OK)),
    };
    let opened_by = match &row.opener {
        Some(opener) => {
            Some(who(&t, &authors::shown(&reading.snapshot, &reading.viewer, (opener, thread.row.opened_at))?))
        }
        None => None,
    };
    let is_opener = row.opener.is_some_and(|opener| reading.viewer.person() == Some(opener.person));
    let reply = match standing.writes && (row.closed.is_none() || came_back) {
        true => Some(ReplyBox::new(look, id, row.arena, shown.form)?),
        false => None,
    };
    let arena = arenas::get(&reading.snapshot, row.arena)?;
    let mut frame = look.frame(row.title.to_string(), Section::Arenas);
    if number == last {
        frame.live = look.live(format!("thread/{id}"));
    }
    Ok(page_with(
        status,
        &ThreadPage {
            frame,
            t,
            trail: arena.map(|arena| trail(&t, row.arena, &arena)).unwrap_or_default(),
            id,
            arena: row.arena,
            kind: row.kind,
            opened: dates::moment(t.lang(), row.opened_at, reading.now()),
            opened_by,
            state: Html::of(&StateFragment::new(t, row))?,
            posts: fragments(reading, t, &thread, first)?,
            first,
            posts_per_page: POSTS_PER_PAGE,
            pages: Pages::new(number, POSTS_PER_PAGE, row.posts as usize, format!("/threads/{id}")),
            closed: row.closed.is_some(),
            may_close: reading.viewer.may_write() && (is_opener || reading.viewer.is_secretariat()),
            reply,
            may_join: standing.may_join,
            commit: commit(&look.app),
            errors,
        },
    ))
}

fn fragments(reading: &Reading, t: Texts, thread: &Thread, first: u32) -> Result<Vec<Html>, Fault> {
    let Reading { snapshot, viewer, .. } = reading;
    let found = posts::of(snapshot, thread.id, first, POSTS_PER_PAGE)?;
    found.iter().map(|post| Ok(Html::of(&PostFragment::new(snapshot, viewer, t, &thread.row, post)?)?)).collect()
}
