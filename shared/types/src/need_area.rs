//! The five areas that needs are brought up in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A need area (behovsområde).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, utoipa::ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum NeedArea {
    /// Arbetssätt.
    WaysOfWorking,
    /// Styrning och ledning.
    GovernanceAndLeadership,
    /// Kompetens.
    Competence,
    /// Resultat.
    Results,
    /// Förutsättningsskapande.
    Preconditions,
}

impl NeedArea {
    /// All of them, in the order in which pages show them.
    pub const ALL: [Self; 5] =
        [Self::WaysOfWorking, Self::GovernanceAndLeadership, Self::Competence, Self::Results, Self::Preconditions];

    /// Its name in API and forms, and the end of its key in the catalogues (`need-area-<name>`).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WaysOfWorking => "ways-of-working",
            Self::GovernanceAndLeadership => "governance-and-leadership",
            Self::Competence => "competence",
            Self::Results => "results",
            Self::Preconditions => "preconditions",
        }
    }
}
