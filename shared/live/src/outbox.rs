//! What waits for a socket, and how it is written: several frames at a time, and never without a bound.

use std::{
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll},
};

use axum::extract::ws::{Message, Utf8Bytes};
use futures_util::{Sink, Stream};
use tokio::time::Instant;

use crate::{limits, socket::Intake};

/// A socket, as far as this crate is concerned.
pub(crate) trait Transport:
    Stream<Item = Result<Message, axum::Error>> + Sink<Message, Error = axum::Error> + Unpin
{
}

impl<T: Stream<Item = Result<Message, axum::Error>> + Sink<Message, Error = axum::Error> + Unpin> Transport for T {}

/// What a newer frame of the same kind makes obsolete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Latest {
    /// Who is there, told to a subscription.
    Presence(u32),
    /// Who is writing, told to a subscription.
    Typing(u32),
}

/// What happened on a socket.
#[derive(Debug)]
pub(crate) enum Heard {
    /// The client sent this.
    Message(Message),
    /// The client sent what can't be read.
    Unreadable,
    /// The client sends more than a frame may have, and the frame has no end.
    Endless,
    /// Something was written, and there is more to do about writing.
    Wrote,
    /// The connection is gone.
    Gone,
}

/// What waits for a socket.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    control: VecDeque<Utf8Bytes>,
    latest: Vec<(Latest, Utf8Bytes)>,
    events: VecDeque<Utf8Bytes>,
    waiting: usize,
    unflushed: bool,
    /// Since when something waits and nothing moved.
    stuck_since: Option<Instant>,
}

impl Outbox {
    /// Goes before everything else.
    pub(crate) fn control(&mut self, text: Utf8Bytes) {
        self.waiting += text.len();
        self.control.push_back(text);
    }

    /// Goes before events, and takes the place of what waits of the same kind.
    pub(crate) fn latest(&mut self, kind: Latest, text: Utf8Bytes) {
        self.waiting += text.len();
        match self.latest.iter_mut().find(|(waiting, _)| *waiting == kind) {
            Some((_, waiting)) => {
                self.waiting -= waiting.len();
                *waiting = text;
            }
            None => self.latest.push((kind, text)),
        }
    }

    /// Goes in order.
    pub(crate) fn event(&mut self, text: Utf8Bytes) {
        self.waiting += text.len();
        self.events.push_back(text);
    }

    /// Bytes that wait.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting
    }

    /// Whether so much waits that no more should be read for it.
    pub(crate) fn is_full(&self) -> bool {
        self.waiting >= limits::WAITING_BYTES_FULL
    }

    /// Whether nothing waits, here or in the socket.
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting == 0 && !self.unflushed
    }

    /// Forgets what the client can resume.
    pub(crate) fn forget_events(&mut self) {
        self.waiting -= self.events.iter().map(|text| text.len()).sum::<usize>();
        self.waiting -= self.latest.iter().map(|(_, text)| text.len()).sum::<usize>();
        self.events.clear();
        self.latest.clear();
    }

    /// When the client is too slow, if nothing moves until then.
    pub(crate) fn too_slow_at(&self) -> Option<Instant> {
        self.stuck_since.map(|since| since + limits::WRITE_STALL_MAX)
    }

    fn pop(&mut self) -> Option<Utf8Bytes> {
        let text = self.control.pop_front();
        let text = text.or_else(|| (!self.latest.is_empty()).then(|| self.latest.remove(0).1));
        let text = text.or_else(|| self.events.pop_front())?;
        self.waiting -= text.len();
        // What was once much does not stay allocated.
        if self.events.is_empty() && self.events.capacity() > 64 {
            self.events = VecDeque::new();
        }
        Some(text)
    }

    /// Writes what waits as far as it goes. `true` if something moved.
    fn poll_write<T: Transport>(&mut self, socket: &mut T, cx: &mut Context<'_>) -> Result<bool, axum::Error> {
        let mut socket = Pin::new(socket);
        let (mut moved, mut blocked) = (false, false);
        while self.waiting > 0 {
            match socket.as_mut().poll_ready(cx)? {
                Poll::Pending => {
                    blocked = true;
                    break;
                }
                Poll::Ready(()) => {
                    let Some(text) = self.pop() else { break };
                    socket.as_mut().start_send(Message::Text(text))?;
                    (moved, self.unflushed) = (true, true);
                }
            }
        }
        if self.unflushed && !blocked && socket.as_mut().poll_flush(cx)?.is_ready() {
            (moved, self.unflushed) = (true, false);
        }
        self.stuck_since = match (self.is_empty(), moved) {
            (true, _) => None,
            (false, true) => Some(Instant::now()),
            (false, false) => self.stuck_since.or_else(|| Some(Instant::now())),
        };
        Ok(moved)
    }

    /// Writes all that waits; `false` if the connection is gone.
    pub(crate) async fn flush<T: Transport>(&mut self, socket: &mut T) -> bool {
        std::future::poll_fn(|cx| match self.poll_write(socket, cx) {
            Ok(_) if self.is_empty() => Poll::Ready(true),
            Ok(_) => Poll::Pending,
            Err(_) => Poll::Ready(false),
        })
        .await
    }

    /// Writes what waits, and waits for what the client says. Neither waits for the other.
    pub(crate) async fn exchange<T: Transport>(&mut self, socket: &mut T, intake: &mut Intake) -> Heard {
        let was_full = self.is_full();
        std::future::poll_fn(|cx| {
            let wrote = match self.poll_write(socket, cx) {
                Ok(wrote) => wrote,
                Err(_) => return Poll::Ready(Heard::Gone),
            };
            match Pin::new(&mut *socket).poll_next(cx) {
                Poll::Ready(Some(Ok(Message::Close(_))) | None) => Poll::Ready(Heard::Gone),
                Poll::Ready(Some(Ok(message))) => {
                    intake.whole();
                    Poll::Ready(Heard::Message(message))
                }
                Poll::Ready(Some(Err(_))) => Poll::Ready(Heard::Unreadable),
                Poll::Pending if intake.is_too_much() => Poll::Ready(Heard::Endless),
                // When all was written that there was, nobody need hear of it.
                Poll::Pending if wrote && (was_full || !self.is_empty()) => Poll::Ready(Heard::Wrote),
                Poll::Pending => Poll::Pending,
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(outbox: &mut Outbox) -> Vec<String> {
        std::iter::from_fn(|| outbox.pop()).map(|text| text.to_string()).collect()
    }

    #[test]
    fn what_is_urgent_goes_first_and_the_latest_alone() {
        let mut outbox = Outbox::default();
        for n in 0..3 {
            outbox.event(format!("event {n}").into());
            outbox.latest(Latest::Presence(1), format!("presence {n}").into());
            outbox.latest(Latest::Typing(1), format!("typing {n}").into());
        }
        outbox.control("ping".into());
        assert_eq!(outbox.waiting(), 3 * 7 + 10 + 8 + 4);
        assert_eq!(drain(&mut outbox), ["ping", "presence 2", "typing 2", "event 0", "event 1", "event 2"]);
        assert!(outbox.is_empty());
    }

    #[test]
    fn at_the_end_only_what_can_not_be_resumed_is_sent() {
        let mut outbox = Outbox::default();
        outbox.event("event".into());
        outbox.latest(Latest::Typing(1), "typing".into());
        outbox.control("bye".into());
        outbox.forget_events();
        assert_eq!(outbox.waiting(), 3);
        assert_eq!(drain(&mut outbox), ["bye"]);
    }
}
