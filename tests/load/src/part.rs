//! A process of a run: does what it is told.

use crate::{
    input::Input,
    orders::Task,
    peer, post, read,
    yardstick::{bare_writer, empty_handler},
};

/// Does the task that stands on the first line of the standard input, until that ends.
pub fn run() -> anyhow::Result<()> {
    let mut input = Input::new();
    match input.wait()? {
        Some(Task::Read(readers)) => read::run(readers, &mut input),
        Some(Task::Post(posters)) => post::run(posters, &mut input),
        Some(Task::BareWriter { sockets }) => bare_writer::run(sockets, &mut input),
        Some(Task::EmptyHandler) => empty_handler::run(),
        Some(Task::Peer { peer, data, sockets }) => peer::run(&peer, data, sockets, &mut input),
        None => Ok(()),
    }
}
