//! Who has to look again at what they may see.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use types::Position;

use crate::{
    bell::{Bell, Listeners},
    topics::AccessChange,
};

type Channel = (AccessChange, Arc<Listeners>);

/// The sockets by whose access an event may change.
#[derive(Debug, Default)]
pub(super) struct AccessChannels {
    everyone: Arc<Listeners>,
    everyone_touched: AtomicBool,
    channels: Mutex<HashMap<AccessChange, Arc<Listeners>>>,
    /// Those in which something happened that nobody was woken for yet.
    touched: Mutex<Vec<Arc<Listeners>>>,
}

/// What one socket listens to.
#[derive(Debug)]
pub(crate) struct Interest {
    everyone: Arc<Listeners>,
    channels: Vec<Channel>,
}

impl Interest {
    /// The last position at which something happened that may have changed its access.
    pub(crate) fn head(&self) -> Position {
        let heads = self.channels.iter().map(|(_, listeners)| listeners.head());
        heads.fold(self.everyone.head(), Position::max)
    }
}

impl AccessChannels {
    fn channels(&self) -> MutexGuard<'_, HashMap<AccessChange, Arc<Listeners>>> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn touched(&self) -> MutexGuard<'_, Vec<Arc<Listeners>>> {
        self.touched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn listen(&self, of: &[AccessChange], socket: u64, bell: &Arc<Bell>) -> Interest {
        let mut channels = self.channels();
        let channels = of.iter().map(|of| {
            let listeners = channels.entry(*of).or_default();
            listeners.add(socket, bell.clone());
            (*of, listeners.clone())
        });
        let channels = channels.collect();
        self.everyone.add(socket, bell.clone());
        Interest { everyone: self.everyone.clone(), channels }
    }

    pub(super) fn leave(&self, interest: &Interest, keep: Option<&Interest>, socket: u64) {
        if keep.is_none() {
            self.everyone.remove(socket);
        }
        let kept = |of: &AccessChange| keep.is_some_and(|keep| keep.channels.iter().any(|(kept, _)| kept == of));
        let mut channels = self.channels();
        for (of, listeners) in &interest.channels {
            if !kept(of) && listeners.remove(socket) {
                channels.remove(of);
            }
        }
    }

    pub(super) fn reached(&self, change: AccessChange, position: Position) {
        match change {
            AccessChange::None => {}
            AccessChange::Everyone => {
                self.everyone.reached(position);
                self.everyone_touched.store(true, Ordering::Release);
            }
            change => {
                let listeners = self.channels().get(&change).cloned();
                if let Some(listeners) = listeners {
                    listeners.reached(position);
                    self.touched().push(listeners);
                }
            }
        }
    }

    /// Wakes those for whom something happened.
    pub(super) fn ring(&self) {
        if self.everyone_touched.swap(false, Ordering::AcqRel) {
            self.everyone.ring();
        }
        let touched = std::mem::take(&mut *self.touched());
        for listeners in touched {
            listeners.ring();
        }
    }
}
