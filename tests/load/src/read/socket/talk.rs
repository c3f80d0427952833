//! What a socket says, and what it makes of what it hears.

use super::{Phase, Socket};
use crate::{
    clock::micros,
    orders::Protocol,
    read::{
        context::Context,
        ended::Ended,
        frame::{Event, Frame, Other},
    },
    websocket,
};

/// A socket says less than 20 frames a second, which is what it may, however much it gets.
const ACK_EVERY: u64 = 60_000;

impl Socket {
    /// Asks for everything at once, where the upgrade did not.
    pub(super) fn greet(&mut self, cx: &mut Context) -> Result<(), Ended> {
        match cx.task.protocol {
            Protocol::Erfa => self.greet_erfa(cx),
            Protocol::Nats => self.greet_nats(cx),
            Protocol::Bare | Protocol::Nchan => {
                self.live(cx);
                Ok(())
            }
        }
    }

    fn greet_erfa(&mut self, cx: &mut Context) -> Result<(), Ended> {
        self.phase = Phase::Arriving(self.subscriptions.len());
        cx.out.clear();
        let token = &cx.task.tokens[self.token];
        let replaces = self.session.as_ref().map_or_else(String::new, |it| format!(r#","replaces":"{it}""#));
        let hello = format!(r#"{{"t":"hello","v":1,"client":"erfa-load","lang":"sv","token":"{token}"{replaces}}}"#);
        websocket::add(websocket::TEXT, hello.as_bytes(), &mut cx.out);
        for (at, subscription) in self.subscriptions.iter_mut().enumerate() {
            websocket::add(websocket::TEXT, subscription.ask(at, &cx.task).as_bytes(), &mut cx.out);
        }
        let out = std::mem::take(&mut cx.out);
        let sent = self.send(&out);
        cx.out = out;
        sent
    }

    pub(super) fn live(&mut self, cx: &mut Context) {
        self.phase = Phase::Live;
        self.attempts = 0;
        if let Some(began) = self.began.take() {
            cx.count.to_live.record(micros().saturating_sub(began));
        }
    }

    pub(super) fn text(&mut self, at: usize, text: &[u8], now: u64, cx: &mut Context) -> Result<(), Ended> {
        match cx.frames.read(text) {
            Frame::Event(event) => self.event(at, &event, now, cx),
            Frame::Other(other) => self.other(other, cx),
            Frame::Unreadable => Err(Ended::Broken("a frame that can't be read".to_owned())),
        }
    }

    fn event(&mut self, at: usize, event: &Event<'_>, now: u64, cx: &mut Context) -> Result<(), Ended> {
        let which = (event.s as usize).wrapping_sub(1);
        let Some(subscription) = self.subscriptions.get_mut(which) else {
            cx.count.error("an event of no subscription".to_owned());
            return Ok(());
        };
        if let Some(number) = event.number {
            subscription.take(number, &mut cx.count);
            if let Some(moment) = event.moment {
                cx.count.latency.record(now.saturating_sub(moment));
            }
        }
        subscription.reached(event.cursor);
        if cx.task.protocol != Protocol::Erfa {
            return Ok(());
        }
        subscription.unacknowledged += 1;
        let (unacknowledged, ack_frames) = (subscription.unacknowledged, cx.task.ack_frames);
        match unacknowledged {
            1 if ack_frames > 1 && cx.task.ack_ms > 0 => {
                cx.acks.insert((now + cx.task.ack_ms * 1_000, at, which));
            }
            count if count >= ack_frames && now >= self.may_acknowledge_at(which) => {
                self.acknowledge(which, now, cx)?
            }
            count if count == ack_frames => {
                cx.acks.insert((self.may_acknowledge_at(which), at, which));
            }
            _ => {}
        }
        Ok(())
    }

    /// So that all subscriptions together do not say more than a socket may.
    fn may_acknowledge_at(&self, which: usize) -> u64 {
        self.subscriptions[which].acknowledged_at + ACK_EVERY * self.subscriptions.len() as u64
    }

    /// Some time after something came, what was not acknowledged since is.
    pub(in crate::read) fn acknowledge_late(&mut self, at: usize, which: usize, cx: &mut Context) -> Result<(), Ended> {
        let (now, may_at) = (micros(), self.may_acknowledge_at(which));
        match self.is_live() && self.subscriptions[which].unacknowledged > 0 {
            true if now >= may_at => self.acknowledge(which, now, cx),
            true => {
                cx.acks.insert((may_at, at, which));
                Ok(())
            }
            false => Ok(()),
        }
    }

    fn acknowledge(&mut self, which: usize, now: u64, cx: &mut Context) -> Result<(), Ended> {
        self.subscriptions[which].acknowledged_at = now;
        self.subscriptions[which].acknowledge(which, &mut cx.text);
        let mut out = std::mem::take(&mut cx.out);
        out.clear();
        websocket::add(websocket::TEXT, cx.text.as_bytes(), &mut out);
        let sent = self.send(&out);
        cx.out = out;
        sent
    }

    fn other(&mut self, other: Other, cx: &mut Context) -> Result<(), Ended> {
        let subscription = other.s.and_then(|s| self.subscriptions.get_mut((s as usize).wrapping_sub(1)));
        if let (Some(subscription), Some(cursor)) = (subscription, other.c.as_ref().or(other.from.as_ref())) {
            subscription.reached(cursor.as_bytes());
        }
        match &*other.t {
            "ping" => {
                let mut pong = Vec::new();
                websocket::add(websocket::TEXT, br#"{"t":"pong"}"#, &mut pong);
                self.send(&pong)?;
            }
            "welcome" => self.session = other.session,
            "live" => match self.phase {
                Phase::Arriving(1) => self.live(cx),
                Phase::Arriving(left) => self.phase = Phase::Arriving(left - 1),
                _ => {}
            },
            "err" => {
                let about = other.re.and_then(|re| re.t);
                let problem = other.problem.map_or_else(String::new, |problem| problem.r#type);
                let what = format!("refused {}: {problem}", about.as_deref().unwrap_or("socket"));
                cx.count.error(what.clone());
                if about.as_deref() == Some("sub") {
                    return Err(Ended::Refused(what));
                }
            }
            "drop" => {
                let code = other.code.as_ref().and_then(|code| code.as_str()).unwrap_or_default();
                return Err(Ended::Refused(format!("dropped: {code}")));
            }
            _ => {}
        }
        Ok(())
    }
}
