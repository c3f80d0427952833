//! The places that a person has for sockets, and how a socket takes the place of another that was lost.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use types::PersonId;
use uuid::Uuid;

use crate::{bell::Bell, limits};

/// Who sits where.
pub(crate) struct Seats {
    service: &'static str,
    taken: Mutex<HashMap<PersonId, Vec<Arc<Sitter>>>>,
}

/// A socket in its place.
#[derive(Debug)]
struct Sitter {
    session: Uuid,
    bell: Arc<Bell>,
    replaced: AtomicBool,
}

/// One of the places of a person. It is free again when this is dropped.
pub(crate) struct Seat {
    seats: Arc<Seats>,
    person: PersonId,
    sitter: Arc<Sitter>,
}

impl Seats {
    pub(crate) fn new(service: &'static str) -> Self {
        Self { service, taken: Mutex::default() }
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<PersonId, Vec<Arc<Sitter>>>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for the session, if the person has one left or `replaces` names the session of another socket of theirs,
    /// which then rings for that one to see that it has lost its place.
    pub(crate) fn take(
        self: &Arc<Self>,
        person: PersonId,
        session: Uuid,
        bell: Arc<Bell>,
        replaces: Option<Uuid>,
    ) -> Option<Seat> {
        let mut taken = self.taken();
        let of_person = taken.entry(person).or_default();
        if let Some(at) = of_person.iter().position(|sitter| Some(sitter.session) == replaces) {
            let replaced = of_person.swap_remove(at);
            replaced.replaced.store(true, Ordering::Release);
            replaced.bell.ring();
        }
        if of_person.len() >= limits::SOCKETS_PER_PERSON_MAX {
            return None;
        }
        let sitter = Arc::new(Sitter { session, bell, replaced: AtomicBool::new(false) });
        of_person.push(sitter.clone());
        metrics::gauge!("erfa_live_sockets", "service" => self.service).increment(1);
        Some(Seat { seats: self.clone(), person, sitter })
    }

    /// How many are taken.
    pub(crate) fn count(&self) -> usize {
        self.taken().values().map(Vec::len).sum()
    }
}

impl Seat {
    /// Whether another socket has taken this place.
    pub(crate) fn is_lost(&self) -> bool {
        self.sitter.replaced.load(Ordering::Acquire)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken();
        if let Some(of_person) = taken.get_mut(&self.person) {
            of_person.retain(|sitter| !Arc::ptr_eq(sitter, &self.sitter));
            if of_person.is_empty() {
                taken.remove(&self.person);
            }
        }
        metrics::gauge!("erfa_live_sockets", "service" => self.seats.service).decrement(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uuid(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    #[tokio::test]
    async fn a_place_passes_on_to_the_socket_that_names_its_holder_and_to_no_stranger() {
        let seats = Arc::new(Seats::new("test"));
        let [person, other] = [1, 2].map(|number| PersonId::from_uuid(uuid(number)));
        let bells: Vec<Arc<Bell>> = (0..limits::SOCKETS_PER_PERSON_MAX).map(|_| Arc::default()).collect();
        let take = |person, session, replaces: Option<u128>| {
            seats.take(person, uuid(session), Arc::default(), replaces.map(uuid))
        };
        let mut held: Vec<Seat> = bells
            .iter()
            .zip(100..)
            .map(|(bell, session)| seats.take(person, uuid(session), bell.clone(), None).unwrap())
            .collect();
        assert!(take(person, 200, None).is_none() && take(person, 200, Some(99)).is_none());
        let stranger = take(other, 300, Some(101)).unwrap();
        assert!(held.iter().all(|seat| !seat.is_lost()), "another person's place is not theirs to take");

        let heir = take(person, 200, Some(101)).unwrap();
        assert!(held[1].is_lost() && !held[0].is_lost() && !heir.is_lost());
        bells[1].rung().await;
        assert_eq!(seats.count(), limits::SOCKETS_PER_PERSON_MAX + 1);
        drop(held.remove(1));
        assert_eq!(seats.count(), limits::SOCKETS_PER_PERSON_MAX + 1, "it was not free");
        assert!(take(person, 201, Some(101)).is_none(), "it passes on once");
        drop(heir);
        assert!(take(person, 201, None).is_some());
        drop((held, stranger));
        assert_eq!(seats.count(), 0);
        assert!(seats.taken().is_empty());
    }
}
