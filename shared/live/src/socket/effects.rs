//! Doing what the session wants done: opening and releasing topics, saying who is there, putting frames into the outbox.

use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use tokio::time::Instant;

use super::{Socket, Subscribed};
use crate::{
    hub::Topic,
    presence::Someone,
    protocol::ServerFrame,
    session::{Effect, Opening, Outgoing},
};

impl Socket {
    /// Does what the session wants done.
    pub(super) fn perform(&mut self) {
        loop {
            let effects = self.session.take_effects();
            if effects.is_empty() {
                return;
            }
            for effect in effects {
                self.effect(effect);
            }
        }
    }

    fn effect(&mut self, effect: Effect) {
        match effect {
            Effect::Authenticate(greeting) => self.authenticate(&greeting),
            Effect::Renew { token } => self.renew(&token),
            Effect::Open(opening) => self.open(opening),
            Effect::Release { s } => self.release(s),
            Effect::Presence { topic, state } => {
                if let (Some(topic), Some(who)) = (self.topic(&topic), self.someone()) {
                    self.live.presence.is_here(&topic.name, self.id, who, state, Instant::now());
                }
            }
            Effect::Typing { topic } => {
                self.is_used();
                if let (Some(topic), Some(who)) = (self.topic(&topic), self.someone()) {
                    self.live.presence.is_typing(&topic.name, self.id, who, Instant::now());
                }
            }
            Effect::Send(outgoing) => self.send(outgoing),
            Effect::Close(code) => {
                self.close = self.close.or(Some(code));
                self.outbox.forget_events();
            }
        }
    }

    fn topic(&self, name: &str) -> Option<Arc<Topic>> {
        let of = |subscribed: &&Subscribed| *subscribed.topic.name == *name;
        self.subscribed.iter().find(of).map(|subscribed| subscribed.topic.clone())
    }

    fn someone(&self) -> Option<Someone> {
        let person = self.known.as_ref()?.viewer.signed_in()?;
        Some(Someone {
            person: person.person,
            name: person.name.as_str().into(),
            agency: person.agency_name.as_str().into(),
        })
    }

    fn open(&mut self, opening: Opening) {
        let name = opening.topic.clone();
        let (s, form) = (opening.s, opening.form);
        // Listen first, then look: what happens in between wakes it.
        let topic = self.live.hub.listen(name.clone(), self.id, self.bell.clone());
        let head = self.is_open(&name);
        let stands = head.is_ok();
        self.session.opened(opening, head, self.began.elapsed());
        if stands {
            metrics::gauge!("erfa_live_subscriptions").increment(1);
            let head = topic.listeners.head();
            self.subscribed.reserve_exact(1);
            self.subscribed.push(Subscribed { s, topic, form, head, presence: 0, typing: 0 });
            self.tell_presence();
        } else if self.topic(&name).is_none() {
            self.live.hub.leave(&topic, self.id);
        }
    }

    pub(super) fn release(&mut self, s: u32) {
        let Some(at) = self.subscribed.iter().position(|subscribed| subscribed.s == s) else { return };
        let topic = self.subscribed.swap_remove(at).topic;
        metrics::gauge!("erfa_live_subscriptions").decrement(1);
        if self.topic(&topic.name).is_none() {
            self.live.presence.leave(&topic.name, self.id);
            self.live.hub.leave(&topic, self.id);
        }
    }

    fn send(&mut self, outgoing: Outgoing) {
        let Some(known) = &self.known else {
            if let Outgoing::Refused(refusal) = outgoing {
                self.control(&refusal.frame(self.lang));
            }
            return;
        };
        let seal = |position| self.live.door.seal(self.live.epoch, position, &known.viewer);
        let epoch = self.live.epoch;
        let frame = match outgoing {
            Outgoing::Event { s, position, rendered } => {
                let cursor = seal(position);
                self.live.counted.events.increment(1);
                return rendered.texts(s, &cursor).for_each(|text| self.outbox.event(text.into()));
            }
            Outgoing::Subscribed { s, from, recovered } => ServerFrame::Subd { s, from: seal(from), recovered, epoch },
            Outgoing::Checkpoint { s, position } => ServerFrame::Chk { s, c: seal(position) },
            Outgoing::Live { s, position } => ServerFrame::Live { s, c: seal(position) },
            Outgoing::Behind { s, position } => ServerFrame::Behind { s, c: seal(position) },
            Outgoing::Dropped { s, code, retry } => ServerFrame::Drop { s, code: code.into(), retry },
            Outgoing::Ping => return self.control(&ServerFrame::Ping {}),
            Outgoing::Refused(refusal) => return self.control(&refusal.frame(self.lang)),
            Outgoing::AuthRequired => {
                let Some(by) = known.expires else { return };
                return self.control(&ServerFrame::AuthRequired { by });
            }
            Outgoing::Bye(code) => {
                let within = self.live.options.return_within.as_millis().max(1) as u64;
                let after_ms = (self.id.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) % within;
                let after_ms = if code.may_reconnect() { after_ms as u32 } else { 0 };
                return self.control(&ServerFrame::Bye { code: code.number(), after_ms });
            }
        };
        self.outbox.event(text(&frame));
    }

    pub(super) fn control(&mut self, frame: &ServerFrame) {
        self.outbox.control(text(frame));
    }
}

fn text(frame: &ServerFrame) -> Utf8Bytes {
    serde_json::to_string(frame).expect("a frame is made of texts and numbers, which are always valid JSON").into()
}
