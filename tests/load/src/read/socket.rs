//! A socket: connects, says who it is, subscribes, and takes what comes, where it lies in a buffer that all share.

mod nats;
mod subscription;
mod talk;

use std::{
    io::{self, ErrorKind, Read as _, Write as _},
    net::TcpStream,
};

use super::{
    context::{Context, READ_BYTES},
    ended::Ended,
};
use crate::{
    clock::micros,
    orders::{self, Pace, Protocol, Thread},
    poll::{self, Poll},
    websocket,
};
use subscription::Subscription;

/// What the system keeps for a slow socket: little, so that the server feels that it is slow.
const SLOW_BYTES: usize = 4 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Closed,
    Connecting,
    Upgrading,
    /// Said hello and asked for so many subscriptions that are not live yet.
    Arriving(usize),
    Live,
}

/// A socket.
pub(super) struct Socket {
    stream: Option<TcpStream>,
    phase: Phase,
    /// How often it was connected; part of its key, so that what is told of an earlier connection is not taken for it.
    pub(super) turn: u32,
    token: usize,
    pub(super) pace: Pace,
    /// A slow one that is to be quick now.
    pub(super) hurried: bool,
    pub(super) given_up: bool,
    /// How often it was connected in vain since it was last live.
    pub(super) attempts: u32,
    /// Since when it wants to be live.
    pub(super) began: Option<u64>,
    subscriptions: Box<[Subscription]>,
    /// What the server called its last connection, whose place the next one takes.
    session: Option<String>,
    /// What came of a frame that is not whole yet.
    rest: Vec<u8>,
    /// What came of a message of NATS that is not whole yet.
    nats_rest: Vec<u8>,
    /// What could not be written yet.
    unsent: Vec<u8>,
}

impl Socket {
    pub(super) fn new(plan: &orders::Socket, threads: &[Thread]) -> Self {
        Self {
            stream: None,
            phase: Phase::Closed,
            turn: 0,
            token: plan.token,
            pace: plan.pace,
            hurried: false,
            given_up: false,
            attempts: 0,
            began: None,
            subscriptions: plan.threads.iter().map(|&at| Subscription::new(at, threads[at].next)).collect(),
            session: None,
            rest: Vec::new(),
            nats_rest: Vec::new(),
            unsent: Vec::new(),
        }
    }

    pub(super) fn is_live(&self) -> bool {
        self.phase == Phase::Live
    }

    /// The fewest frames that a subscription got since they were counted anew.
    pub(super) fn least(&self) -> u64 {
        self.subscriptions.iter().map(|subscription| subscription.next - subscription.counted_from).min().unwrap_or(0)
    }

    pub(super) fn count_anew(&mut self) {
        self.subscriptions.iter_mut().for_each(|subscription| subscription.counted_from = subscription.next);
    }

    /// How many frames are still to come, if this is what comes next in each thread.
    pub(super) fn left(&self, next: &[u64]) -> u64 {
        self.subscriptions.iter().map(|subscription| next[subscription.thread].saturating_sub(subscription.next)).sum()
    }

    pub(super) fn connect(&mut self, at: usize, poll: &Poll, cx: &Context) -> io::Result<()> {
        self.turn = self.turn.wrapping_add(1);
        self.attempts += 1;
        self.began.get_or_insert_with(micros);
        self.phase = Phase::Connecting;
        let slow = (self.pace != Pace::Quick).then_some(SLOW_BYTES);
        let stream = poll::connect(cx.task.server.address, cx.task.source, slow)?;
        poll.add(&stream, u64::from(self.turn) << 32 | at as u64)?;
        self.stream = Some(stream);
        Ok(())
    }

    /// Cuts it off. Where its subscriptions are is kept.
    pub(super) fn close(&mut self) {
        (self.stream, self.phase) = (None, Phase::Closed);
        (self.rest, self.nats_rest, self.unsent) = (Vec::new(), Vec::new(), Vec::new());
    }

    /// It can be read or written, or has ended.
    pub(super) fn ready(&mut self, at: usize, ended: bool, cx: &mut Context) -> Result<(), Ended> {
        if self.phase == Phase::Connecting {
            let Some(stream) = &self.stream else { return Ok(()) };
            match poll::connected(stream) {
                None => return Ok(()),
                Some(connected) => connected?,
            }
            self.phase = Phase::Upgrading;
            let request = cx.upgrade.as_bytes().to_vec();
            return self.send(&request);
        }
        self.flush()?;
        let is_slow = self.pace != Pace::Quick && !self.hurried && self.is_live();
        if is_slow { Ok(()) } else { self.read(at, ended, cx) }
    }

