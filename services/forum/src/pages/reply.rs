//! Answering in a thread: the form below it, and what becomes of what was written.

use access::{PageForm, readers_of};
use axum::{
    extract::{Path, State},
    response::Response,
};
use contracts::forum::{Markdown, ShownAs};
use http::StatusCode;
use serde::Deserialize;
use types::{ArenaId, ThreadId};
use web::{Choice, Errors, Html, Readers, Texts};

use super::{
    look::{Fault, Look, Visit, commit, id, key},
    post::{Who, who},
    post_href,
    refusal::{self, field},
    thread::{Refused, come_back},
};
use crate::{
    App,
    commands::{Error, PostDraft},
    views::{
        authors::{self, Author},
        posts::{self, Post},
    },
};

/// How much of the post that is answered stands above the form.
const EXCERPT_CHARS_MAX: usize = 200;

/// What the form sends.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct Form {
    pub(super) commit: String,
    pub(super) body: String,
    shown_as: String,
    /// The number of the post that is answered; empty for none.
    reply_to: String,
}

/// The form as it stands in the page.
pub(super) struct ReplyBox {
    pub(super) form: Form,
    pub(super) quote: Option<Quote>,
    pub(super) choices: Vec<Choice>,
    pub(super) readers: Readers,
    pub(super) body_chars_max: usize,
}

/// The post that is answered.
pub(super) struct Quote {
    pub(super) number: u32,
    pub(super) who: Who,
    pub(super) excerpt: Html,
}

impl Form {
    pub(super) fn new(commit: String, reply_to: String) -> Self {
        Self { commit, reply_to, ..Self::default() }
    }
}

impl ReplyBox {
    pub(super) fn new(look: &Look, thread: ThreadId, arena: ArenaId, mut form: Form) -> Result<Self, Fault> {
        let quote = match answered(look, thread, &form.reply_to)? {
            Some(post) => Some(quote(look, &post)?),
            None => None,
        };
        // What was withdrawn meanwhile is no longer answered, so that the text itself can still be sent.
        if quote.is_none() {
            form.reply_to.clear();
        }
        let choices = shown_as_choices(look, &form.shown_as);
        Ok(Self { form, quote, choices, readers: readers(look, arena)?, body_chars_max: Markdown::LENGTH_MAX })
    }
}

pub(super) async fn add(
    State(app): State<App>,
    visit: Visit,
    Path(path): Path<String>,
    PageForm(reading, form): PageForm<Form>,
) -> Response {
    let look = Look::new(app, visit.at(format!("/threads/{path}")), reading);
    let added = async {
        let thread: ThreadId = id(&path)?;
        let mut errors = Errors::none();
        let body = field(&look.t, &mut errors, "body", Markdown::new(&form.body));
        let reply_to = answered(&look, thread, &form.reply_to)?;
        if reply_to.is_none() && !form.reply_to.is_empty() {
            errors.add("body", look.t.get("refused-nothing-to-answer"));
        }
        let Some(body) = body.filter(|_| errors.is_empty()) else {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return come_back(&look, thread, Refused { form, errors, status });
        };
        let draft = PostDraft { reply_to: reply_to.map(|post| post.row.id), shown_as: shown_as(&form.shown_as), body };
        match look.app.commands.add_post(&look.reading, &key(&form.commit), thread, draft).await {
            Ok(done) => Ok(look.see(&post_href(thread, done.value.number), done.position)),
            Err(error) => refused(&look, thread, form, error),
        }
    };
    let added = added.await;
    look.answer(added)
}

fn refused(look: &Look, thread: ThreadId, mut form: Form, error: Error) -> Result<Response, Fault> {
    let Some(refusal) = refusal::of(&look.t, &error) else { return Err(error.into()) };
    let mut errors = Errors::none();
    errors.add("body", refusal.message);
    // Where the outcome is unknown, the same form sent again does it once; else it is a new one.
    if refusal.status != StatusCode::SERVICE_UNAVAILABLE {
        form.commit = commit(&look.app);
    }
    come_back(look, thread, Refused { form, errors, status: refusal.status })
}

/// The post with this number, if it can be answered.
fn answered(look: &Look, thread: ThreadId, number: &str) -> Result<Option<Post>, Fault> {
    let Ok(number) = number.parse() else { return Ok(None) };
    let post = posts::numbered(&look.reading.snapshot, thread, number)?;
    Ok(post.filter(|post| post.row.withdrawn_at.is_none()))
}

fn quote(look: &Look, post: &Post) -> Result<Quote, Fault> {
    let author = authors::shown(&look.reading.snapshot, &look.reading.viewer, &post.row)?;
    let text = post.row.body.as_ref().map(|body| body.as_str()).unwrap_or_default();
    let mut excerpt: String = text.chars().take(EXCERPT_CHARS_MAX).collect();
    if excerpt.len() < text.len() {
        excerpt.push('…');
    }
    Ok(Quote { number: post.number, who: who(&look.t, &author), excerpt: web::markdown(&excerpt) })
}

/// Who will be able to read what is written in an arena.
pub(super) fn readers(look: &Look, arena: ArenaId) -> Result<Readers, Fault> {
    let found = readers_of(&look.reading.snapshot, arena, look.reading.now())?;
    Ok(found.map_or_else(Readers::default, |readers| Readers {
        persons: readers.persons,
        agencies: readers.agencies,
        named: Vec::new(),
        note: look.t.of("readers-note", readers.access.as_str()),
    }))
}

/// As what one can appear, each with how that looks.
pub(super) fn shown_as_choices(look: &Look, chosen: &str) -> Vec<Choice> {
    let choice = |as_what: ShownAs| {
        let name = as_what.as_str();
        Choice::new(name, look.t.of("shown-as", name), shown_as(chosen) == as_what)
            .hint(appearance(&look.t, look, as_what))
    };
    ShownAs::ALL.into_iter().map(choice).collect()
}

fn appearance(t: &Texts, look: &Look, shown_as: ShownAs) -> String {
    let Some(viewer) = look.reading.viewer.signed_in() else { return String::new() };
    let author = Author {
        person: None,
        name: (shown_as == ShownAs::Name).then(|| viewer.name.clone()),
        title: viewer.title.clone().filter(|_| shown_as != ShownAs::Agency),
        agency: viewer.agency,
        agency_name: viewer.agency_name.clone(),
        agency_today: None,
        shown_as,
        former: None,
        own: true,
    };
    let Who { name, rest } = who(t, &author);
    if rest.is_empty() { name } else { format!("{name}, {rest}") }
}

/// As what one appears; with one's name where the form says nothing that is known.
pub(super) fn shown_as(name: &str) -> ShownAs {
    ShownAs::ALL.into_iter().find(|shown_as| shown_as.as_str() == name).unwrap_or_default()
}
