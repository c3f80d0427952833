//! Accounts at OpenID providers: whose they are, and how they opened a session.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use types::{Line, PersonId, Timestamp};

use crate::event_set::event_set;

/// The issuer identifier of a provider, as it writes it itself.
pub type Issuer = Line<500>;
/// What an account is called at its provider: its subject, or what the settings name instead. Never a mail address.
pub type AccountKey = Line<320>;
/// A subject of a provider.
pub type Subject = Line<255>;
/// The id of a session at a provider.
pub type ProviderSession = Line<255>;
/// A level of assurance (`acr`).
pub type AssuranceLevel = Line<255>;

/// An account at a provider became a person's. Its stream's id follows from issuer and account, so that it can be
/// linked to one person alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IdentityLinked {
    /// Whose it is.
    pub person: PersonId,
    /// The provider.
    pub issuer: Issuer,
    /// The account there.
    pub account: AccountKey,
}

/// An account at a provider is nobody's any longer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IdentityUnlinked {
    /// Whose it was.
    pub person: PersonId,
}

event_set! {
    /// What can happen to an account at a provider.
    pub enum IdentityEvent of "directory" in "identity" {
        Linked(IdentityLinked) = "identity-linked.v1" for System,
        Unlinked(IdentityUnlinked) = "identity-unlinked.v1" for System,
    }
}

/// How a provider vouched for whoever opened a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OpenIdSignIn {
    /// The provider.
    pub issuer: Issuer,
    /// Who it is there.
    pub subject: Subject,
    /// The session there, by which the provider ends this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<ProviderSession>,
    /// The level of assurance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<AssuranceLevel>,
    /// When they proved themselves there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticated_at: Option<Timestamp>,
}
