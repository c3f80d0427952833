//! The log's own commands: those that look at all of it, or work where nothing else does.

mod accept_loss;
mod alone;
mod backup;
mod reindex;
mod restore;
mod verify;
pub(crate) mod words;

pub(crate) use accept_loss::accept_loss;
pub(crate) use alone::is_there;
pub(crate) use backup::backup;
pub(crate) use reindex::reindex;
pub(crate) use restore::restore;
pub(crate) use verify::verify;
