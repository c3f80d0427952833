//! Somebody who posts: a connection that is kept, and a request that is made once and changed in one place.

use std::{
    io::{self, ErrorKind, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
};

use serde_json::json;

use super::answer;
use crate::{
    clock::micros,
    mark::{self, Marks},
    orders::Posters,
    poll::{self, Poll},
};

/// How much is read at once.
const READ_BYTES: usize = 4 * 1024;
const METHOD: &str = "POST ";
/// What fills a post up.
const WORDS: &str = "Ett inlägg av vanlig längd om hur vi gör hos oss. ";

/// What came of it that a connection was ready.
#[derive(Debug)]
pub(super) enum Step {
    Nothing,
    Connected,
    /// The post that was made at this moment was answered.
    Answered {
        status: u16,
        since: u64,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Closed,
    Connecting,
    Free,
    /// A request of this moment is under way, and so much of it was written.
    Waiting(u64, usize),
}

/// Somebody who posts.
pub(super) struct Poster {
    stream: Option<TcpStream>,
    phase: Phase,
    /// How often they connected.
    pub(super) turn: u32,
    request: Vec<u8>,
    mark_at: usize,
    came: Vec<u8>,
}

impl Poster {
    /// Who has this token; they post to any path that is as long as this.
    pub(super) fn new(task: &Posters, path: &str, token: &str) -> Self {
        let host = &task.server.host;
        let mut text = mark::mark(micros()) + " ";
        text.extend(WORDS.chars().cycle().take(task.body_bytes.saturating_sub(text.len())));
        let body = json!({ "body": text.trim_end() }).to_string();
        let request = format!(
            "{METHOD}{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let request = request.into_bytes();
        let mark_at = Marks::new().place(&request).expect("it was just written");
        Self { stream: None, phase: Phase::Closed, turn: 0, request, mark_at, came: Vec::new() }
    }

    /// Since when a request is under way.
    pub(super) fn since(&self) -> Option<u64> {
        if let Phase::Waiting(since, _) = self.phase { Some(since) } else { None }
    }

    pub(super) fn connect(&mut self, at: usize, poll: &Poll, to: SocketAddr) -> io::Result<()> {
        self.turn = self.turn.wrapping_add(1);
        let stream = poll::connect(to, None, None)?;
        poll.add(&stream, u64::from(self.turn) << 32 | at as u64)?;
        (self.stream, self.phase) = (Some(stream), Phase::Connecting);
        Ok(())
    }

    pub(super) fn close(&mut self) {
        (self.stream, self.phase) = (None, Phase::Closed);
        self.came.clear();
    }

    /// Makes the post that was due at this moment.
    pub(super) fn post(&mut self, since: u64, path: &str) -> io::Result<()> {
        self.request[METHOD.len()..METHOD.len() + path.len()].copy_from_slice(path.as_bytes());
        mark::change(&mut self.request, self.mark_at, since);
        self.phase = Phase::Waiting(since, 0);
        self.write()
    }

    fn write(&mut self) -> io::Result<()> {
        let (Some(stream), Phase::Waiting(_, sent)) = (&mut self.stream, &mut self.phase) else { return Ok(()) };
        while *sent < self.request.len() {
            match stream.write(&self.request[*sent..]) {
                Ok(count) => *sent += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The connection can be read or written, or has ended.
    pub(super) fn ready(&mut self, ended: bool) -> io::Result<Step> {
        if self.phase == Phase::Connecting {
            let connected = self.stream.as_ref().and_then(poll::connected);
            let Some(connected) = connected else { return Ok(Step::Nothing) };
            connected?;
            self.phase = Phase::Free;
            return Ok(Step::Connected);
        }
        self.write()?;
        self.read(ended)?;
        let Phase::Waiting(since, _) = self.phase else { return Ok(Step::Nothing) };
        match answer::whole(&self.came).map_err(io::Error::other)? {
            None => Ok(Step::Nothing),
            Some((status, length)) => {
                self.came.drain(..length);
                self.phase = Phase::Free;
                Ok(Step::Answered { status, since })
            }
        }
    }

    fn read(&mut self, ended: bool) -> io::Result<()> {
        let Some(stream) = &mut self.stream else { return Ok(()) };
        let mut buffer = [0; READ_BYTES];
        loop {
            match stream.read(&mut buffer) {
                Ok(0) => return Err(io::Error::other("the connection was closed")),
                Ok(count) => {
                    self.came.extend(&buffer[..count]);
                    if count < READ_BYTES && !ended {
                        return Ok(());
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}
