//! The orders that a process is given, a line of JSON each.

use std::io::{self, stdin};

use anyhow::Context as _;
use serde::de::DeserializeOwned;

/// How much is read at once.
const READ_BYTES: usize = 64 * 1024;

/// The lines of the standard input.
pub(crate) struct Input {
    rest: Vec<u8>,
    ended: bool,
}

impl Input {
    pub(crate) fn new() -> Self {
        Self { rest: Vec::new(), ended: false }
    }

    /// Reads what is there, or waits for it.
    pub(crate) fn read(&mut self) -> io::Result<()> {
        let at = self.rest.len();
        self.rest.resize(at + READ_BYTES, 0);
        let read = rustix::io::retry_on_intr(|| rustix::io::read(stdin(), &mut self.rest[at..]))?;
        self.rest.truncate(at + read);
        self.ended = read == 0;
        Ok(())
    }

    /// Whether nothing more will come: the one who leads has gone.
    pub(crate) fn ended(&self) -> bool {
        self.ended
    }

    /// The next line that was read, if it is whole.
    pub(crate) fn next<T: DeserializeOwned>(&mut self) -> anyhow::Result<Option<T>> {
        let Some(end) = memchr::memchr(b'\n', &self.rest) else { return Ok(None) };
        let value = serde_json::from_slice(&self.rest[..end]).context("an order can't be read")?;
        self.rest.drain(..=end);
        Ok(Some(value))
    }

    /// The next line, waited for; `None` when there is none any more.
    pub(crate) fn wait<T: DeserializeOwned>(&mut self) -> anyhow::Result<Option<T>> {
        loop {
            if let Some(value) = self.next()? {
                return Ok(Some(value));
            }
            if self.ended {
                return Ok(None);
            }
            self.read()?;
        }
    }
}
