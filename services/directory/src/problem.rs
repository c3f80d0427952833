//! One table from what stops a command to what its sender hears.

use access::problems::view_problem;
use service_kit::{Problem, ProblemKind, Titles, execute_problem, problems};

use crate::{
    commands::Error,
    domain::{agency, identity, person, session, token},
};

/// After how long a busy directory is worth another try.
const BUSY_RETRY_SECONDS: u64 = 5;

const fn kind(code: &'static str, status: u16, sv: &'static str, en: &'static str) -> ProblemKind {
    ProblemKind { code, status, title: Titles { sv, en } }
}

/// A mandate that is held at that time already.
pub(crate) static MANDATE_HELD: ProblemKind =
    kind("mandate-held", 409, "Uppdraget finns redan", "The mandate is held already");
/// Somebody who is shut out.
pub(crate) static SUSPENDED: ProblemKind = kind("suspended", 403, "Avstängd", "Suspended");
/// A mail address of somebody who takes part.
pub(crate) static ADDRESS_TAKEN: ProblemKind =
    kind("address-taken", 409, "Adressen används redan", "The address is used already");

/// An account that is the only way in.
pub(crate) static LAST_WAY_IN: ProblemKind =
    kind("last-way-in", 409, "Kontot är det enda sättet att logga in", "The account is the only way to sign in");
/// A session whose provider vouched for too little.
pub(crate) static STEP_UP_REQUIRED: ProblemKind =
    kind("step-up-required", 403, "Bekräfta vem du är en gång till", "Confirm who you are once more");

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Agency(error) => execute_problem(error, |error| match error {
                agency::Error::TooManyNames { .. } | agency::Error::OwnSuccessor => {
                    Problem::new(&problems::VALIDATION).detail(error.to_string())
                }
                agency::Error::Unknown => Problem::new(&problems::NOT_FOUND),
                agency::Error::NotYours => Problem::new(&problems::FORBIDDEN).detail(error.to_string()),
                agency::Error::Ended => Problem::new(&problems::CONFLICT).detail(error.to_string()),
            }),
            Error::Person(error) => execute_problem(error, |error| person_problem(&error)),
            Error::Identity(error) => execute_problem(error, |error| match error {
                identity::Error::LinkedToAnother => Problem::new(&problems::CONFLICT).detail(error.to_string()),
                identity::Error::Unknown => Problem::new(&problems::NOT_FOUND).detail(error.to_string()),
            }),
            Error::LastWayIn => Problem::new(&LAST_WAY_IN),
            Error::Session(error) => execute_problem(error, session_problem),
            Error::Token(error) => execute_problem(error, token_problem),
            Error::UnknownAgency => {
                Problem::new(&problems::VALIDATION).field("/agency", "unknown", "choose an agency in the directory")
            }
            Error::Suspended { .. } => Problem::new(&SUSPENDED).detail(error.to_string()),
            Error::AddressTaken => Problem::new(&ADDRESS_TAKEN),
            Error::NotAnAddress => {
                Problem::new(&problems::VALIDATION).field("/email", "invalid", "write an address such as name@host")
            }
            Error::Busy | Error::Closing | Error::Wait(_) => {
                Problem::new(&problems::UNAVAILABLE).detail(error.to_string()).retry_after(BUSY_RETRY_SECONDS)
            }
            Error::View(error) => view_problem(&error),
            Error::Mail(_) | Error::Read(_) | Error::Append(_) => {
                tracing::error!(%error, "a command failed");
                Problem::new(&problems::INTERNAL)
            }
        }
    }
}

fn person_problem(error: &person::Error) -> Problem {
    use person::Error::{
        AlreadyHeld, AlreadyInvited, AlreadyJoined, DelegatedTooLong, EndsBeforeItBegins, NoSuchMandate, NotAffiliated,
        NotDelegable, NotJoined, NotYours, OwnSecretariatMandate, OwnSuspension, SuspensionOver, TooManyMandates,
        Unknown,
    };
    let kind = match error {
        Unknown | NoSuchMandate => &problems::NOT_FOUND,
        NotYours => &problems::FORBIDDEN,
        AlreadyHeld => &MANDATE_HELD,
        EndsBeforeItBegins | DelegatedTooLong | SuspensionOver => &problems::VALIDATION,
        AlreadyInvited
        | AlreadyJoined
        | NotJoined
        | NotAffiliated
        | NotDelegable
        | OwnSecretariatMandate
        | OwnSuspension
        | TooManyMandates => &problems::CONFLICT,
    };
    Problem::new(kind).detail(error.to_string())
}

fn session_problem(error: session::Error) -> Problem {
    use session::Error::{Exists, LinkExpired, LinkUnknown, LinkUsed, OtherBrowser, Unknown};
    let kind = match error {
        LinkUnknown | Unknown => &problems::NOT_FOUND,
        LinkUsed | LinkExpired | OtherBrowser | Exists => &problems::CONFLICT,
    };
    Problem::new(kind).detail(error.to_string())
}

fn token_problem(error: token::Error) -> Problem {
    use token::Error::{Arenas, Duration, Exists, NoScope, NotIntegrator, Over, RepeatedScope, Unknown};
    let field = |pointer: &str| Problem::new(&problems::VALIDATION).field(pointer, "invalid", error.to_string());
    match error {
        NoScope | RepeatedScope => field("/scopes"),
        Duration => field("/days"),
        Arenas => field("/arenas"),
        NotIntegrator => Problem::new(&problems::FORBIDDEN).detail(error.to_string()),
        Unknown => Problem::new(&problems::NOT_FOUND),
        Exists | Over => Problem::new(&problems::CONFLICT).detail(error.to_string()),
    }
}
