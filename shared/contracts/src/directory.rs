//! What happens in the directory: agencies, people, their mandates, how they sign in.

mod identities;
mod security;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use types::{AgencyId, ArenaId, Line, MandateId, PersonId, Timestamp};

pub use identities::{
    AccountKey, AssuranceLevel, IdentityEvent, IdentityLinked, IdentityUnlinked, Issuer, OpenIdSignIn, ProviderSession,
    Subject,
};

pub use security::{AccessRefused, DataExported, SecurityEvent, SignInRefusal, SignInRefused};

use crate::{EventDescriptor, EventSet, event_set::event_set};

/// The name of an agency.
pub type AgencyName = Line<200>;
/// A short name such as `SKV`.
pub type ShortName = Line<40>;
/// The name of a person as others see it.
pub type PersonName = Line<120>;
/// What a person does, in their own words.
pub type Title = Line<120>;
/// A mail address or a web address, checked for its form before it becomes an event.
pub type Address = Line<320>;
/// Why somebody is suspended, in words that they may read.
pub type SuspensionReason = Line<500>;

/// The number by which a Swedish organisation is registered, as `202100-1234`: ten digits with a hyphen before the last
/// four. Checked for its form before it becomes an event.
pub type OrganisationNumber = Line<11>;

/// What kind of body an agency is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AgencyKind {
    /// A state agency.
    #[default]
    State,
    /// A region.
    Region,
    /// A municipality.
    Municipality,
}

impl AgencyKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::State, Self::Region, Self::Municipality];

    /// Its name in files, API and forms, and the end of its key in the catalogues (`agency-kind-<name>`).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Region => "region",
            Self::Municipality => "municipality",
        }
    }
}

/// What a mandate lets its holder do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Takes part in the exchange for their agency.
    Participant,
    /// Grants and ends the mandates of their agency's people.
    ContactPerson,
    /// Answers recommendations for their agency.
    Leadership,
    /// Keeps their agency's portfolio of digital investments, and speaks for it in dialogues.
    PortfolioLead,
    /// Gives second opinions on other agencies' investments.
    Reviewer,
    /// Runs the exchange.
    Secretariat,
    /// Keeps the public records of the exchange.
    Registrar,
    /// Runs the system. Sees no content by this mandate.
    Administrator,
    /// Lets their agency's programs in, with tokens that they answer for. Sees no content by this mandate.
    Integrator,
}

impl Role {
    /// All of them, in the order in which they are listed.
    pub const ALL: [Self; 9] = [
        Self::Participant,
        Self::ContactPerson,
        Self::Leadership,
        Self::PortfolioLead,
        Self::Reviewer,
        Self::Secretariat,
        Self::Registrar,
        Self::Administrator,
        Self::Integrator,
    ];

    /// Its name in API and forms, and the end of its key in the catalogues (`role-<name>`).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Participant => "participant",
            Self::ContactPerson => "contact-person",
            Self::Leadership => "leadership",
            Self::PortfolioLead => "portfolio-lead",
            Self::Reviewer => "reviewer",
            Self::Secretariat => "secretariat",
            Self::Registrar => "registrar",
            Self::Administrator => "administrator",
            Self::Integrator => "integrator",
        }
    }

    /// Whether whoever holds a mandate of it takes part in the exchange: reads what is for all who do, and writes.
    pub const fn takes_part(self) -> bool {
        !matches!(self, Self::Administrator | Self::Integrator)
    }

    /// Whether an agency decides itself who holds it, through its contact person; else the secretariat decides.
    pub const fn is_of_agency(self) -> bool {
        matches!(
            self,
            Self::Participant | Self::ContactPerson | Self::Leadership | Self::PortfolioLead | Self::Integrator
        )
    }

    /// Whether its holder may let a colleague hold it for a time.
    pub const fn may_be_delegated(self) -> bool {
        matches!(self, Self::ContactPerson | Self::Leadership | Self::PortfolioLead | Self::Registrar)
    }
}

/// An agency was entered into the directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AgencyRegistered {
    /// Its name.
    pub name: AgencyName,
    /// Its short name.
    pub short_name: Option<ShortName>,
    /// Its web site.
    pub website: Option<Address>,
    /// Names that it had before, or is also known by.
    pub other_names: Vec<AgencyName>,
    /// What kind of body it is.
    pub kind: AgencyKind,
    /// Its organisation number, if it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation_number: Option<OrganisationNumber>,
}

