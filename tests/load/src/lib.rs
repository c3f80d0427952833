//! A load client of Erfa's public protocols: people who read live and post, as many as it takes to know what a machine
//! bears.
//!
//! The process that leads ([`run`]) makes or finds a server and starts this program again for every few thousand sockets
//! and for those who post ([`part`]). Each of these is one thread around `epoll`, so that the client costs little beside
//! the server on the same machine: it needs a read for each frame or more, and looks at what came where it lies.
//!
//! Every post carries the moment at which it was due, and its number in its thread. From these a reader knows how long it
//! took and whether one is missing.

#![expect(clippy::print_stderr, reason = "progress is shown there")]

mod call;
mod clock;
mod data;
mod histogram;
mod input;
mod mark;
mod nats;
mod options;
mod orders;
mod output;
mod part;
mod peer;
mod poll;
mod post;
mod process;
mod progress;
mod read;
mod report;
mod run;
mod site;
mod usage;
mod websocket;
mod yardstick;

pub use options::Options;
pub use part::run as part;
pub use process::PART;
pub use report::{Figure, Report};
pub use run::run;
