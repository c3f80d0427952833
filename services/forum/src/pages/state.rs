//! Whether a thread takes posts, as it stands above them: one template in the page and live.

use askama::Template;
use web::{Html, Texts, dates};

use crate::views::threads::ThreadRow;

/// Whether a thread takes posts.
#[derive(Template)]
#[template(path = "thread-state.html")]
pub(crate) struct StateFragment {
    t: Texts,
    closed: Option<Closed>,
}

struct Closed {
    at: Html,
    reason: String,
    by_opener: bool,
}

impl StateFragment {
    pub(crate) fn new(t: Texts, thread: &ThreadRow) -> Self {
        let closed = thread.closed.as_ref().map(|closed| Closed {
            at: dates::moment_in_full(t.lang(), closed.at),
            reason: closed.reason.to_string(),
            by_opener: closed.by_opener,
        });
        Self { t, closed }
    }
}
