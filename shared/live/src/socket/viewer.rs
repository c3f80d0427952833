//! Who is at the other end, and whether they still may be.

use std::time::Duration;

use access::{Credential, PersonViewer, Viewer};
use contracts::Audience;
use event_sourcing::{Snapshot, ViewError};
use types::{Position, Timestamp};

use super::Socket;
use crate::{
    fault::{Fault, Refusal},
    hub::Interest,
    limits,
    protocol::{CloseCode, LimitsFrame, ServerFrame},
    seats::Seat,
    session::{Elapsed, Greeting},
    topics::{self, AccessChange},
};

/// What is known of the client.
pub(super) struct Known {
    pub(super) viewer: Viewer,
    /// When their credential expires.
    pub(super) expires: Option<Timestamp>,
    /// Up to when time alone changes nothing of the viewer, if their session is not used until then.
    settled_until: Timestamp,
    /// What may change their access, and up to where that was looked at.
    pub(super) interest: Interest,
    looked_at: Position,
    pub(super) may_see: MaySee,
    pub(super) seat: Seat,
}

/// Whether the viewer may see the audience of the event before, which is nearly always that of the next: asked anew
/// whenever the viewer's access is looked at again.
#[derive(Default)]
pub(super) struct MaySee(Option<(Audience, bool)>);

impl MaySee {
    pub(super) fn look(&mut self, snapshot: &Snapshot, viewer: &Viewer, audience: Audience) -> Result<bool, ViewError> {
        match self.0 {
            Some((known, may)) if known == audience => Ok(may),
            _ => {
                let may = access::may_see(snapshot, viewer, &audience)?;
                self.0 = Some((audience, may));
                Ok(may)
            }
        }
    }
}

impl Socket {
    /// Answers `hello`.
    pub(super) fn authenticate(&mut self, greeting: &Greeting) {
        self.lang = greeting.lang;
        let asker = self.caller.asker.take();
        let (viewer, expires) = match self.recognise(greeting.token.as_deref()) {
            Ok(Some(recognised)) => recognised,
            Ok(None) => {
                // The socket is closed either way: that it was one too many is met by whoever opens the next.
                _ = asker.filter(|_| greeting.token.is_some()).map(|asker| asker.presented_a_wrong_token());
                return self.session.refuse(Refusal::new(Fault::Unauthorized, "hello", None));
            }
            Err(error) => return self.failed(&error),
        };
        let Some(person) = viewer.signed_in() else { return };
        let session = self.live.options.ids.uuid();
        let seat = self.live.seats.take(person.person, session, self.bell.clone(), greeting.replaces);
        let Some(seat) = seat else {
            return self.session.refuse(Refusal::new(Fault::TooManySockets, "hello", None));
        };
        self.known = Some(Known {
            expires,
            // What happened between the look and the watch is looked at before anything is delivered.
            settled_until: Timestamp::MIN,
            interest: self.watch(person),
            looked_at: Position::START,
            may_see: MaySee::default(),
            viewer,
            seat,
        });
        self.control(&ServerFrame::Welcome {
            session,
            epoch: self.live.epoch,
            heartbeat: limits::HEARTBEAT.as_secs() as u32,
            limits: LimitsFrame {
                subscriptions: limits::SUBSCRIPTIONS_MAX as u32,
                frame_bytes: limits::FRAME_IN_BYTES_MAX as u32,
                frames_per_second: limits::FRAMES_IN_PER_SECOND,
                window: limits::WINDOW_MAX,
                sockets: limits::SOCKETS_PER_PERSON_MAX as u32,
            },
            auth_expires: expires,
        });
        self.session.welcomed(expires.map(|expires| self.time_of(expires)));
    }

    /// Answers `auth`: the token has to be of the same person.
    pub(super) fn renew(&mut self, token: &str) {
        let recognised = self.recognise(Some(token));
        let person = self.known.as_ref().and_then(|known| known.viewer.person());
        let (viewer, expires) = match recognised {
            Ok(Some(recognised)) if recognised.0.person() == person => recognised,
            Ok(_) => return self.session.refuse(Refusal::new(Fault::Unauthorized, "auth", None)),
            Err(error) => return self.failed(&error),
        };
        let interest = viewer.signed_in().map(|person| self.watch(person));
        if let (Some(known), Some(interest)) = (&mut self.known, interest) {
            let old = std::mem::replace(&mut known.interest, interest);
            self.live.hub.leave_access(&old, Some(&known.interest), self.id);
            (known.viewer, known.expires, known.settled_until) = (viewer, expires, Timestamp::MIN);
            known.may_see = MaySee::default();
        }
        self.session.renewed(expires.map(|expires| self.time_of(expires)));
    }

