//! One socket's session, as a pure state machine: no sockets, no clock, no log.
//!
//! It is told what the client sent, what was read and judged, and how late it is; it says what to send and what to read
//! next. The task in `socket.rs` does what it says.
//!
//! **Architecture Invariant:** a subscription's cursor moves over an event only when the event was sent or was judged
//! not to be for this viewer. What is sent carries the cursor; so resuming from the last cursor that a client has
//! neither repeats nor skips anything.

mod flood;
mod pull;
mod subscription;

use std::{sync::Arc, time::Duration};

use types::Position;
use uuid::Uuid;

pub(crate) use pull::{Next, Opening, Verdict};

use crate::{
    fault::{Fault, Refusal},
    limits,
    protocol::{After, ClientFrame, CloseCode, Lang, PresenceState, VERSION},
    render::Rendered,
};
use flood::Flood;
use subscription::Subscription;

/// Time since the session began.
pub(crate) type Elapsed = Duration;

/// Reads the cursors that clients send.
pub(crate) trait OpenCursor {
    /// The position that a cursor stands for, if it was made here and for this viewer.
    fn open(&self, cursor: &str) -> Result<Position, Fault>;
}

/// What is to be sent. Cursors are sealed when it is written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outgoing {
    Subscribed { s: u32, from: Position, recovered: bool },
    Event { s: u32, position: Position, rendered: Arc<Rendered> },
    Checkpoint { s: u32, position: Position },
    Live { s: u32, position: Position },
    Behind { s: u32, position: Position },
    Dropped { s: u32, code: &'static str, retry: bool },
    AuthRequired,
    Ping,
    Refused(Refusal),
    Bye(CloseCode),
}

/// What a client says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Greeting {
    pub(crate) token: Option<String>,
    pub(crate) lang: Lang,
    /// The session of the socket that this one takes the place of.
    pub(crate) replaces: Option<Uuid>,
}

/// What the session wants done, in this order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Effect {
    /// Find out who this is, and answer with [`Session::welcomed`] or [`Session::refuse`].
    Authenticate(Greeting),
    /// The same person has a new token: answer with [`Session::renewed`] or [`Session::refuse`].
    Renew { token: String },
    /// Find out whether the topic is open to the viewer, and answer with [`Session::opened`] before anything else.
    Open(Opening),
    /// The subscription is no more.
    Release { s: u32 },
    /// The person says how they are there.
    Presence { topic: String, state: PresenceState },
    /// The person says that they are writing.
    Typing { topic: String },
    /// Send this.
    Send(Outgoing),
    /// Close, after what was sent.
    Close(CloseCode),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing but `hello` is taken.
    Hello,
    /// Said hello, not known yet.
    Arriving,
    Ready,
    Closed,
}

/// A session.
pub(crate) struct Session {
    phase: Phase,
    flood: Flood,
    subscriptions: Vec<Subscription>,
    /// Which subscription is looked at next, so that a busy one does not starve the others.
    turn: usize,
    ping_at: Elapsed,
    awaiting_pong: bool,
    poll_at: Elapsed,
    expires: Option<Elapsed>,
    expiry_told: bool,
    effects: Vec<Effect>,
}

impl Session {
    /// A session that began just now. Its first poll comes after `stagger` less than the usual time, so that sockets that
    /// came together do not poll together.
    pub(crate) fn new(stagger: Duration) -> Self {
        Self {
            phase: Phase::Hello,
            flood: Flood::new(limits::FRAMES_IN_BURST, limits::FRAMES_IN_PER_SECOND),
            subscriptions: Vec::new(),
            turn: 0,
            ping_at: limits::HEARTBEAT,
            awaiting_pong: false,
            poll_at: limits::POLL_EVERY.saturating_sub(stagger),
            expires: None,
            expiry_told: false,
            effects: Vec::new(),
        }
    }

    /// What is to be done since it was last asked.
    pub(crate) fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// Whether it has ended: nothing more comes of it.
    #[cfg(test)]
    pub(crate) fn is_closed(&self) -> bool {
        self.phase == Phase::Closed
    }

    /// Whether the client is known.
    pub(crate) fn is_ready(&self) -> bool {
        self.phase == Phase::Ready
    }

    /// The client sent a text frame.
    pub(crate) fn received(&mut self, text: &str, now: Elapsed, cursors: &dyn OpenCursor) {
        if !self.counted(now) {
            return;
        }
        if text.len() > limits::FRAME_IN_BYTES_MAX {
            return self.refuse(Refusal::new(Fault::TooLarge, None, None));
        }
        match serde_json::from_str::<ClientFrame>(text) {
            Ok(frame) => self.frame(frame, cursors),
            Err(_) if self.phase == Phase::Hello => self.refuse(Refusal::new(Fault::HelloFirst, None, None)),
            Err(_) => self.refuse(Refusal::new(Fault::Malformed, None, None)),
        }
    }

    /// The client sent something that counts as a frame; `false` if it is one too many.
    pub(crate) fn counted(&mut self, now: Elapsed) -> bool {
        if self.phase == Phase::Closed {
            return false;
        }
        let taken = self.flood.take(now);
        if !taken {
            self.refuse(Refusal::new(Fault::TooManyFrames, None, None));
        }
        taken
    }

