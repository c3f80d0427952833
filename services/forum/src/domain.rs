//! The rules: what may happen to an arena and to a thread. Pure: time, ids and who asks come in with the command.

pub mod arena;
pub mod thread;