/// An agency got another name; the former one stays known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AgencyRenamed {
    /// The name from now on.
    pub name: AgencyName,
    /// The name until now.
    pub former_name: AgencyName,
}

/// What is known of an agency beside its name became something else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AgencyDetailsChanged {
    /// Its short name.
    pub short_name: Option<ShortName>,
    /// Its web site.
    pub website: Option<Address>,
    /// Names that it had before, or is also known by.
    pub other_names: Vec<AgencyName>,
    /// What kind of body it is; absent where it was not said anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<AgencyKind>,
    /// Its organisation number; absent where it was not said anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation_number: Option<OrganisationNumber>,
}

/// How an agency came to be followed by another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Succession {
    /// It became one with others.
    Merged,
    /// Another one took over what it did.
    TakenOver,
}

impl Succession {
    /// Its name in API and forms, and the end of its key in the catalogues (`succession-<name>`).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Merged => "merged",
            Self::TakenOver => "taken-over",
        }
    }
}

/// An agency is no more, and another one follows it. What was written for it stays with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AgencySucceeded {
    /// The agency that follows it.
    pub successor: AgencyId,
    /// How that came to be.
    pub how: Succession,
}

/// An agency is no more, and none follows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AgencyClosed {}

event_set! {
    /// What can happen to an agency.
    pub enum AgencyEvent of "directory" in "agency" {
        Registered(AgencyRegistered) = "agency-registered.v1" for Participants,
        Renamed(AgencyRenamed) = "agency-renamed.v1" for Participants,
        DetailsChanged(AgencyDetailsChanged) = "agency-details-changed.v1" for Participants,
        Succeeded(AgencySucceeded) = "agency-succeeded.v1" for Participants,
        Closed(AgencyClosed) = "agency-closed.v1" for Participants,
    }
}

/// A person was invited into the exchange.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PersonInvited {
    /// Where sign-in links for them go. `None` for the first member of the secretariat, whose link is printed.
    pub email: Option<Address>,
    /// The agency that they are invited for, and whose people may see the invitation.
    pub agency: AgencyId,
}

/// A person took the invitation and said who they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PersonJoined {
    /// Their name.
    pub name: PersonName,
    /// What they do.
    pub title: Option<Title>,
}

/// A person began to work for an agency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AffiliationStarted {
    /// The agency.
    pub agency: AgencyId,
}

/// A person no longer works for an agency. What they wrote stays with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AffiliationEnded {
    /// The agency.
    pub agency: AgencyId,
}

/// A person was given a mandate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MandateGranted {
    /// Its id.
    pub mandate: MandateId,
    /// What it lets them do.
    pub role: Role,
    /// For which agency.
    pub agency: AgencyId,
    /// From when.
    pub from: Timestamp,
    /// Until when, exclusive; `None` until it is ended.
    pub until: Option<Timestamp>,
}

/// The holder of a mandate let a colleague hold it too, for a time. It ends with the mandate that it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MandateDelegated {
    /// Its own id.
    pub mandate: MandateId,
    /// The mandate that it comes from.
    pub of: MandateId,
    /// Who holds that one.
    pub by: PersonId,
    /// What it lets its holder do.
    pub role: Role,
    /// For which agency.
    pub agency: AgencyId,
    /// From when.
    pub from: Timestamp,
    /// Until when, exclusive.
    pub until: Timestamp,
}

/// A person is shut out: no session and no token of theirs works any longer, and none is begun until this ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PersonSuspended {
    /// Why. They are told.
    pub reason: SuspensionReason,
    /// Until when, exclusive; `None` until they are reinstated.
    pub until: Option<Timestamp>,
}

/// A suspended person may come in again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PersonReinstated {}

/// A mandate ended before its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MandateEnded {
    /// Which.
    pub mandate: MandateId,
}

/// A person changed what others see of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProfileChanged {
    /// Their name.
    pub name: PersonName,
    /// What they do.
    pub title: Option<Title>,
}

