//! Who is looking.

use std::sync::Arc;

use contracts::directory::{Role, Scope, SecretHash};
use types::{AgencyId, ArenaId, MandateId, PersonId, Position, SessionId, Timestamp, TokenId};

/// Whoever asks, with what was known of them at the position where they were looked up.
///
/// [`renew`](crate::renew) says what is known of them later; a long-lived reader, such as a socket, asks it again and
/// again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// Somebody who has not signed in.
    Anonymous,
    /// A person, in a browser or with a token of theirs.
    Person(Arc<PersonViewer>),
}

/// A person who is looking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonViewer {
    /// Who.
    pub person: PersonId,
    /// Their name; empty until they have joined.
    pub name: String,
    /// What they do.
    pub title: Option<String>,
    /// The agency that they look and act for.
    pub agency: AgencyId,
    /// Its name.
    pub agency_name: String,
    /// Whether they have taken their invitation. Until then they see only the pages to join.
    pub joined: bool,
    /// Whether they take part in the exchange: joined, not shut out, and with a mandate that lets them.
    pub participates: bool,
    /// The roles of their mandates in force, each once, in order.
    pub roles: Vec<Role>,
    /// Their mandates in force.
    pub mandates: Vec<HeldMandate>,
    /// How they were recognised.
    pub credential: Credential,
    /// Of the secret that they gave, if it was a token's: a token that was given another one since is known by both for a
    /// while.
    pub(crate) token_secret: Option<SecretHash>,
    /// Up to when time alone changes nothing of this: the end of the credential or of its secret, or the next start or end of
    /// a mandate.
    pub settled_until: Timestamp,
    /// The position of the newest event, when this was looked up, that may change what anybody is allowed.
    pub rights_at: Position,
}

/// A mandate in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldMandate {
    /// Its id.
    pub mandate: MandateId,
    /// What it lets its holder do.
    pub role: Role,
    /// For which agency.
    pub agency: AgencyId,
}

/// How a person was recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// By the cookie of a session.
    Session(SessionId),
    /// By a session token, which was made from such a cookie minutes ago.
    SessionToken {
        /// Of which session.
        session: SessionId,
        /// When the token expires, and with it what was opened by it.
        expires_at: Timestamp,
    },
    /// By an API token.
    Token {
        /// Which.
        id: TokenId,
        /// What it may be used for.
        scopes: Vec<Scope>,
        /// The arenas that it is for, if not for all that its person may read.
        arenas: Option<Vec<ArenaId>>,
        /// Whether it is an agency's program's, which acts for the agency and holds no mandate but that.
        integration: bool,
    },
}

impl Viewer {
    /// The person, if they have signed in.
    pub fn person(&self) -> Option<PersonId> {
        self.signed_in().map(|viewer| viewer.person)
    }

    /// The agency that they act for, if they have signed in.
    pub fn agency(&self) -> Option<AgencyId> {
        self.signed_in().map(|viewer| viewer.agency)
    }

    /// The person with what is known of them, if they have signed in, joined or not.
    pub fn signed_in(&self) -> Option<&PersonViewer> {
        match self {
            Self::Anonymous => None,
            Self::Person(viewer) => Some(viewer),
        }
    }

    /// The person with what is known of them, if they take part in the exchange.
    pub fn participant(&self) -> Option<&PersonViewer> {
        self.signed_in().filter(|viewer| viewer.participates)
    }

    /// Whether they hold a mandate of this role now, and take part.
    pub fn has_role(&self, role: Role) -> bool {
        self.participant().is_some_and(|viewer| viewer.roles.contains(&role))
    }

    /// Whether they are of the secretariat.
    pub fn is_secretariat(&self) -> bool {
        self.has_role(Role::Secretariat)
    }

    /// Whether they run the system: they have joined and hold a mandate as its administrator now. It lets them see no
    /// content.
    pub fn is_administrator(&self) -> bool {
        self.signed_in().is_some_and(|viewer| viewer.joined && viewer.roles.contains(&Role::Administrator))
    }

    /// Whether they grant and end the mandates of this agency's people.
    pub fn is_contact_person_of(&self, agency: AgencyId) -> bool {
        self.participant().is_some_and(|viewer| {
            viewer.mandates.iter().any(|held| held.role == Role::ContactPerson && held.agency == agency)
        })
    }

    /// Whether they answer for this agency.
    pub fn is_leadership_of(&self, agency: AgencyId) -> bool {
        self.participant().is_some_and(|viewer| {
            viewer.mandates.iter().any(|held| held.role == Role::Leadership && held.agency == agency)
        })
    }

    /// Whether they may write at all: they take part, and their token, if it is one, has the scope for it.
    pub fn may_write(&self) -> bool {
        self.participant().is_some_and(|viewer| viewer.credential.allows(Scope::Write))
    }

    /// Whether they may read through the API: they take part, and their token, if it is one, has the scope for it.
    pub fn may_read(&self) -> bool {
        self.participant().is_some_and(|viewer| viewer.credential.allows(Scope::Read))
    }

    /// Their session, if they were recognised by one or its token.
    pub fn session(&self) -> Option<SessionId> {
        match self.signed_in()?.credential {
            Credential::Session(session) | Credential::SessionToken { session, .. } => Some(session),
            Credential::Token { .. } => None,
        }
    }

    /// Whether they are at a browser that shows its session's cookie. What is carried elsewhere, a token of any kind, opens no
    /// further ways in.
    pub fn is_at_browser(&self) -> bool {
        self.signed_in().is_some_and(|viewer| matches!(viewer.credential, Credential::Session(_)))
    }

    /// Their API token, if they were recognised by one.
    pub fn token(&self) -> Option<TokenId> {
        match self.signed_in()?.credential {
            Credential::Session(_) | Credential::SessionToken { .. } => None,
            Credential::Token { id, .. } => Some(id),
        }
    }
}

impl Credential {
    /// Whether it may be used for this. A session may be used for everything; a token for what it says, where `Write`
    /// does not include `Read`.
    pub fn allows(&self, scope: Scope) -> bool {
        match self {
            Self::Session(_) | Self::SessionToken { .. } => true,
            Self::Token { scopes, .. } => scopes.contains(&scope),
        }
    }

    /// Whether it may be used in this arena, where its person may be.
    pub fn is_for(&self, arena: ArenaId) -> bool {
        match self {
            Self::Token { arenas: Some(arenas), .. } => arenas.contains(&arena),
            Self::Session(_) | Self::SessionToken { .. } | Self::Token { arenas: None, .. } => true,
        }
    }
}
