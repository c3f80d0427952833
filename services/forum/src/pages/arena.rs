//! `/arenas/{id}`: what an arena is for, what is talked about in it, how lively it is.

use access::Standing;
use askama::Template;
use axum::{
    extract::{Path, Query},
    response::Response,
};
use serde::Deserialize;
use types::ArenaId;
use web::{Crumb, Frame, Html, Pages, Section, Texts, page};

use super::{
    THREADS_PER_PAGE,
    activity::Activity,
    look::{Fault, Look, commit, id},
    thread_item::ThreadItem,
};
use crate::{
    readable,
    views::{activity, arenas::Arena, threads},
};

#[derive(Template)]
#[template(path = "arena.html")]
struct ArenaPage {
    frame: Frame,
    t: Texts,
    trail: Vec<Crumb>,
    purpose: Html,
    arena: Arena,
    standing: Standing,
    secretariat: bool,
    commit: String,
    /// Left out for those who know only that the arena exists.
    inside: Option<Inside>,
}

/// What is in an arena.
struct Inside {
    threads: Vec<Html>,
    pages: Pages,
    activity: Activity,
}

/// Which page of the threads is asked for.
#[derive(Deserialize)]
pub(super) struct Asked {
    page: Option<String>,
}

pub(super) async fn show(look: Look, Path(path): Path<String>, Query(asked): Query<Asked>) -> Response {
    look.answer(arena(&look, &path, &asked))
}

fn arena(look: &Look, path: &str, asked: &Asked) -> Result<Response, Fault> {
    let (arena, standing) = readable::card(&look.reading, id(path)?)?;
    let number = asked.page.as_deref().and_then(|page| page.parse().ok()).unwrap_or(1_usize).max(1);
    let mut frame = look.frame(arena.row.name.to_string(), Section::Arenas);
    let inside = match standing.reads {
        true => Some(inside(look, &arena, number)?),
        false => None,
    };
    if inside.is_some() && number == 1 {
        frame.live = look.live(format!("arena/{}", arena.id));
    }
    Ok(page(&ArenaPage {
        frame,
        t: look.t,
        trail: vec![Crumb::new("/arenas", look.t.get("arenas"))],
        purpose: web::markdown(arena.row.purpose.as_str()),
        arena,
        standing,
        secretariat: look.reading.viewer.is_secretariat(),
        commit: commit(&look.app),
        inside,
    }))
}

fn inside(look: &Look, arena: &Arena, number: usize) -> Result<Inside, Fault> {
    let reading = &look.reading;
    let skip = (number - 1).saturating_mul(THREADS_PER_PAGE);
    let threads = threads::of(&reading.snapshot, arena.id, skip, THREADS_PER_PAGE)?;
    let item = |thread| Ok(Html::of(&ThreadItem::new(&reading.snapshot, &reading.viewer, look.t, &thread)?)?);
    Ok(Inside {
        threads: threads.into_iter().map(item).collect::<Result<_, Fault>>()?,
        pages: Pages::new(number, THREADS_PER_PAGE, arena.counts.threads as usize, format!("/arenas/{}", arena.id)),
        activity: Activity::new(&activity::of(&reading.snapshot, arena.id, reading.now())?),
    })
}

/// The way to an arena from the start page.
pub(super) fn trail(t: &Texts, id: ArenaId, arena: &Arena) -> Vec<Crumb> {
    vec![Crumb::new("/arenas", t.get("arenas")), Crumb::new(format!("/arenas/{id}"), arena.row.name.to_string())]
}
