//! Identifiers: UUID version 7, one type for each kind of thing.

use std::{
    fmt,
    str::FromStr,
    sync::atomic::{AtomicU64, Ordering},
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, utoipa::ToSchema,
        )]
        #[serde(transparent)]
        #[schemars(transparent)]
        #[schema(value_type = String, format = Uuid)]
        pub struct $name(Uuid);

        impl $name {
            /// The id with this UUID.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// A new id.
            pub fn new(ids: &dyn Ids) -> Self {
                Self(ids.uuid())
            }

            /// An id that is always the same for the same `seed` and `purpose`, so that a command that is sent
            /// again names the same things.
            pub fn derived(seed: Uuid, purpose: &str) -> Self {
                Self(crate::digest_id::derive(seed, purpose))
            }

            /// The UUID.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )*};
}

ids! {
    /// An agency.
    AgencyId;
    /// A person.
    PersonId;
    /// A mandate that a person holds.
    MandateId;
    /// An account at an OpenID provider.
    IdentityId;
    /// A signed-in browser.
    SessionId;
    /// An API token.
    TokenId;
    /// An arena.
    ArenaId;
    /// A discussion thread.
    ThreadId;
    /// A post in a thread.
    PostId;
    /// An event.
    EventId;
    /// A commit: the events that one command caused. Its maker chooses it, and sends it again on a retry.
    CommitId;
    /// One life of a log: a restored log that lost something starts a new one.
    LogEpoch;
}

/// Where new identifiers come from.
pub trait Ids: Send + Sync + 'static {
    /// A UUID version 7 that this source has not given before.
    fn uuid(&self) -> Uuid;
}

/// Identifiers from the wall clock and the operating system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemIds;

impl Ids for SystemIds {
    #[expect(clippy::disallowed_methods, reason = "the one place that makes ids from the clock and randomness")]
    fn uuid(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// Identifiers that count up, for tests that repeat exactly.
#[derive(Debug, Default)]
pub struct SequentialIds(AtomicU64);

impl Ids for SequentialIds {
    fn uuid(&self) -> Uuid {
        let count = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        uuid::Builder::from_unix_timestamp_millis(1_700_000_000_000 + count, &count.to_be_bytes_10()).into_uuid()
    }
}

trait TenBytes {
    fn to_be_bytes_10(self) -> [u8; 10];
}

impl TenBytes for u64 {
    fn to_be_bytes_10(self) -> [u8; 10] {
        let mut bytes = [0; 10];
        bytes[2..].copy_from_slice(&self.to_be_bytes());
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequential_ids_differ_and_repeat() {
        let (one, two) = (SequentialIds::default(), SequentialIds::default());
        let first: Vec<_> = (0..3).map(|_| one.uuid()).collect();
        let second: Vec<_> = (0..3).map(|_| two.uuid()).collect();
        assert_eq!(first, second);
        assert!(first.is_sorted() && first[0] != first[1]);
        assert_eq!(first[0].get_version_num(), 7);
    }

    #[test]
    fn a_derived_id_depends_on_seed_and_purpose() {
        let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(PostId::derived(a, "post"), PostId::derived(a, "post"));
        assert_ne!(PostId::derived(a, "post"), PostId::derived(b, "post"));
        assert_ne!(PostId::derived(a, "post"), PostId::derived(a, "thread"));
    }
}
