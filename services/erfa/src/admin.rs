//! The administrator's commands, which work while the server runs and while it does not.
//!
//! [`perform`] does what is asked with the running parts. A server offers it on a Unix socket in the data directory
//! ([`server`]); without one, the command starts the parts itself and calls it directly. The socket's mode is 0600: who
//! may open it owns the data anyway.

use std::{
    os::unix::net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::bail;

mod client;
mod feed;
mod frames;
mod perform;
mod protocol;
mod server;

pub(crate) use client::{ask, connect};
pub(crate) use feed::feed;
pub(crate) use frames::{Frame, receive};
pub(crate) use perform::{PART, perform};
pub(crate) use protocol::{Ask, Progress, Refusal, Reply, Wanted};
pub(crate) use server::AdminSocket;

/// The socket's name in the data directory.
const SOCKET: &str = "admin.sock";

/// Where the socket is in a data directory, whose path has to leave room for it: the system's limit is about 100 bytes.
pub(crate) fn socket(data: &Path) -> anyhow::Result<PathBuf> {
    let path = data.join(SOCKET);
    match SocketAddr::from_pathname(&path) {
        Ok(_) => Ok(path),
        Err(error) => bail!(
            "the path of the administrator's socket, `{}`, can't be used: {error}. Name the data directory by a shorter path with --data",
            path.display()
        ),
    }
}
