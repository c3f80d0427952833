//! When sessions were last used.
//!
//! A session is used by what its browser asks for, and by what its person does on a socket. A socket that is opened, and
//! stays open, only listens: pages open theirs by themselves, as often as the network breaks.

use quick_cache::sync::Cache;
use types::{SessionId, Timestamp, TokenId};

/// How long a session may lie unused.
pub(crate) const SESSION_IDLE_SECONDS_MAX: i64 = 2 * 60 * 60;
/// How many sessions are watched. Those that fall out, and all after a restart, begin to lie unused anew; what they
/// can't get past is the end that their event set.
const SESSIONS_WATCHED_MAX: usize = 20_000;

/// When each session was last used. It is not in the log, as reading is not an event.
pub(crate) struct LastSeen(Cache<SessionId, Timestamp>);

impl Default for LastSeen {
    fn default() -> Self {
        Self(Cache::new(SESSIONS_WATCHED_MAX))
    }
}

impl LastSeen {
    /// Notes that the session is used now; false if it has lain unused for too long, after which it stays so.
    pub(crate) fn touch(&self, session: SessionId, now: Timestamp) -> bool {
        let in_use = self.is_in_use(session, now);
        if in_use {
            self.0.insert(session, now);
        }
        in_use
    }

    /// When the session will have lain unused for too long, unless it is used; `None` if it has. One that was not watched
    /// is from now on.
    pub(crate) fn idle_at(&self, session: SessionId, now: Timestamp) -> Option<Timestamp> {
        let seen = self.0.get(&session).unwrap_or_else(|| {
            self.0.insert(session, now);
            now
        });
        Some(idle_at(seen)).filter(|idle_at| now < *idle_at)
    }

    fn is_in_use(&self, session: SessionId, now: Timestamp) -> bool {
        self.0.get(&session).is_none_or(|seen| now < idle_at(seen))
    }
}

fn idle_at(seen: Timestamp) -> Timestamp {
    Timestamp::from_second(seen.as_second().saturating_add(SESSION_IDLE_SECONDS_MAX)).unwrap_or(Timestamp::MAX)
}

/// How many uses of tokens wait to be noted; those that fall out are noted when the token is used again.
const TOKENS_USED_MAX: usize = 10_000;

/// Which tokens were used, and when, since that was last taken note of.
pub(crate) struct TokensUsed(Cache<TokenId, Timestamp>);

impl Default for TokensUsed {
    fn default() -> Self {
        Self(Cache::new(TOKENS_USED_MAX))
    }
}

impl TokensUsed {
    pub(crate) fn touch(&self, token: TokenId, now: Timestamp) {
        self.0.insert(token, now);
    }

    pub(crate) fn take(&self) -> Vec<(TokenId, Timestamp)> {
        self.0.drain().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn looking_at_a_session_is_no_use_of_it() {
        let seen = LastSeen::default();
        let session = SessionId::from_uuid(Uuid::from_u128(1));
        let at = |second| Timestamp::from_second(second).unwrap();
        let end = Some(at(10 + SESSION_IDLE_SECONDS_MAX));
        assert_eq!(seen.idle_at(session, at(10)), end);
        assert_eq!(seen.idle_at(session, at(9 + SESSION_IDLE_SECONDS_MAX)), end);
        assert_eq!(seen.idle_at(session, at(10 + SESSION_IDLE_SECONDS_MAX)), None);
        assert!(!seen.touch(session, at(10 + SESSION_IDLE_SECONDS_MAX)));
    }

    #[test]
    fn a_session_that_lay_unused_stays_ended() {
        let seen = LastSeen::default();
        let session = SessionId::from_uuid(Uuid::from_u128(1));
        let at = |second| Timestamp::from_second(second).unwrap();
        assert!(seen.touch(session, at(0)));
        assert!(seen.touch(session, at(SESSION_IDLE_SECONDS_MAX - 1)));
        assert!(seen.touch(session, at(2 * SESSION_IDLE_SECONDS_MAX - 2)));
        assert!(!seen.touch(session, at(3 * SESSION_IDLE_SECONDS_MAX - 2)));
        assert!(!seen.touch(session, at(3 * SESSION_IDLE_SECONDS_MAX - 1)));
        assert!(seen.touch(SessionId::from_uuid(Uuid::from_u128(2)), at(3 * SESSION_IDLE_SECONDS_MAX)));
    }
}
