//! `/`: for those who take part what is new in their arenas, and what to do first; for others what Erfa is.

use access::{JOIN_PATH, PageReading, Standing};
use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use types::ArenaId;
use web::{Frame, Html, Section, Texts, page};

use super::{
    look::{Fault, Look, Visit},
    thread_item::ThreadItem,
};
use crate::{
    App, readable,
    views::{arenas::Arena, threads},
};

/// How many of one's arenas are shown.
const ARENAS_MAX: usize = 10;
/// How many threads of each.
const THREADS_MAX: usize = 3;

#[derive(Template)]
#[template(path = "start.html")]
struct Start {
    frame: Frame,
    t: Texts,
    mine: Vec<Mine>,
    /// Whether there are more arenas of one's own than are shown.
    more: bool,
    /// Arenas to join, for those who are in none.
    others: Vec<Other>,
    secretariat: bool,
}

struct Mine {
    id: ArenaId,
    name: String,
    threads: Vec<Html>,
}

struct Other {
    id: ArenaId,
    name: String,
    purpose: String,
    invited: bool,
}

#[derive(Template)]
#[template(path = "welcome.html")]
struct Welcome {
    frame: Frame,
    t: Texts,
}

pub(super) async fn show(State(app): State<App>, visit: Visit, PageReading(reading): PageReading) -> Response {
    let look = Look::new(app, visit, reading);
    match look.reading.viewer.signed_in() {
        None => page(&Welcome { frame: look.frame(look.t.get("welcome"), Section::None), t: look.t }),
        Some(viewer) if !viewer.participates => Redirect::to(JOIN_PATH).into_response(),
        Some(_) => look.answer(start(&look)),
    }
}

fn start(look: &Look) -> Result<Response, Fault> {
    let (mut mine, mut others): (Vec<_>, Vec<_>) =
        readable::cards(&look.reading)?.into_iter().partition(|(_, standing)| standing.member);
    mine.sort_by_key(|(arena, _)| (std::cmp::Reverse(arena.counts.latest_at), arena.id));
    let more = mine.len() > ARENAS_MAX;
    let has_none = mine.is_empty();
    let mine = mine.into_iter().take(ARENAS_MAX).map(|(arena, _)| of_mine(look, arena));
    let mine = mine.collect::<Result<_, Fault>>()?;
    others.retain(|(_, standing)| standing.may_join && (has_none || standing.invited));
    others.sort_by_cached_key(|(arena, standing)| {
        (!standing.invited, web::collation::key(arena.row.name.as_str()), arena.id)
    });
    let others = others.into_iter().take(ARENAS_MAX).map(other).collect();
    let frame = look.frame(look.t.get("start"), Section::None);
    let secretariat = look.reading.viewer.is_secretariat();
    Ok(page(&Start { frame, t: look.t, mine, more, others, secretariat }))
}

fn of_mine(look: &Look, arena: Arena) -> Result<Mine, Fault> {
    let reading = &look.reading;
    let threads = threads::of(&reading.snapshot, arena.id, 0, THREADS_MAX)?;
    let item = |thread| Ok(Html::of(&ThreadItem::new(&reading.snapshot, &reading.viewer, look.t, &thread)?)?);
    let threads = threads.into_iter().map(item).collect::<Result<_, Fault>>()?;
    Ok(Mine { id: arena.id, name: arena.row.name.to_string(), threads })
}

fn other((arena, standing): (Arena, Standing)) -> Other {
    let (name, purpose) = (arena.row.name.to_string(), arena.row.purpose.to_string());
    Other { id: arena.id, name, purpose, invited: standing.invited }
}
