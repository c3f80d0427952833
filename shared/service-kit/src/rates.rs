//! How many requests are taken in a minute: from whom, and what they are told.
//!
//! Who has not signed in is counted by the prefix of their address, before anything is looked up. Who has is counted
//! as person or token and as agency, and never by their address, behind which a whole agency may sit.

mod answer;
mod asker;
mod limiter;

use std::sync::Arc;

pub use asker::{Access, Asker, Credential, SignedIn};
use limiter::Limiter;

/// What the name of a session's cookie ends with: a request with one is looked at before it is counted.
pub const SESSION_COOKIE: &str = "erfa-session";

/// How many requests are taken in a minute; 0 is no limit.
///
/// A budget that was not used is full after a minute, so as many may come at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rates {
    /// From a prefix of addresses, of those who are not signed in.
    pub address: u32,
    /// From a prefix of addresses, to sign in: asking for links, opening them, being sent to an identity provider.
    pub sign_in: u32,
    /// What a person reads in browsers.
    pub person_reads: u32,
    /// What a person writes in browsers.
    pub person_writes: u32,
    /// What is read with a token.
    pub token_reads: u32,
    /// What is written with a token.
    pub token_writes: u32,
    /// What an agency's people and tokens read.
    pub agency_reads: u32,
    /// What an agency's people and tokens write.
    pub agency_writes: u32,
}

impl Default for Rates {
    /// Far above what people do by hand, and below what a program in a loop does. An agency of nine thousand people may
    /// sign in within ten minutes, and load its pages and sockets at once, behind one address.
    fn default() -> Self {
        Self {
            address: 12_000,
            sign_in: 3_600,
            person_reads: 1_200,
            person_writes: 300,
            token_reads: 6_000,
            token_writes: 1_200,
            agency_reads: 120_000,
            agency_writes: 30_000,
        }
    }
}

impl Rates {
    /// No limits at all: for what measures something else.
    pub fn unlimited() -> Self {
        Self {
            address: 0,
            sign_in: 0,
            person_reads: 0,
            person_writes: 0,
            token_reads: 0,
            token_writes: 0,
            agency_reads: 0,
            agency_writes: 0,
        }
    }
}

/// What is counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Address,
    SignIn,
    PersonReads,
    PersonWrites,
    TokenReads,
    TokenWrites,
    AgencyReads,
    AgencyWrites,
}

impl Class {
    /// As clients and metrics know it.
    fn name(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::SignIn => "sign-in",
            Self::PersonReads => "person-reads",
            Self::PersonWrites => "person-writes",
            Self::TokenReads => "token-reads",
            Self::TokenWrites => "token-writes",
            Self::AgencyReads => "agency-reads",
            Self::AgencyWrites => "agency-writes",
        }
    }
}

/// The limits of a process, and how much of each is used up. Clones share them.
#[derive(Clone)]
pub struct RateLimits(Arc<Limiters>);

struct Limiters {
    address: Option<Limiter>,
    sign_in: Option<Limiter>,
    person: Budgets,
    token: Budgets,
    agency: Budgets,
}

/// A budget for what is read and one for what is written.
struct Budgets {
    reads: Option<Limiter>,
    writes: Option<Limiter>,
}

impl Budgets {
    fn of(&self, access: Access) -> Option<&Limiter> {
        match access {
            Access::Read => self.reads.as_ref(),
            Access::Write => self.writes.as_ref(),
        }
    }
}

impl RateLimits {
    /// Nobody has asked for anything yet.
    pub fn new(rates: &Rates) -> Self {
        let budgets = |(read, reads), (write, writes)| Budgets {
            reads: Limiter::new(read, reads),
            writes: Limiter::new(write, writes),
        };
        Self(Arc::new(Limiters {
            address: Limiter::new(Class::Address, rates.address),
            sign_in: Limiter::new(Class::SignIn, rates.sign_in),
            person: budgets((Class::PersonReads, rates.person_reads), (Class::PersonWrites, rates.person_writes)),
            token: budgets((Class::TokenReads, rates.token_reads), (Class::TokenWrites, rates.token_writes)),
            agency: budgets((Class::AgencyReads, rates.agency_reads), (Class::AgencyWrites, rates.agency_writes)),
        }))
    }
}

#[cfg(test)]
mod tests;
