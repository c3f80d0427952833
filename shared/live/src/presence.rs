//! Who is there and who is writing. It is never in the log, and it expires.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::extract::ws::Utf8Bytes;
use tokio::time::Instant;
use types::PersonId;

use crate::protocol::{PersonHere, PresenceState, ServerFrame};

/// How long presence holds without being said again.
pub(crate) const PRESENCE_FOR: Duration = Duration::from_secs(60);
/// How long typing holds without being said again.
pub(crate) const TYPING_FOR: Duration = Duration::from_secs(6);
/// How often a topic's changes are told.
pub(crate) const TELL_EVERY: Duration = Duration::from_millis(500);
/// How often those of a crowd are told.
pub(crate) const TELL_CROWD_EVERY: Duration = Duration::from_secs(5);

/// Someone in a topic, as others are told of them.
#[derive(Clone, Debug)]
pub(crate) struct Someone {
    pub(crate) person: PersonId,
    pub(crate) name: Arc<str>,
    pub(crate) agency: Arc<str>,
}

#[derive(Debug)]
struct Here {
    who: Someone,
    state: PresenceState,
    until: Instant,
    typing_until: Option<Instant>,
}

/// What a topic's listeners are to be told: frames, each with the number of its version.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) presence: (u64, Utf8Bytes),
    pub(crate) typing: (u64, Utf8Bytes),
}

#[derive(Debug, Default)]
struct Room {
    by_socket: HashMap<u64, Here>,
    changed: bool,
    told: Option<Told>,
    told_at: Option<Instant>,
}

/// Who is there and who is writing, in every topic.
pub(crate) struct Presence {
    rooms: Mutex<HashMap<Arc<str>, Room>>,
    /// How often there was something new to tell in any of them.
    news: AtomicU64,
    crowd_limit: usize,
    names: bool,
}

impl Presence {
    pub(crate) fn new(crowd_limit: usize, names: bool) -> Self {
        Self { rooms: Mutex::default(), news: AtomicU64::new(0), crowd_limit, names }
    }

    fn rooms(&self) -> MutexGuard<'_, HashMap<Arc<str>, Room>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody says how they are there.
    pub(crate) fn is_here(&self, topic: &Arc<str>, socket: u64, who: Someone, state: PresenceState, now: Instant) {
        if state == PresenceState::Gone {
            return self.leave(topic, socket);
        }
        let mut rooms = self.rooms();
        let room = rooms.entry(topic.clone()).or_default();
        let until = now + PRESENCE_FOR;
        match room.by_socket.get_mut(&socket) {
            Some(here) => {
                room.changed |= here.state != state;
                (here.state, here.until) = (state, until);
            }
            None => {
                room.by_socket.insert(socket, Here { who, state, until, typing_until: None });
                room.changed = true;
            }
        }
    }

    /// Somebody says that they are writing, and thereby that they are there.
    pub(crate) fn is_typing(&self, topic: &Arc<str>, socket: u64, who: Someone, now: Instant) {
        let mut rooms = self.rooms();
        let room = rooms.entry(topic.clone()).or_default();
        let until = now + PRESENCE_FOR;
        let here = room.by_socket.entry(socket).or_insert_with(|| Here {
            who,
            state: PresenceState::Here,
            until,
            typing_until: None,
        });
        room.changed |= here.typing_until.is_none() || here.state != PresenceState::Here;
        (here.state, here.until, here.typing_until) = (PresenceState::Here, until, Some(now + TYPING_FOR));
    }

    /// A socket has left a topic.
    pub(crate) fn leave(&self, topic: &str, socket: u64) {
        if let Some(room) = self.rooms().get_mut(topic) {
            room.changed |= room.by_socket.remove(&socket).is_some();
        }
    }

    /// Lets expire what has expired, and says in which topics there is something new to tell.
    pub(crate) fn sweep(&self, now: Instant) -> Vec<Arc<str>> {
        let mut rooms = self.rooms();
        let mut news = Vec::new();
        rooms.retain(|topic, room| {
            room.expire(now);
            let every = if room.people() > self.crowd_limit { TELL_CROWD_EVERY } else { Duration::ZERO };
            if room.changed && room.told_at.is_none_or(|told| now >= told + every) {
                room.tell(topic, if self.names { self.crowd_limit } else { 0 }, now);
                news.push(topic.clone());
            }
            // An empty room is kept until its emptiness has been told, and then for as long as somebody may ask.
            room.changed || !room.by_socket.is_empty() || room.told_at.is_some_and(|told| now < told + PRESENCE_FOR)
        });
        self.news.fetch_add(news.len() as u64, Ordering::Release);
        news
    }

    /// Changes whenever there is something new to tell, before anybody is woken for it.
    pub(crate) fn news(&self) -> u64 {
        self.news.load(Ordering::Acquire)
    }

    /// What is to be told of a topic; `None` if nobody was there lately.
    pub(crate) fn told(&self, topic: &str) -> Option<Told> {
        self.rooms().get(topic)?.told.clone()
    }
}

impl Room {
    fn expire(&mut self, now: Instant) {
        let before = self.by_socket.len();
        self.by_socket.retain(|_, here| here.until > now);
        self.changed |= self.by_socket.len() < before;
        for here in self.by_socket.values_mut() {
            if here.typing_until.is_some_and(|until| until <= now) {
                here.typing_until = None;
                self.changed = true;
            }
        }
    }

    fn people(&self) -> usize {
        // More sockets than people only where somebody has several windows open: near enough for choosing a pace.
        self.by_socket.len()
    }

    fn tell(&mut self, topic: &str, named_max: usize, now: Instant) {
        let list = |of: &mut dyn Iterator<Item = &Here>| {
            let mut people: BTreeMap<PersonId, PersonHere> = BTreeMap::new();
            for Here { who, state, .. } in of {
                let here = people.entry(who.person).or_insert_with(|| PersonHere {
                    person: who.person,
                    name: who.name.to_string(),
                    agency: who.agency.to_string(),
                    state: *state,
                });
                here.state = here.state.min(*state);
            }
            let count = u32::try_from(people.len()).unwrap_or(u32::MAX);
            (count, people.into_values().collect::<Vec<_>>())
        };
        let (here, who_here) = list(&mut self.by_socket.values());
        let (typing, who_types) = list(&mut self.by_socket.values().filter(|here| here.typing_until.is_some()));
        // Where those who are there are not named, those who write are not either.
        let named = here as usize <= named_max;
        let topic = topic.to_owned();
        let presence = ServerFrame::Presence { topic: topic.clone(), count: here, people: named.then_some(who_here) };
        let typing = ServerFrame::Typing { topic, count: typing, people: named.then_some(who_types) };
        let next = |old: Option<&(u64, Utf8Bytes)>, frame: &ServerFrame| {
            let text = serde_json::to_string(frame).unwrap_or_default();
            match old {
                Some((version, old)) if old.as_str() == text => (*version, old.clone()),
                old => (old.map_or(1, |(version, _)| version + 1), text.into()),
            }
        };
        self.told = Some(Told {
            presence: next(self.told.as_ref().map(|told| &told.presence), &presence),
            typing: next(self.told.as_ref().map(|told| &told.typing), &typing),
        });
        self.told_at = Some(now);
        self.changed = false;
    }
}

#[cfg(test)]
mod tests;
