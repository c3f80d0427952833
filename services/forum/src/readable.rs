//! What the one who asks may read. What they may not is not there: both answer the same.

use access::{Reading, Standing, standing};
use types::{ArenaId, PostId, ThreadId};

use crate::{
    commands::Error,
    views::{
        arenas::{self, Arena},
        posts::{self, Post},
        threads::{self, Thread},
    },
};

/// An arena that the one who asks may know of, and how they stand to it.
pub(crate) fn card(reading: &Reading, id: ArenaId) -> Result<(Arena, Standing), Error> {
    let standing = standing(&reading.snapshot, &reading.viewer, id)?;
    match arenas::get(&reading.snapshot, id)? {
        Some(arena) if standing.sees_card => Ok((arena, standing)),
        _ => Err(Error::ArenaNotFound(id)),
    }
}

/// An arena in which the one who asks may read.
pub(crate) fn arena(reading: &Reading, id: ArenaId) -> Result<(Arena, Standing), Error> {
    let (arena, standing) = card(reading, id)?;
    if standing.reads { Ok((arena, standing)) } else { Err(Error::MembersOnly(id)) }
}

/// Every arena that the one who asks may know of, in no particular order.
pub(crate) fn cards(reading: &Reading) -> Result<Vec<(Arena, Standing)>, Error> {
    let mut cards = Vec::new();
    for arena in arenas::all(&reading.snapshot)? {
        let standing = standing(&reading.snapshot, &reading.viewer, arena.id)?;
        if standing.sees_card {
            cards.push((arena, standing));
        }
    }
    Ok(cards)
}

/// A thread that the one who asks may read, and how they stand to its arena.
pub(crate) fn thread(reading: &Reading, id: ThreadId) -> Result<(Thread, Standing), Error> {
    let thread = threads::get(&reading.snapshot, id)?.ok_or(Error::ThreadNotFound(id))?;
    let standing = standing(&reading.snapshot, &reading.viewer, thread.row.arena)?;
    if standing.reads { Ok((thread, standing)) } else { Err(Error::ThreadNotFound(id)) }
}

/// A post that the one who asks may read, its thread, and how they stand to its arena.
pub(crate) fn post(reading: &Reading, id: PostId) -> Result<(Post, Thread, Standing), Error> {
    let post = posts::get(&reading.snapshot, id)?.ok_or(Error::PostNotFound(id))?;
    match thread(reading, post.thread) {
        Ok((thread, standing)) => Ok((post, thread, standing)),
        Err(Error::ThreadNotFound(_)) => Err(Error::PostNotFound(id)),
        Err(other) => Err(other),
    }
}
