//! What Erfa is held against: the least that a program can do that does the same.

pub(crate) mod bare_writer;
pub(crate) mod empty_handler;
pub(crate) mod message;
