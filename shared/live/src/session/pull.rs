//! Subscriptions, and the pulling of their events: one at a time, in turn, as long as there is room.

use std::sync::Arc;

use event_log::Recorded;
use types::Position;

use super::{After, Effect, Elapsed, OpenCursor, Outgoing, Session, Subscription};
use crate::{
    fault::{Fault, Refusal},
    limits,
    protocol::Form,
    render::Rendered,
};

/// A subscription that is asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Opening {
    pub(crate) s: u32,
    pub(crate) topic: Arc<str>,
    pub(crate) form: Form,
    pub(super) window: usize,
    /// What it begins after; `None` is now.
    pub(super) from: Option<Position>,
    pub(super) recovered: bool,
}

/// What a session wants next.
#[derive(Clone, Debug)]
pub(crate) enum Next {
    /// Read what comes after a position: answer with [`Session::page`].
    Read { s: u32, after: Position },
    /// Say what the viewer gets of an event: answer with [`Session::judged`].
    Judge { s: u32, event: Arc<Recorded> },
    /// Nothing, until it is woken, ticked or acknowledged.
    Idle,
}

/// What a viewer gets of an event.
#[derive(Clone, Debug)]
pub(crate) enum Verdict {
    /// Nothing.
    Hidden,
    /// These frames.
    Shown(Arc<Rendered>),
}

impl Session {
    /// The client asks for a subscription, or the fault in what it asks for.
    pub(super) fn subscribe(
        &self,
        (s, topic, after): (u32, String, &After),
        form: Form,
        window: Option<u32>,
        cursors: &dyn OpenCursor,
    ) -> Result<Opening, Fault> {
        let window = window.unwrap_or(limits::WINDOW_DEFAULT);
        if self.subscriptions.iter().any(|subscription| subscription.s == s) {
            return Err(Fault::SubscriptionTaken);
        }
        if self.subscriptions.len() >= limits::SUBSCRIPTIONS_MAX {
            return Err(Fault::TooManySubscriptions);
        }
        if !(1..=limits::WINDOW_MAX).contains(&window) {
            return Err(Fault::Window);
        }
        if topic.len() > limits::TOPIC_BYTES_MAX {
            return Err(Fault::NotFound);
        }
        let from = match after {
            After::Start => Some(Position::START),
            After::Now => None,
            After::Cursor(cursor) => Some(cursors.open(cursor)?),
        };
        let recovered = matches!(after, After::Cursor(_));
        Ok(Opening { s, topic: topic.into(), form, window: window as usize, from, recovered })
    }

    /// The topic is open to the viewer, and `Ok` says how far it can be read; or why it is not.
    pub(crate) fn opened(&mut self, opening: Opening, head: Result<Position, Fault>, now: Elapsed) {
        let Opening { s, topic, window, from, recovered, .. } = opening;
        match head {
            Ok(head) => {
                let from = from.unwrap_or(head);
                // Nothing more than is needed: most sockets have a few and are idle.
                self.subscriptions.reserve_exact(1);
                self.subscriptions.push(Subscription::new(s, topic, window, from, now));
                self.effects.push(Effect::Send(Outgoing::Subscribed { s, from, recovered }));
            }
            Err(fault) => self.refuse(Refusal::new(fault, "sub", Some(s))),
        }
    }

    /// What it wants next. Subscriptions take turns.
    pub(crate) fn next(&mut self) -> Next {
        let count = self.subscriptions.len();
        for step in 0..count {
            let at = (self.turn + step) % count;
            let subscription = &self.subscriptions[at];
            let s = subscription.s;
            let wanted = match subscription.pending.front() {
                Some(_) if subscription.stalled => continue,
                Some(event) => Next::Judge { s, event: event.clone() },
                None if subscription.due => Next::Read { s, after: subscription.cursor },
                None => continue,
            };
            self.turn = at + 1;
            return wanted;
        }
        Next::Idle
    }

    /// Everything that is in the topic of `s` between its cursor and `read_to`; `at_head` if that was all there is.
    pub(crate) fn page(
        &mut self,
        s: u32,
        events: Vec<Arc<Recorded>>,
        (read_to, at_head): (Position, bool),
        now: Elapsed,
    ) {
        if let Some(subscription) = self.subscriptions.iter_mut().find(|subscription| subscription.s == s) {
            subscription.page(events, read_to, at_head);
            subscription.settle(now, &mut self.effects);
        }
    }

    /// What the viewer gets of the event that stands first in `s`.
    pub(crate) fn judged(&mut self, s: u32, verdict: Verdict, now: Elapsed) {
        let Some(subscription) = self.subscriptions.iter_mut().find(|subscription| subscription.s == s) else { return };
        let Some(event) = subscription.pending.front() else { return };
        let position = event.position;
        match verdict {
            Verdict::Shown(rendered) if !rendered.is_empty() => {
                if !subscription.has_room(rendered.frames()) {
                    return subscription.stall(now, &mut self.effects);
                }
                subscription.sent(position, rendered.frames(), now);
                self.effects.push(Effect::Send(Outgoing::Event { s, position, rendered }));
            }
            Verdict::Hidden | Verdict::Shown(_) => subscription.sent(position, 0, now),
        }
        subscription.pending.pop_front();
        subscription.settle(now, &mut self.effects);
    }

    /// Something may have happened in the topic of `s`.
    pub(crate) fn woken(&mut self, s: u32) {
        if let Some(subscription) = self.subscriptions.iter_mut().find(|subscription| subscription.s == s) {
            subscription.look();
        }
    }

    /// The viewer lost access to the topic of `s`: nothing more of it is delivered.
    pub(crate) fn drop_subscription(&mut self, s: u32, code: &'static str, retry: bool) {
        if self.subscriptions.iter().any(|subscription| subscription.s == s) {
            self.effects.push(Effect::Send(Outgoing::Dropped { s, code, retry }));
            self.release(s);
        }
    }

    pub(super) fn release(&mut self, s: u32) {
        let count = self.subscriptions.len();
        self.subscriptions.retain(|subscription| subscription.s != s);
        if self.subscriptions.len() < count {
            self.effects.push(Effect::Release { s });
        }
    }

    /// An acknowledgement of a subscription that is no more crossed its end, and means nothing.
    pub(super) fn acknowledge(&mut self, s: u32, cursor: &str, cursors: &dyn OpenCursor) {
        let Some(subscription) = self.subscriptions.iter_mut().find(|subscription| subscription.s == s) else { return };
        let taken = cursors.open(cursor).is_ok_and(|position| subscription.acknowledged(position));
        if !taken {
            self.refuse(Refusal::new(Fault::AckUnsent, "ack", Some(s)));
        }
    }

    pub(super) fn has_open(&self, topic: &str) -> bool {
        self.subscriptions.iter().any(|subscription| *subscription.topic == *topic)
    }

    /// The subscriptions that stand: their number and how far they have come.
    #[cfg(test)]
    pub(crate) fn cursors(&self) -> Vec<(u32, Position, bool)> {
        self.subscriptions.iter().map(|s| (s.s, s.cursor, s.live)).collect()
    }
}