    fn frame(&mut self, frame: ClientFrame, cursors: &dyn OpenCursor) {
        match (self.phase, frame) {
            (Phase::Hello, ClientFrame::Hello { v: VERSION, client, lang, token, replaces }) => {
                let texts = [Some(&client), token.as_ref()];
                if texts.iter().flatten().any(|text| text.len() > limits::TEXT_BYTES_MAX) {
                    return self.refuse(Refusal::new(Fault::Malformed, "hello", None));
                }
                self.phase = Phase::Arriving;
                self.effects.push(Effect::Authenticate(Greeting { token, lang, replaces }));
            }
            (Phase::Hello, ClientFrame::Hello { .. }) => self.refuse(Refusal::new(Fault::Version, "hello", None)),
            (Phase::Hello, _) => self.refuse(Refusal::new(Fault::HelloFirst, None, None)),
            (_, ClientFrame::Hello { .. }) => self.refuse(Refusal::new(Fault::HelloTwice, "hello", None)),
            (_, ClientFrame::Sub { s, topic, after, r#as, window }) => {
                match self.subscribe((s, topic, &after), r#as, window, cursors) {
                    Ok(opening) => self.effects.push(Effect::Open(opening)),
                    Err(fault) => self.refuse(Refusal::new(fault, "sub", Some(s))),
                }
            }
            (_, ClientFrame::Unsub { s }) => self.release(s),
            (_, ClientFrame::Ack { s, c }) => self.acknowledge(s, &c, cursors),
            (_, ClientFrame::Auth { token }) => self.effects.push(Effect::Renew { token }),
            (_, ClientFrame::Presence { topic, state }) => match self.has_open(&topic) {
                true => self.effects.push(Effect::Presence { topic, state }),
                false => self.refuse(Refusal::new(Fault::NotFound, "presence", None)),
            },
            (_, ClientFrame::Typing { topic }) => match self.has_open(&topic) {
                true => self.effects.push(Effect::Typing { topic }),
                false => self.refuse(Refusal::new(Fault::NotFound, "typing", None)),
            },
            (_, ClientFrame::Pong {}) => self.awaiting_pong = false,
        }
    }

    /// The client is known; its credential expires at `expires`.
    pub(crate) fn welcomed(&mut self, expires: Option<Elapsed>) {
        self.phase = Phase::Ready;
        self.expires = expires;
    }

    /// The client's new token is valid, until `expires`.
    pub(crate) fn renewed(&mut self, expires: Option<Elapsed>) {
        self.expires = expires;
        self.expiry_told = false;
    }

    /// Tells the client what was wrong, and closes if it broke the protocol.
    pub(crate) fn refuse(&mut self, refusal: Refusal) {
        let close = refusal.fault.close();
        self.effects.push(Effect::Send(Outgoing::Refused(refusal)));
        if let Some(code) = close {
            self.close(code);
        }
    }

    /// Says goodbye and closes.
    pub(crate) fn leave(&mut self, code: CloseCode) {
        if self.phase != Phase::Closed {
            self.effects.push(Effect::Send(Outgoing::Bye(code)));
            self.close(code);
        }
    }

    fn close(&mut self, code: CloseCode) {
        if self.phase != Phase::Closed {
            self.phase = Phase::Closed;
            self.subscriptions.clear();
            self.effects.push(Effect::Close(code));
        }
    }

    /// It is `now`.
    pub(crate) fn tick(&mut self, now: Elapsed) {
        match self.phase {
            Phase::Closed => return,
            Phase::Hello | Phase::Arriving if now >= limits::HELLO_WITHIN => {
                return self.refuse(Refusal::new(Fault::HelloLate, "hello", None));
            }
            Phase::Hello | Phase::Arriving => return,
            Phase::Ready => {}
        }
        if let Some(expires) = self.expires {
            if now >= expires {
                return self.leave(CloseCode::AuthExpired);
            }
            if !self.expiry_told && now + limits::AUTH_NOTICE >= expires {
                self.expiry_told = true;
                self.effects.push(Effect::Send(Outgoing::AuthRequired));
            }
        }
        if now >= self.ping_at {
            if self.awaiting_pong {
                return self.close(CloseCode::NoPong);
            }
            self.awaiting_pong = true;
            self.ping_at = now + limits::HEARTBEAT;
            self.effects.push(Effect::Send(Outgoing::Ping));
        }
        if now >= self.poll_at {
            self.poll_at = now + limits::POLL_EVERY;
            self.subscriptions.iter_mut().for_each(Subscription::look);
        }
        for subscription in &mut self.subscriptions {
            subscription.checkpoint(now, &mut self.effects);
        }
    }

    /// When [`tick`](Self::tick) has something to do next.
    pub(crate) fn next_tick(&self) -> Elapsed {
        match self.phase {
            Phase::Hello | Phase::Arriving => limits::HELLO_WITHIN,
            _ => {
                let told = |expires: Elapsed| match self.expiry_told {
                    true => expires,
                    false => expires.saturating_sub(limits::AUTH_NOTICE),
                };
                let expiry = self.expires.map_or(Duration::MAX, told);
                self.ping_at.min(self.poll_at).min(expiry)
            }
        }
    }
}

#[cfg(test)]
mod tests;
