//! The events of one kind of stream, as an enum that is written to and read from the log.

use bytes::Bytes;
use schemars::Schema;

use crate::AudienceRule;

/// What is published about an event type.
#[derive(Clone, Copy, Debug)]
pub struct EventDescriptor {
    /// Its name and version, such as `se.erfa.forum.post-added.v1`.
    pub event_type: &'static str,
    /// The category of the streams that it stands in.
    pub category: &'static str,
    /// The audience that its commits carry.
    pub audience: AudienceRule,
    /// Its JSON Schema.
    pub schema: fn() -> Schema,
}

/// A stored event that can't be read.
#[derive(Debug, thiserror::Error)]
#[error("a stored `{event_type}` can't be read")]
pub struct DecodeError {
    /// The type that it was stored under.
    pub event_type: String,
    /// Why.
    #[source]
    pub source: serde_json::Error,
}

/// The events of one kind of stream.
pub trait EventSet: Sized + Clone + Send + Sync + 'static {
    /// The category of their streams.
    const CATEGORY: types::Category;
    /// What is published about each.
    const DESCRIPTORS: &'static [EventDescriptor];

    /// The event's type and version.
    fn event_type(&self) -> &'static str;
    /// The JSON that is stored.
    fn encode(&self) -> Bytes;
    /// Reads a stored event, of any version ever written; `None` if its type is not of this set.
    fn decode(event_type: &str, data: &[u8]) -> Result<Option<Self>, DecodeError>;
}

macro_rules! event_set {
    (
        $(#[$doc:meta])*
        pub enum $set:ident of $service:literal in $category:literal {
            $($variant:ident($payload:ident) = $name:literal for $audience:ident,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        #[expect(missing_docs, reason = "each variant is its payload")]
        pub enum $set {
            $($variant($payload),)*
        }

        impl $crate::EventSet for $set {
            const CATEGORY: types::Category = types::Category::declared($category);
            const DESCRIPTORS: &'static [$crate::EventDescriptor] = &[
                $($crate::EventDescriptor {
                    event_type: concat!("se.erfa.", $service, ".", $name),
                    category: $category,
                    audience: $crate::AudienceRule::$audience,
                    schema: || schemars::schema_for!($payload),
                },)*
            ];

            fn event_type(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => concat!("se.erfa.", $service, ".", $name),)*
                }
            }

            fn encode(&self) -> bytes::Bytes {
                let json = match self {
                    $(Self::$variant(event) => serde_json::to_vec(event),)*
                };
                json.expect("an event is a plain struct, which is always valid JSON").into()
            }

            fn decode(event_type: &str, data: &[u8]) -> Result<Option<Self>, $crate::DecodeError> {
                let upcast = $crate::upcast::upcast(event_type, data);
                let (event_type, data) = upcast.as_ref().map_or((event_type, data), |(t, d)| (*t, d.as_ref()));
                let read = match event_type {
                    $(concat!("se.erfa.", $service, ".", $name) => serde_json::from_slice(data).map(Self::$variant),)*
                    _ => return Ok(None),
                };
                read.map(Some).map_err(|source| $crate::DecodeError { event_type: event_type.to_owned(), source })
            }
        }

        $(impl From<$payload> for $set {
            fn from(event: $payload) -> Self {
                Self::$variant(event)
            }
        })*
    };
}
pub(crate) use event_set;
