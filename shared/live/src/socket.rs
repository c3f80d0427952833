//! One socket: the task that does what its session says.

mod effects;
mod intake;
mod pull;
mod viewer;

use std::{sync::Arc, time::Duration};

use axum::{
    extract::ws::{CloseFrame, Message, Utf8Bytes},
    http::HeaderMap,
};
use futures_util::{SinkExt as _, StreamExt as _};
use service_kit::Asker;
use tokio::time::Instant;
use types::Position;

use crate::{
    bell::Bell,
    fault::Fault,
    hub::Topic,
    limits,
    live::Shared,
    outbox::{Heard, Latest, Outbox, Transport},
    protocol::{CloseCode, Form, Lang},
    session::{OpenCursor, Session},
};
use viewer::Known;

pub(crate) use intake::Intake;

/// How long the last frames may take to reach the client, and how long it may take to answer the close.
const FAREWELL: Duration = Duration::from_secs(2);
/// The same where the client may no longer be there: both together take less than the second within which it is to be gone.
const FAREWELL_REVOKED: Duration = Duration::from_millis(300);

/// What is kept of the request that opened a socket.
pub(crate) struct Caller {
    /// The cookies that it came with.
    pub(crate) cookies: HeaderMap,
    /// Who asked, until they have said who they are.
    pub(crate) asker: Option<Asker>,
}

/// A socket.
struct Socket {
    id: u64,
    live: Arc<Shared>,
    lang: Lang,
    bell: Arc<Bell>,
    session: Session,
    outbox: Outbox,
    intake: Intake,
    began: Instant,
    caller: Caller,
    known: Option<Known>,
    subscribed: Vec<Subscribed>,
    close: Option<CloseCode>,
    /// The news of presence that it has heard of.
    presence_news: u64,
}

/// What a subscription hears.
struct Subscribed {
    s: u32,
    topic: Arc<Topic>,
    form: Form,
    /// The last event that it was told to look for.
    head: Position,
    /// The versions of presence and typing that it was sent.
    presence: u64,
    typing: u64,
}

/// Opens cursors for the viewer of a session, if they are known.
struct ForViewer<'a> {
    live: &'a Shared,
    known: Option<&'a Known>,
}

impl OpenCursor for ForViewer<'_> {
    fn open(&self, cursor: &str) -> Result<Position, Fault> {
        let known = self.known.ok_or(Fault::Unauthorized)?;
        self.live.door.open(cursor, self.live.epoch, &known.viewer)
    }
}

/// Serves a client until either has enough.
pub(crate) async fn serve<T: Transport>(live: Arc<Shared>, mut transport: T, caller: Caller, intake: Intake) {
    // On the heap, because most of its life a socket is idle and its task is to be small.
    let mut socket = Box::new(Socket::new(live, caller, intake));
    let clean = socket.run(&mut transport).await;
    let code = socket.close;
    let reason = code.map_or("client", CloseCode::reason);
    metrics::counter!("erfa_live_closes_total", "reason" => reason).increment(1);
    drop(socket);
    if let Some(code) = code
        && clean
    {
        let frame = CloseFrame { code: code.number(), reason: Utf8Bytes::from_static(code.reason()) };
        let farewell = async {
            transport.send(Message::Close(Some(frame))).await?;
            // What the client still sends is read, or the close frame might be lost to it.
            while let Some(Ok(_)) = transport.next().await {}
            Ok::<_, axum::Error>(())
        };
        let _ = tokio::time::timeout(farewell_within(Some(code)), farewell).await;
    }
}

const fn farewell_within(code: Option<CloseCode>) -> Duration {
    match code {
        Some(CloseCode::Revoked) => FAREWELL_REVOKED,
        _ => FAREWELL,
    }
}

impl Socket {
    fn new(live: Arc<Shared>, caller: Caller, intake: Intake) -> Self {
        let id = live.next_socket();
        // Consecutive sockets land far from each other.
        let spread = id.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
        let stagger = Duration::from_millis(spread % (limits::POLL_EVERY.as_millis() as u64 / 2));
        Self {
            id,
            live,
            lang: Lang::default(),
            bell: Arc::default(),
            session: Session::new(stagger),
            outbox: Outbox::default(),
            intake,
            began: Instant::now(),
            caller,
            known: None,
            subscribed: Vec::new(),
            close: None,
            presence_news: 0,
        }
    }

