//! What answers have in common.

use access::Reading;
use contracts::directory::{Role, Scope};
use event_sourcing::ViewError;
use http::HeaderName;
use serde::{Deserialize, Serialize};
use service_kit::{Problem, problems};
use types::Position;
use utoipa::ToSchema;

/// That something was done which has no answer of its own.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Written {
    /// Read with `at-least` this, and what was done is there.
    pub(super) cursor: String,
}

impl Written {
    /// What was done, by where it stands: never as a number.
    pub(super) fn at(reading: &Reading, position: Position) -> Self {
        Self { cursor: reading.cursor_at(position) }
    }
}

/// Where a read stands: the cursor of the snapshot that it was answered from.
pub(super) fn read_at(reading: &Reading) -> [(HeaderName, String); 1] {
    [(HeaderName::from_static("erfa-cursor"), reading.cursor())]
}

/// Refuses what is asked with a token: what one carries elsewhere opens no further ways in, so that one that leaked does
/// not live on in another.
pub(super) fn at_browser(reading: &Reading) -> Result<(), Problem> {
    let refused = || Problem::new(&problems::FORBIDDEN).detail("a token makes no tokens: sign in with a browser");
    reading.viewer.is_at_browser().then_some(()).ok_or_else(refused)
}

/// There is no such thing, or it is not for whoever asks.
pub(super) fn not_found() -> Problem {
    Problem::new(&problems::NOT_FOUND)
}

/// A view that can't be read.
pub(super) fn unreadable(error: ViewError) -> Problem {
    access::problems::view_problem(&error)
}

/// What a mandate lets its holder do.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = Role)]
pub(super) enum RoleName {
    /// Takes part in the exchange for their agency.
    Participant,
    /// Grants and ends the mandates of their agency's people.
    ContactPerson,
    /// Answers recommendations for their agency.
    Leadership,
    /// Keeps their agency's portfolio of digital investments.
    PortfolioLead,
    /// Gives second opinions on other agencies' investments.
    Reviewer,
    /// Runs the exchange.
    Secretariat,
    /// Keeps the public records of the exchange.
    Registrar,
    /// Runs the system.
    Administrator,
    /// Lets their agency's programs in.
    Integrator,
}

impl From<Role> for RoleName {
    fn from(role: Role) -> Self {
        match role {
            Role::Participant => Self::Participant,
            Role::ContactPerson => Self::ContactPerson,
            Role::Leadership => Self::Leadership,
            Role::PortfolioLead => Self::PortfolioLead,
            Role::Reviewer => Self::Reviewer,
            Role::Secretariat => Self::Secretariat,
            Role::Registrar => Self::Registrar,
            Role::Administrator => Self::Administrator,
            Role::Integrator => Self::Integrator,
        }
    }
}

/// What an API token may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = Scope)]
pub(super) enum ScopeName {
    /// Read what its person may read.
    Read,
    /// Write what its person may write.
    Write,
}

impl From<Scope> for ScopeName {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Read => Self::Read,
            Scope::Write => Self::Write,
        }
    }
}

impl From<ScopeName> for Scope {
    fn from(scope: ScopeName) -> Self {
        match scope {
            ScopeName::Read => Self::Read,
            ScopeName::Write => Self::Write,
        }
    }
}
