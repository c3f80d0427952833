//! The kinds of problem of this crate, and what becomes of a view that can't be read.

use event_sourcing::ViewError;
use service_kit::{Problem, ProblemKind, Titles, problems};

use crate::BadCursor;

const fn kind(code: &'static str, status: u16, sv: &'static str, en: &'static str) -> ProblemKind {
    ProblemKind { code, status, title: Titles { sv, en } }
}

/// A cursor that is not one, or is not for whoever presents it.
pub static BAD_CURSOR: ProblemKind = kind("bad-cursor", 400, "Platsmarkören gäller inte", "The cursor is not valid");
/// A request that another site's page made.
pub static FOREIGN_ORIGIN: ProblemKind = kind(
    "foreign-origin",
    403,
    "Förfrågan kommer inte från Erfas egna sidor",
    "The request does not come from Erfa's own pages",
);
/// A form without its token, or with that of another browser.
pub static BAD_FORM_TOKEN: ProblemKind =
    kind("bad-form-token", 403, "Formuläret gäller inte längre", "The form is no longer valid");
/// A token that may not be used for this.
pub static INSUFFICIENT_SCOPE: ProblemKind =
    kind("insufficient-scope", 403, "Åtkomstnyckeln räcker inte till detta", "The token does not reach this far");
/// Somebody who was invited and has not joined.
pub static NOT_JOINED: ProblemKind = kind("not-joined", 403, "Du har inte gått med ännu", "You have not joined yet");

/// All of them.
pub static ALL: [&ProblemKind; 5] = [&BAD_CURSOR, &FOREIGN_ORIGIN, &BAD_FORM_TOKEN, &INSUFFICIENT_SCOPE, &NOT_JOINED];

/// What is answered when a view can't be read. The reason goes into the server's diagnostics, not to whoever asked.
pub fn view_problem(error: &ViewError) -> Problem {
    tracing::error!(%error, "the view could not be read");
    match error {
        ViewError::Closed => Problem::new(&problems::UNAVAILABLE).retry_after(1),
        _ => Problem::new(&problems::INTERNAL),
    }
}

/// What is answered to a cursor that is refused.
pub fn cursor_problem(error: BadCursor) -> Problem {
    let what_to_do = match error {
        BadCursor::Forged => "use a cursor exactly as it was given, or leave it out",
        BadCursor::Foreign => "use a cursor that was given to the person who is signed in now, or leave it out",
        BadCursor::OtherEpoch => "read again from the start, without a cursor",
    };
    Problem::new(&BAD_CURSOR).detail(format!("{error}: {what_to_do}"))
}