    /// Until the socket is to be closed; `false` if the client can no longer be reached.
    async fn run<T: Transport>(&mut self, transport: &mut T) -> bool {
        let (bell, draining) = (self.bell.clone(), self.live.draining.clone());
        let draining = draining.cancelled();
        let timer = tokio::time::sleep_until(self.wake_at());
        tokio::pin!(draining, timer);
        loop {
            let more = self.pull().await;
            if self.close.is_some() {
                return self.finish(transport).await;
            }
            if self.outbox.waiting() > limits::WAITING_BYTES_MAX {
                self.close = Some(CloseCode::Slow);
                return false;
            }
            let wake_at = self.wake_at();
            if wake_at != timer.deadline() {
                timer.as_mut().reset(wake_at);
            }
            tokio::select! {
                biased;
                () = &mut draining => self.session.leave(CloseCode::Draining),
                heard = self.outbox.exchange(transport, &mut self.intake) => match heard {
                    Heard::Message(Message::Text(text)) => self.received(&text),
                    Heard::Message(Message::Binary(_)) => self.session.refuse(Fault::NotText.alone()),
                    // The transport answers pings; they cost as much as a frame.
                    Heard::Message(_) => _ = self.session.counted(self.elapsed()),
                    Heard::Endless => self.session.refuse(Fault::TooLarge.alone()),
                    Heard::Unreadable => self.session.refuse(Fault::Malformed.alone()),
                    Heard::Wrote => {}
                    Heard::Gone => return false,
                },
                () = bell.rung() => self.woken(),
                () = &mut timer => {
                    if self.outbox.too_slow_at().is_some_and(|at| at <= Instant::now()) {
                        self.close = Some(CloseCode::Slow);
                        return true;
                    }
                    self.session.tick(self.elapsed());
                }
                () = std::future::ready(()), if more => {}
            }
            self.perform();
        }
    }

    /// Writes what must not be lost before the close.
    async fn finish<T: Transport>(&mut self, transport: &mut T) -> bool {
        let within = farewell_within(self.close);
        tokio::time::timeout(within, self.outbox.flush(transport)).await.unwrap_or(false)
    }

    fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    fn wake_at(&self) -> Instant {
        let unsettled = self.unsettled_at().unwrap_or(Duration::MAX);
        let tick = self.session.next_tick().min(unsettled).min(Duration::from_secs(86_400));
        let slow = self.outbox.too_slow_at();
        slow.map_or(self.began + tick, |slow| slow.min(self.began + tick))
    }

    fn received(&mut self, text: &str) {
        let cursors = ForViewer { live: &self.live, known: self.known.as_ref() };
        self.session.received(text, self.began.elapsed(), &cursors);
    }

    /// Something happened in a topic, or to the viewer's access.
    fn woken(&mut self) {
        self.live.woke();
        if self.known.as_ref().is_some_and(|known| known.seat.is_lost()) {
            return self.session.leave(CloseCode::Replaced);
        }
        for subscribed in &mut self.subscribed {
            let head = subscribed.topic.listeners.head();
            if head > subscribed.head {
                subscribed.head = head;
                self.session.woken(subscribed.s);
            }
        }
        let news = self.live.presence.news();
        if std::mem::replace(&mut self.presence_news, news) != news {
            self.tell_presence();
        }
    }

    fn tell_presence(&mut self) {
        for subscribed in &mut self.subscribed {
            let Some(told) = self.live.presence.told(&subscribed.topic.name) else { continue };
            let (version, text) = told.presence;
            if std::mem::replace(&mut subscribed.presence, version) != version {
                self.outbox.latest(Latest::Presence(subscribed.s), text);
            }
            let (version, text) = told.typing;
            if std::mem::replace(&mut subscribed.typing, version) != version {
                self.outbox.latest(Latest::Typing(subscribed.s), text);
            }
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        while let Some(s) = self.subscribed.first().map(|subscribed| subscribed.s) {
            self.release(s);
        }
        if let Some(known) = &self.known {
            self.live.hub.leave_access(&known.interest, None, self.id);
        }
    }
}
