//! For whom a commit is.

use serde::{Deserialize, Serialize};
use types::{AgencyId, ArenaId, PersonId};

/// The class of a commit's content. It never changes; what it means at a moment (who is a member, whether the arena is
/// open) is looked up at that moment by `access::visible`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "class", content = "id", rename_all = "kebab-case")]
pub enum Audience {
    /// Everyone, also without signing in.
    Public,
    /// Everyone who takes part in the exchange.
    Participants,
    /// Those who may know that the arena exists.
    ArenaCard(ArenaId),
    /// Those who may read what is in the arena.
    Arena(ArenaId),
    /// The agency's people, and the secretariat.
    Agency(AgencyId),
    /// The agency's leadership, and the secretariat.
    Leadership(AgencyId),
    /// The secretariat.
    Secretariat,
    /// One person.
    Person(PersonId),
    /// Those who run the system: the administrators.
    Administration,
    /// Nobody: Erfa itself.
    System,
}

/// The class that an event type's commits must carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the class of the same name")]
pub enum AudienceRule {
    Public,
    Participants,
    ArenaCard,
    Arena,
    Agency,
    Leadership,
    Secretariat,
    Person,
    Administration,
    System,
}

impl Audience {
    /// The rule that this audience satisfies.
    pub fn rule(&self) -> AudienceRule {
        match self {
            Self::Public => AudienceRule::Public,
            Self::Participants => AudienceRule::Participants,
            Self::ArenaCard(_) => AudienceRule::ArenaCard,
            Self::Arena(_) => AudienceRule::Arena,
            Self::Agency(_) => AudienceRule::Agency,
            Self::Leadership(_) => AudienceRule::Leadership,
            Self::Secretariat => AudienceRule::Secretariat,
            Self::Person(_) => AudienceRule::Person,
            Self::Administration => AudienceRule::Administration,
            Self::System => AudienceRule::System,
        }
    }
}
