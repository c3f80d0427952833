//! What the whole-system tests, the benches and the browser's journeys stand on: a world written straight into a log,
//! the real program as a child process, and the people who use it.

#![expect(clippy::panic, reason = "a test that can't go on says why and fails")]

mod client;
mod command;
mod page;
mod person;
mod server;
mod socket;
mod tree;
mod world;

pub use client::client;
pub use command::{Ran, finish, real_agencies, run};
pub use page::Page;
pub use person::Person;
pub use server::{RATES_RAISED, Server, erfa};
pub use socket::Socket;
pub use tree::{Tree, tree};
pub use world::{Inhabitant, World, open_log};
