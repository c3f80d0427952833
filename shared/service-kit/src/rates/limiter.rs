//! One limit, and how much each of those whom it counts has used of it.

use std::{convert::Infallible, num::NonZeroU32, sync::Arc, time::Instant};

use governor::{
    Quota, RateLimiter,
    clock::Clock,
    middleware::StateInformationMiddleware,
    nanos::Nanos,
    state::{InMemoryState, NotKeyed, StateStore},
};
use quick_cache::sync::Cache;

use super::{Class, answer::Standing};

/// How many are counted at once for each limit, in a bounded cache: governor's own tables grow with whoever asks. When
/// there are more, those who have asked least of late fall out, and begin anew with a full budget: a stranger who has
/// that many addresses needs no such trick.
pub(super) const COUNTED_MAX: usize = 65_536;
/// The window of all limits.
pub(super) const WINDOW_SECONDS: u64 = 60;

/// A limit: so many requests a minute from each.
pub(super) struct Limiter {
    class: Class,
    per_minute: NonZeroU32,
    used: RateLimiter<u128, Used, RuntimeClock, StateInformationMiddleware>,
}

impl Limiter {
    /// `None` where nothing is limited.
    pub(super) fn new(class: Class, per_minute: u32) -> Option<Self> {
        let per_minute = NonZeroU32::new(per_minute)?;
        let used = Used(Cache::new(COUNTED_MAX));
        Some(Self { class, per_minute, used: RateLimiter::new(Quota::per_minute(per_minute), used, RuntimeClock) })
    }

    /// Takes a request of `key` from its budget, and says how it stands then, also if nothing was left.
    pub(super) fn take(&self, key: u128) -> Result<Standing, Standing> {
        match self.used.check_key(&key) {
            Ok(state) => Ok(self.standing(state.remaining_burst_capacity(), 0)),
            Err(refused) => {
                let wait = refused.wait_time_from(RuntimeClock.now());
                Err(self.standing(0, wait.as_secs() + u64::from(wait.subsec_nanos() > 0)))
            }
        }
    }

    /// Takes one request and, if there is one, as many more as there are, up to `requests` in all.
    pub(super) fn take_up_to(&self, key: u128, requests: u32) -> Result<Standing, Standing> {
        let mut standing = self.take(key)?;
        for _ in 1..requests {
            let Ok(taken) = self.take(key) else { break };
            standing = taken;
        }
        Ok(standing)
    }

    /// How many are counted.
    #[cfg(test)]
    pub(super) fn counted(self) -> usize {
        self.used.into_state_store().0.len()
    }

    fn standing(&self, remaining: u32, retry_after_seconds: u64) -> Standing {
        let quota = self.per_minute.get();
        Standing { class: self.class, quota, remaining, retry_after_seconds: retry_after_seconds.max(1) }
    }
}

/// How much each has used.
struct Used(Cache<u128, Arc<InMemoryState>>);

impl StateStore for Used {
    type Key = u128;

    fn measure_and_replace<T, F, E>(&self, key: &u128, f: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let state = match self.0.get(key) {
            Some(state) => state,
            None => {
                let Ok(state) = self.0.get_or_insert_with(key, || Ok::<_, Infallible>(Arc::default()));
                state
            }
        };
        state.measure_and_replace(&NotKeyed::NonKey, f)
    }
}

/// The runtime's clock, which stands still where tests stop it.
#[derive(Clone, Debug)]
struct RuntimeClock;

impl Clock for RuntimeClock {
    type Instant = Instant;

    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }
}
