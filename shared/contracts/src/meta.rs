//! What is kept with every commit beside its events.

use serde::{Deserialize, Serialize};
use types::{AgencyId, EventId, PersonId, Timestamp, TokenId};
use uuid::Uuid;

use crate::{Audience, directory::Role};

/// Who caused a commit, for whom, and who may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// Who did it.
    pub actor: Actor,
    /// For which agency, in which role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<OnBehalfOf>,
    /// For whom it is.
    pub audience: Audience,
    /// When it happened, as its maker's clock said.
    pub occurred_at: Timestamp,
    /// The event that led to this commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation: Option<EventId>,
    /// What everything that one act of a person led to has in common.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<Uuid>,
    /// What was asked, so that a repeated request is known from a reused key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestDigest>,
    /// The W3C trace context's `traceparent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
}

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Actor {
    /// A person, in a browser or with a token of theirs.
    Person {
        /// Who.
        person: PersonId,
        /// The token that was used, if one was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<TokenId>,
    },
    /// Erfa itself, or its administrator at the command line: the name says which part.
    System {
        /// Such as `import` or `first-start`.
        part: String,
    },
}

/// For whom somebody acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnBehalfOf {
    /// The agency.
    pub agency: AgencyId,
    /// The role in which they did.
    pub role: Role,
}

/// The SHA-256 of a request, in lower-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestDigest(pub String);

impl RequestDigest {
    /// Of the command that a request held, and of what it was about.
    ///
    /// # Panics
    /// If the command can't be written as JSON, which a plain struct always can.
    pub fn of<T: Serialize>(operation: &str, command: &T) -> Self {
        use sha2::{Digest as _, Sha256};
        use std::fmt::Write as _;
        let json = serde_json::to_vec(command).expect("a plain struct is always valid JSON");
        let digest = Sha256::new().chain_update(operation).chain_update([0]).chain_update(json).finalize();
        Self(digest.iter().fold(String::with_capacity(64), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        }))
    }
}

impl Actor {
    /// The person who did it, if it was one.
    pub fn person(&self) -> Option<PersonId> {
        match self {
            Self::Person { person, .. } => Some(*person),
            Self::System { .. } => None,
        }
    }
}

impl Meta {
    /// Of a commit by `actor` for `audience`, with nothing else known.
    pub fn new(actor: Actor, audience: Audience, occurred_at: Timestamp) -> Self {
        Self {
            actor,
            on_behalf_of: None,
            audience,
            occurred_at,
            causation: None,
            correlation: None,
            request: None,
            trace: None,
        }
    }
}
