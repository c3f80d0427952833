//! A thread as it stands in the list of its arena, in the page and live: one template, the same bytes.

use access::Viewer;
use askama::Template;
use contracts::forum::ThreadKind;
use event_sourcing::{Snapshot, ViewError};
use types::ThreadId;
use web::{Html, Texts, dates};

use super::{
    page_of,
    post::{Who, who},
};
use crate::views::{authors, threads::Thread};

/// A thread in a list.
#[derive(Template)]
#[template(path = "thread-item.html")]
pub(crate) struct ThreadItem {
    t: Texts,
    id: ThreadId,
    kind: ThreadKind,
    title: String,
    opened_by: Option<Who>,
    posts: u32,
    last_page: usize,
    latest: Html,
    closed: bool,
}

impl ThreadItem {
    pub(crate) fn new(snapshot: &Snapshot, viewer: &Viewer, t: Texts, thread: &Thread) -> Result<Self, ViewError> {
        let Thread { id, row } = thread;
        let opened_by = match &row.opener {
            Some(opener) => Some(who(&t, &authors::shown(snapshot, viewer, (opener, thread.row.opened_at))?)),
            None => None,
        };
        Ok(Self {
            t,
            id: *id,
            kind: row.kind,
            title: row.title.to_string(),
            opened_by,
            posts: row.posts,
            last_page: page_of(row.posts),
            latest: dates::moment_in_full(t.lang(), row.latest_at),
            closed: row.closed.is_some(),
        })
    }
}
