//! A process that starts a server which others wrote, publishes to it what it is told, and stops it in the end.
//!
//! Every setting of these servers stands in [`nchan`] and [`nats`]: as few as will do, on so many cores as Erfa has, and
//! nothing kept on disk.

pub(crate) mod nats;
pub(crate) mod nchan;
mod publisher;
mod running;

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::PathBuf,
};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::{
    input::Input,
    orders::{Protocol, Said},
    output::say,
    yardstick::message,
};
use publisher::Publisher;

/// A server that others wrote.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Peer {
    /// nginx with its module nchan, under this directory.
    Nchan(PathBuf),
    /// This program, nats-server.
    Nats(PathBuf),
}

impl Peer {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Nchan(_) => "nchan",
            Self::Nats(_) => "NATS",
        }
    }

    pub(crate) fn protocol(&self) -> Protocol {
        match self {
            Self::Nchan(_) => Protocol::Nchan,
            Self::Nats(_) => Protocol::Nats,
        }
    }
}

/// What topic number `at` is called.
pub(crate) fn topic(at: usize) -> String {
    format!("t{at}")
}

/// Starts it for so many sockets; then publishes a message for every mark on the standard input, and says so.
pub(crate) fn run(peer: &Peer, data: PathBuf, sockets: usize, input: &mut Input) -> anyhow::Result<()> {
    let server = match peer {
        Peer::Nchan(root) => nchan::start(root, data, sockets)?,
        Peer::Nats(program) => nats::start(program, data, sockets)?,
    };
    let mut publisher = Publisher::connect(peer, server.publish_at)?;
    say(&Said::Listening { address: server.sockets_at, pid: server.pid() })?;
    let mut number = 0;
    while let Some(mark) = input.wait::<String>()? {
        number += 1;
        publisher.publish(&message::text(number, &mark))?;
        say(&Said::Sent)?;
    }
    Ok(())
}

/// An address that is free now, for a server that must be told where to listen.
fn free() -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("a port can't be had")?;
    Ok(listener.local_addr()?)
}
