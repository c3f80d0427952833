//! Who asks, as the limits see them.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::extract::FromRequestParts;
use http::{HeaderMap, Method, request::Parts};
use uuid::Uuid;

use super::{RateLimits, answer::Standing, limiter::Limiter};
use crate::{AddressPrefix, Problem};

/// What a secret costs that was not right (a token, a sign-in link), in requests.
const WRONG_SECRET_COSTS: u32 = 20;

/// Who asks, as the limits see them. [`protect`](crate::protect()) puts one among the extensions of each request; what
/// recognises people says who it was. Each request is counted once. Clones are the same one.
#[derive(Clone)]
pub struct Asker(Arc<Inner>);

struct Inner {
    limits: RateLimits,
    prefix: Option<AddressPrefix>,
    counted: Mutex<Counted>,
}

#[derive(Default)]
struct Counted {
    is_counted: bool,
    tightest: Option<Standing>,
}

/// Whether something is read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Read.
    Read,
    /// Written.
    Write,
}

/// Somebody who was recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// Whose session it is, or which token.
    pub credential: Credential,
    /// The agency that they act for.
    pub agency: Uuid,
}

/// By what somebody was recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// A session of this person.
    Person(Uuid),
    /// This token.
    Token(Uuid),
}

impl Access {
    /// What a request of this method does.
    pub fn of(method: &Method) -> Self {
        if method.is_safe() { Self::Read } else { Self::Write }
    }
}

impl Asker {
    /// Somebody at an address, of whom nothing else is known yet.
    pub(crate) fn new(limits: RateLimits, prefix: Option<AddressPrefix>) -> Self {
        Self(Arc::new(Inner { limits, prefix, counted: Mutex::default() }))
    }

    /// The part of their address that limits count by, if they came over a network.
    pub fn prefix(&self) -> Option<AddressPrefix> {
        self.0.prefix
    }

    /// They are signed in: the request is their person's or token's, and their agency's, whatever their address.
    pub fn is_signed_in(&self, who: SignedIn, access: Access) -> Result<(), Problem> {
        if !self.begin() {
            return Ok(());
        }
        let limiters = &self.0.limits.0;
        let (own, id) = match who.credential {
            Credential::Person(id) => (&limiters.person, id),
            Credential::Token(id) => (&limiters.token, id),
        };
        self.take(own.of(access), id.as_u128())?;
        self.take(limiters.agency.of(access), who.agency.as_u128())
    }

    /// They are not signed in: the request is their address's.
    pub fn is_nobody(&self) -> Result<(), Problem> {
        if !self.begin() {
            return Ok(());
        }
        self.take_by_prefix(self.0.limits.0.address.as_ref(), 1)
    }

    /// They take a step to sign in, which has a limit of its own.
    pub fn signs_in(&self) -> Result<(), Problem> {
        self.take_by_prefix(self.0.limits.0.sign_in.as_ref(), 1)
    }

    /// The token that they presented was not right. Beyond the limit that is all they are told.
    pub fn presented_a_wrong_token(&self) -> Result<(), Problem> {
        self.begin();
        self.take_by_prefix(self.0.limits.0.address.as_ref(), WRONG_SECRET_COSTS)
    }

    /// The sign-in link that they opened was not right. Beyond the limit that is all they are told.
    pub fn opened_a_wrong_link(&self) -> Result<(), Problem> {
        self.take_by_prefix(self.0.limits.0.sign_in.as_ref(), WRONG_SECRET_COSTS)
    }

    /// Whether the request has been counted.
    pub(crate) fn is_counted(&self) -> bool {
        self.counted().is_counted
    }

    /// Says how they stand, in the headers of an answer.
    pub(crate) fn tell(&self, headers: &mut HeaderMap) {
        if let Some(tightest) = self.counted().tightest {
            tightest.tell(headers);
        }
    }

    /// Whether this is the first time that the request is counted.
    fn begin(&self) -> bool {
        !std::mem::replace(&mut self.counted().is_counted, true)
    }

    fn take_by_prefix(&self, limiter: Option<&Limiter>, requests: u32) -> Result<(), Problem> {
        let (Some(limiter), Some(prefix)) = (limiter, self.0.prefix) else { return Ok(()) };
        self.note(limiter.take_up_to(prefix.number(), requests))
    }

    fn take(&self, limiter: Option<&Limiter>, key: u128) -> Result<(), Problem> {
        limiter.map_or(Ok(()), |limiter| self.note(limiter.take(key)))
    }

    fn note(&self, taken: Result<Standing, Standing>) -> Result<(), Problem> {
        let mut counted = self.counted();
        match taken {
            Ok(standing) => {
                counted.tightest = Some(counted.tightest.map_or(standing, |before| before.tighter(standing)));
                Ok(())
            }
            Err(standing) => {
                counted.tightest = Some(standing);
                Err(standing.refusal())
            }
        }
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.0.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// For handlers that may be called without [`protect`](crate::protect()) around them, where nothing is limited.
impl<S: Send + Sync> FromRequestParts<S> for Asker {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(parts))
    }
}

impl Asker {
    /// Who sends this request.
    pub fn of(parts: &Parts) -> Self {
        let unlimited = || Self::new(RateLimits::new(&super::Rates::unlimited()), None);
        parts.extensions.get().cloned().unwrap_or_else(unlimited)
    }
}

impl fmt::Debug for Asker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asker").finish_non_exhaustive()
    }
}