    fn recognise(&self, token: Option<&str>) -> Result<Option<(Viewer, Option<Timestamp>)>, ViewError> {
        let snapshot = self.live.door.snapshot()?;
        let Some(viewer) = self.live.door.recognise(&snapshot, &self.caller.cookies, token)? else { return Ok(None) };
        let expires = self.live.door.expires(&snapshot, &viewer)?;
        Ok(Some((viewer, expires)))
    }

    fn watch(&self, person: &PersonViewer) -> Interest {
        let credential = match &person.credential {
            Credential::Session(session) | Credential::SessionToken { session, .. } => AccessChange::Session(*session),
            Credential::Token { id, .. } => AccessChange::Token(*id),
        };
        self.live.hub.watch_access(&[AccessChange::Person(person.person), credential], self.id, &self.bell)
    }

    /// The session's time at a moment of the clock.
    fn time_of(&self, at: Timestamp) -> Elapsed {
        let left = at.duration_since(self.live.door.now());
        self.elapsed() + Duration::try_from(left).unwrap_or_default()
    }

    /// When time alone may change something of the viewer.
    pub(super) fn unsettled_at(&self) -> Option<Elapsed> {
        self.known.as_ref().map(|known| self.time_of(known.settled_until))
    }

    /// The viewer did something, and not only their page.
    pub(super) fn is_used(&self) {
        if let Some(known) = &self.known {
            self.live.door.is_used(&known.viewer);
        }
    }

    /// How far a topic can be read, if it is open to the viewer.
    pub(super) fn is_open(&self, topic: &str) -> Result<Position, Fault> {
        let known = self.known.as_ref().ok_or(Fault::NotFound)?;
        let look = || {
            let snapshot = self.live.door.snapshot()?;
            let open = topics::is_open(&**self.live.hub.topics(), &snapshot, &known.viewer, topic)?;
            Ok(open.then(|| snapshot.position()))
        };
        match look() {
            Ok(open) => open.ok_or(Fault::NotFound),
            Err(error) => {
                complain(&error);
                Err(Fault::Unavailable)
            }
        }
    }

    /// Looks again at what the viewer may see, if that may have changed. Nothing is delivered before. Whether it saw
    /// anything newer than the last time.
    pub(super) fn check_access(&mut self) -> bool {
        let Some(known) = &mut self.known else { return false };
        // What the hub has not heard of, or is about to hear of, may have changed it too.
        let is_told = self.live.hub.applied() >= self.live.door.position();
        let changed_at = known.interest.head();
        if is_told && changed_at <= known.looked_at && self.live.door.now() < known.settled_until {
            return false;
        }
        let look = || {
            let snapshot = self.live.door.snapshot()?;
            let renewed = self.live.door.renew(&snapshot, &known.viewer)?;
            let expires = renewed.as_ref().map(|viewer| self.live.door.expires(&snapshot, viewer)).transpose()?;
            Ok((snapshot, renewed.zip(expires)))
        };
        let Some(idle_at) = self.live.door.idle_at(&known.viewer) else {
            self.session.leave(CloseCode::AuthExpired);
            return false;
        };
        let (snapshot, renewed) = match look() {
            Ok(looked) => looked,
            Err(error) => {
                self.failed(&error);
                return false;
            }
        };
        let Some((viewer, expires)) = renewed else {
            match known.expires.is_some_and(|expires| expires <= self.live.door.now()) {
                true => self.session.leave(CloseCode::AuthExpired),
                false => self.session.refuse(Fault::Revoked.alone()),
            }
            return false;
        };
        let settled_until = viewer.signed_in().map_or(known.settled_until, |viewer| viewer.settled_until);
        known.settled_until = settled_until.min(idle_at);
        let is_news = snapshot.position() > known.looked_at;
        known.looked_at = snapshot.position();
        known.may_see = MaySee::default();
        known.expires = expires;
        known.viewer = viewer;
        let expires_in = expires.map(|expires| self.time_of(expires));
        self.session.renewed(expires_in);
        let Some(Known { viewer, .. }) = &self.known else { return false };
        let is_lost = |topic: &str| {
            let open = topics::is_open(&**self.live.hub.topics(), &snapshot, viewer, topic);
            !open.inspect_err(complain).unwrap_or_default()
        };
        let lost = self.subscribed.iter().filter(|subscribed| is_lost(&subscribed.topic.name));
        let lost: Vec<_> = lost.map(|subscribed| subscribed.s).collect();
        for s in lost {
            self.session.drop_subscription(s, "access-ended", false);
        }
        self.perform();
        is_news
    }

    /// The view can't be read: the client is to come back later.
    pub(super) fn failed(&mut self, error: &ViewError) {
        complain(error);
        self.session.leave(CloseCode::Draining);
    }
}

pub(super) fn complain(error: &ViewError) {
    tracing::error!(%error, "a socket could not be served");
}
