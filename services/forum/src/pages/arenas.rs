//! `/arenas`: the arenas that the reader may know of.

use askama::Template;
use axum::response::Response;
use types::{ArenaId, NeedArea};
use web::{Frame, Html, Section, Texts, dates, page};

use super::look::{Fault, Look};
use crate::readable;

#[derive(Template)]
#[template(path = "arenas.html")]
struct Arenas {
    frame: Frame,
    t: Texts,
    arenas: Vec<Card>,
    secretariat: bool,
}

struct Card {
    id: ArenaId,
    name: String,
    purpose: String,
    need_areas: Vec<NeedArea>,
    access: &'static str,
    member: bool,
    invited: bool,
    /// For those who may read there.
    counts: Option<Counts>,
}

struct Counts {
    members: u64,
    threads: u32,
    latest: Option<Html>,
}

pub(super) async fn show(look: Look) -> Response {
    look.answer(arenas(&look))
}

fn arenas(look: &Look) -> Result<Response, Fault> {
    let mut cards = readable::cards(&look.reading)?;
    cards.sort_by_cached_key(|(arena, standing)| {
        (!standing.member, web::collation::key(arena.row.name.as_str()), arena.id)
    });
    let card = |(arena, standing): (crate::views::arenas::Arena, access::Standing)| Card {
        id: arena.id,
        name: arena.row.name.to_string(),
        purpose: arena.row.purpose.to_string(),
        need_areas: arena.row.need_areas,
        access: arena.row.access.as_str(),
        member: standing.member,
        invited: standing.invited,
        counts: standing.reads.then(|| Counts {
            members: arena.members,
            threads: arena.counts.threads,
            latest: arena.counts.latest_at.map(|at| dates::moment(look.lang(), at, look.reading.now())),
        }),
    };
    Ok(page(&Arenas {
        frame: look.frame(look.t.get("arenas"), Section::Arenas),
        t: look.t,
        arenas: cards.into_iter().map(card).collect(),
        secretariat: look.reading.viewer.is_secretariat(),
    }))
}
