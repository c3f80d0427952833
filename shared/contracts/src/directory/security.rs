//! What the administration has to know of and nothing else tells: refusals, and data that was taken along.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use types::{Line, PersonId};

use crate::event_set::event_set;

/// Why somebody was not signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SignInRefusal {
    /// The link had been used.
    LinkUsed,
    /// The link had expired.
    LinkExpired,
    /// The link was asked for in another browser.
    OtherBrowser,
    /// The secret was not that of the link.
    WrongSecret,
    /// The person is shut out.
    Suspended,
}

/// Somebody was not signed in with a link that was made for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SignInRefused {
    /// For whom the link was made.
    pub person: Option<PersonId>,
    /// Why.
    pub reason: SignInRefusal,
}

/// Somebody who is signed in asked for what is not theirs to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccessRefused {
    /// Who.
    pub person: PersonId,
    /// The route, without what stood in its place: `/admin/people/{person}`.
    pub route: Line<200>,
}

/// What is kept about somebody was handed out as a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DataExported {
    /// About whom.
    pub person: PersonId,
}

event_set! {
    /// What the security log holds beside what happened anyway. A stream is a person's.
    pub enum SecurityEvent of "directory" in "security" {
        SignInRefused(SignInRefused) = "sign-in-refused.v1" for Administration,
        AccessRefused(AccessRefused) = "access-refused.v1" for Administration,
        DataExported(DataExported) = "data-exported.v1" for Administration,
    }
}
