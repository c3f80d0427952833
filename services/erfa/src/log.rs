//! The log's own commands: those that look at all of it, or work where nothing else does.

mod alone;
mod verify;
pub(crate) mod words;

pub(crate) use alone::is_there;
pub(crate) use verify::verify;