    /// Reads what is there: to the end, if it has ended, or until nothing comes any more.
    fn read(&mut self, at: usize, ended: bool, cx: &mut Context) -> Result<(), Ended> {
        loop {
            let Some(stream) = &mut self.stream else { return Ok(()) };
            match stream.read(&mut cx.buffer) {
                Ok(0) => return Err(Ended::Broken("ended without a close frame".to_owned())),
                Ok(count) => {
                    let buffer = std::mem::take(&mut cx.buffer);
                    let taken = self.take(at, &buffer[..count], cx);
                    cx.buffer = buffer;
                    taken?;
                    let is_slow = self.pace != Pace::Quick && !self.hurried && self.is_live();
                    if is_slow || count < READ_BYTES && !ended {
                        return Ok(());
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Reads a byte, if there is one.
    pub(super) fn read_byte(&mut self, at: usize, cx: &mut Context) -> Result<(), Ended> {
        let (Some(stream), mut byte) = (&mut self.stream, [0]) else { return Ok(()) };
        match stream.read(&mut byte) {
            Ok(0) => Err(Ended::Broken("ended without a close frame".to_owned())),
            Ok(_) => self.take(at, &byte, cx),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes what came, but for what is not whole yet.
    fn take(&mut self, at: usize, bytes: &[u8], cx: &mut Context) -> Result<(), Ended> {
        let rest = std::mem::take(&mut self.rest);
        self.rest = left_over(rest, bytes, |bytes| self.take_whole(at, bytes, cx))?;
        Ok(())
    }

    /// Takes what is whole; says how much that was.
    fn take_whole(&mut self, at: usize, bytes: &[u8], cx: &mut Context) -> Result<usize, Ended> {
        let (mut taken, now) = (0, micros());
        if self.phase == Phase::Upgrading {
            let Some(head) = websocket::head_bytes(bytes) else {
                let is_long = bytes.len() > websocket::HEAD_BYTES_MAX;
                return if is_long { Err(Ended::Broken("the answer has no end".to_owned())) } else { Ok(0) };
            };
            websocket::is_upgraded(&bytes[..head])
                .map_err(|error| Ended::Broken(format!("the upgrade was {error}")))?;
            taken = head;
            self.greet(cx)?;
        }
        while let Some((frame, length)) = websocket::first(&bytes[taken..])? {
            taken += length;
            match frame.opcode {
                websocket::TEXT | websocket::BINARY if cx.task.protocol == Protocol::Nats => {
                    self.nats(at, frame.payload, now, cx)?;
                }
                websocket::TEXT => self.text(at, frame.payload, now, cx)?,
                websocket::PING => {
                    let mut pong = Vec::new();
                    websocket::add(websocket::PONG, frame.payload, &mut pong);
                    self.send(&pong)?;
                }
                websocket::CLOSE => {
                    let &[a, b, ref reason @ ..] = frame.payload else {
                        return Err(Ended::Closed(1005, String::new()));
                    };
                    let reason = String::from_utf8_lossy(reason).into_owned();
                    return Err(Ended::Closed(u16::from_be_bytes([a, b]), reason));
                }
                _ => {}
            }
        }
        Ok(taken)
    }

    fn send(&mut self, bytes: &[u8]) -> Result<(), Ended> {
        if !self.unsent.is_empty() {
            self.unsent.extend(bytes);
            return Ok(());
        }
        let sent = self.write(bytes)?;
        self.unsent.extend(&bytes[sent..]);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Ended> {
        if !self.unsent.is_empty() {
            let mut unsent = std::mem::take(&mut self.unsent);
            let sent = self.write(&unsent)?;
            unsent.drain(..sent);
            self.unsent = unsent;
        }
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<usize, Ended> {
        let Some(stream) = &mut self.stream else { return Ok(bytes.len()) };
        let mut sent = 0;
        while sent < bytes.len() {
            match stream.write(&bytes[sent..]) {
                Ok(count) => sent += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(sent)
    }
}

/// Lets take what came after what was left over, and says what is left over now.
fn left_over(
    mut rest: Vec<u8>,
    bytes: &[u8],
    take: impl FnOnce(&[u8]) -> Result<usize, Ended>,
) -> Result<Vec<u8>, Ended> {
    if rest.is_empty() {
        let taken = take(bytes)?;
        return Ok(bytes[taken..].to_vec());
    }
    rest.extend(bytes);
    let taken = take(&rest)?;
    rest.drain(..taken);
    // An idle socket holds no memory.
    Ok(if rest.is_empty() { Vec::new() } else { rest })
}
