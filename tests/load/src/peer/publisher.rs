//! Publishes over one connection that is kept, so that messages keep their order, and waits for no answer before the next:
//! what is answered is looked at when there is something more to publish.

use std::{
    io::Write as _,
    net::{SocketAddr, TcpStream},
};

use anyhow::{Context as _, bail};
use rustix::{
    io::Errno,
    net::{RecvFlags, recv},
};

use super::{Peer, nats, nchan};

/// How much is read at once.
const READ_BYTES: usize = 64 * 1024;

/// Takes what was answered: how many bytes that was, and what to say to it.
type Take = fn(&[u8]) -> anyhow::Result<(usize, String)>;

pub(super) struct Publisher {
    stream: TcpStream,
    /// What a message becomes.
    request: fn(&str) -> String,
    take: Take,
    came: Vec<u8>,
    buffer: Vec<u8>,
}

impl Publisher {
    pub(super) fn connect(peer: &Peer, to: SocketAddr) -> anyhow::Result<Self> {
        let mut stream = TcpStream::connect(to).context("it takes no connection to publish")?;
        stream.set_nodelay(true)?;
        let (hello, request, take): (_, fn(&str) -> String, Take) = match peer {
            Peer::Nchan(_) => ("", nchan::request, nchan::take),
            Peer::Nats(_) => (crate::nats::CONNECT, nats::request, nats::take),
        };
        stream.write_all(hello.as_bytes())?;
        Ok(Self { stream, request, take, came: Vec::new(), buffer: vec![0; READ_BYTES] })
    }

    pub(super) fn publish(&mut self, text: &str) -> anyhow::Result<()> {
        self.hear()?;
        self.stream.write_all((self.request)(text).as_bytes()).context("it takes nothing any more")
    }

    fn hear(&mut self) -> anyhow::Result<()> {
        loop {
            match recv(&self.stream, &mut self.buffer[..], RecvFlags::DONTWAIT) {
                Ok((_, 0)) => bail!("it closed the connection that publishes"),
                Ok((_, count)) => self.came.extend(&self.buffer[..count]),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => break,
                Err(error) => return Err(error.into()),
            }
        }
        let (taken, answer) = (self.take)(&self.came)?;
        self.came.drain(..taken);
        Ok(self.stream.write_all(answer.as_bytes())?)
    }
}