event_set! {
    /// What can happen to a person.
    pub enum PersonEvent of "directory" in "person" {
        Invited(PersonInvited) = "person-invited.v1" for Agency,
        Joined(PersonJoined) = "person-joined.v1" for Participants,
        AffiliationStarted(AffiliationStarted) = "affiliation-started.v1" for Participants,
        AffiliationEnded(AffiliationEnded) = "affiliation-ended.v1" for Participants,
        MandateGranted(MandateGranted) = "mandate-granted.v1" for Participants,
        MandateDelegated(MandateDelegated) = "mandate-delegated.v1" for Participants,
        MandateEnded(MandateEnded) = "mandate-ended.v1" for Participants,
        Suspended(PersonSuspended) = "person-suspended.v1" for Secretariat,
        Reinstated(PersonReinstated) = "person-reinstated.v1" for Secretariat,
        ProfileChanged(ProfileChanged) = "profile-changed.v1" for Participants,
    }
}

/// The SHA-256 of a secret, in lower-case hexadecimal. The secret itself is never stored.
pub type SecretHash = Line<64>;

/// A one-time sign-in link was made. Its stream's id is the id of the session that it may open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SignInLinkIssued {
    /// For whom.
    pub person: PersonId,
    /// Of the secret in the link.
    pub link: SecretHash,
    /// Of the secret of the browser that asked; `None` for a link that was printed.
    pub browser: Option<SecretHash>,
    /// After this it no longer works.
    pub expires_at: Timestamp,
}

/// A person signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SignedIn {
    /// Who.
    pub person: PersonId,
    /// Of the secret in the session's cookie.
    pub secret: SecretHash,
    /// After this they have to sign in again.
    pub expires_at: Timestamp,
    /// The provider that vouched for them; `None` if they followed a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub openid: Option<OpenIdSignIn>,
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SessionEnd {
    /// Its person signed out.
    SignedOut,
    /// Its person ended it from another browser.
    EndedByPerson,
    /// The OpenID provider that had vouched for its person ended it.
    EndedByProvider,
    /// An administrator ended it.
    EndedByAdministrator,
}

/// A session ended before its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SessionRevoked {
    /// Why.
    pub reason: SessionEnd,
}

event_set! {
    /// What can happen to a session, from the link that opens it to its end.
    pub enum SessionEvent of "directory" in "session" {
        LinkIssued(SignInLinkIssued) = "sign-in-link-issued.v1" for System,
        SignedIn(SignedIn) = "signed-in.v1" for System,
        Revoked(SessionRevoked) = "session-revoked.v1" for System,
    }
}

/// What an API token may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Read what its person may read.
    Read,
    /// Write what its person may write.
    Write,
}

impl Scope {
    /// Its name on the command line and in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// An API token was issued to a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TokenIssued {
    /// To whom.
    pub person: PersonId,
    /// What they call it.
    pub label: Line<80>,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// Of the token's secret.
    pub secret: SecretHash,
    /// After this it no longer works.
    pub expires_at: Timestamp,
    /// The agency whose program it is for: it then acts for the agency, works as long as its person holds a mandate as
    /// its integrator, and does nothing that needs another mandate. `None` for a token of the person's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integration: Option<AgencyId>,
    /// The arenas that it is for; `None` for all that its person may read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arenas: Option<Vec<ArenaId>>,
}

/// An API token got another secret. The one before works for a short while more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TokenRotated {
    /// Of the new secret.
    pub secret: SecretHash,
    /// After this the new secret no longer works.
    pub expires_at: Timestamp,
    /// After this the secret before it no longer works.
    pub former_until: Timestamp,
}

/// An API token was used on this day, for the first time since the one noted before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TokenUsed {
    /// When, on that day.
    pub at: Timestamp,
}

/// An API token was revoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TokenRevoked {}

event_set! {
    /// What can happen to an API token.
    pub enum TokenEvent of "directory" in "token" {
        Issued(TokenIssued) = "token-issued.v1" for System,
        Rotated(TokenRotated) = "token-rotated.v1" for System,
        Used(TokenUsed) = "token-used.v1" for System,
        Revoked(TokenRevoked) = "token-revoked.v1" for System,
    }
}

/// Every event type of the directory.
pub fn descriptors() -> impl Iterator<Item = &'static EventDescriptor> {
    let people = [AgencyEvent::DESCRIPTORS, PersonEvent::DESCRIPTORS];
    let signing_in =
        [IdentityEvent::DESCRIPTORS, SessionEvent::DESCRIPTORS, TokenEvent::DESCRIPTORS, SecurityEvent::DESCRIPTORS];
    people.into_iter().chain(signing_in).flatten()
}
