//! The administrator's commands, which work while the server runs and while it does not.
//!
//! [`perform`] does what is asked with the running parts. A server offers it on a Unix socket in the data directory
//! ([`server`]); without one, the command starts the parts itself and calls it directly. The socket's mode is 0600: who
//! may open it owns the data anyway.

mod client;
mod perform;
mod protocol;
mod server;

pub(crate) use client::ask;
pub(crate) use perform::perform;
pub(crate) use protocol::{Ask, Progress, Refusal, Reply};
pub(crate) use server::AdminSocket;

/// The socket's name in the data directory.
pub(crate) const SOCKET: &str = "admin.sock";
