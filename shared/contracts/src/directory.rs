//! What happens in the directory: agencies, people, their mandates, how they sign in.

mod identities;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use types::{AgencyId, Line, MandateId, PersonId, Timestamp};

pub use identities::{
    AccountKey, AssuranceLevel, IdentityEvent, IdentityLinked, IdentityUnlinked, Issuer, OpenIdSignIn, ProviderSession,
    Subject,
};

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

/// What a mandate lets its holder do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Takes part in the exchange for their agency.
    Participant,
    /// Grants and ends the mandates of their agency's people.
    ContactPerson,
    /// Runs the exchange.
    Secretariat,
}

impl Role {
    /// Its name in API and forms, and the end of its key in the catalogues (`role-<name>`).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Participant => "participant",
            Self::ContactPerson => "contact-person",
            Self::Secretariat => "secretariat",
        }
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
}

event_set! {
    /// What can happen to an agency.
    pub enum AgencyEvent of "directory" in "agency" {
        Registered(AgencyRegistered) = "agency-registered.v1" for Participants,
        Renamed(AgencyRenamed) = "agency-renamed.v1" for Participants,
        DetailsChanged(AgencyDetailsChanged) = "agency-details-changed.v1" for Participants,
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
        MandateEnded(MandateEnded) = "mandate-ended.v1" for Participants,
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
}

/// An API token was revoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TokenRevoked {}

event_set! {
    /// What can happen to an API token.
    pub enum TokenEvent of "directory" in "token" {
        Issued(TokenIssued) = "token-issued.v1" for System,
        Revoked(TokenRevoked) = "token-revoked.v1" for System,
    }
}

/// Every event type of the directory.
pub fn descriptors() -> impl Iterator<Item = &'static EventDescriptor> {
    let people = [AgencyEvent::DESCRIPTORS, PersonEvent::DESCRIPTORS];
    let signing_in = [IdentityEvent::DESCRIPTORS, SessionEvent::DESCRIPTORS, TokenEvent::DESCRIPTORS];
    people.into_iter().chain(signing_in).flatten()
}
