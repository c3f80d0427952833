//! The kinds of problem that every service has.

use crate::{ProblemKind, Titles};

const fn kind(code: &'static str, status: u16, sv: &'static str, en: &'static str) -> ProblemKind {
    ProblemKind { code, status, title: Titles { sv, en } }
}

/// There is no such thing, or it is not for whoever asks: the same answer for both.
pub static NOT_FOUND: ProblemKind = kind("not-found", 404, "Det finns inte", "It does not exist");
/// The path exists, but not for this method.
pub static METHOD_NOT_ALLOWED: ProblemKind =
    kind("method-not-allowed", 405, "Det går inte att göra så här", "This can't be done here");
/// The request is not what its format says it is.
pub static MALFORMED: ProblemKind = kind("malformed", 400, "Förfrågan går inte att läsa", "The request can't be read");
/// Nobody is signed in, or the token is not valid.
pub static UNAUTHORIZED: ProblemKind = kind("unauthorized", 401, "Du behöver logga in", "You need to sign in");
/// Whoever asks may see the thing but not do this with it.
pub static FORBIDDEN: ProblemKind = kind("forbidden", 403, "Du får inte göra detta", "You may not do this");
/// The thing is not in a state that allows this.
pub static CONFLICT: ProblemKind = kind("conflict", 409, "Det går inte just nu", "It can't be done as things stand");
/// `If-Match` names another version than the current one.
pub static PRECONDITION_FAILED: ProblemKind =
    kind("precondition-failed", 412, "Det har ändrats sedan du läste det", "It has changed since you read it");
/// The body is larger than a limit.
pub static TOO_LARGE: ProblemKind =
    kind("too-large", 413, "Det som skickades är för stort", "What was sent is too large");
/// The body is not in a format that is taken.
pub static UNSUPPORTED_MEDIA_TYPE: ProblemKind =
    kind("unsupported-media-type", 415, "Formatet stöds inte", "The format is not supported");
/// The request can be read, but a field is wrong.
pub static VALIDATION: ProblemKind =
    kind("validation", 422, "Något i det som skickades är fel", "Something in what was sent is wrong");
/// The `Idempotency-Key` came before with another request.
pub static KEY_REUSED: ProblemKind =
    kind("key-reused", 422, "Nyckeln har använts till något annat", "The key was used for something else");
/// `If-Match` is required and missing.
pub static PRECONDITION_REQUIRED: ProblemKind =
    kind("precondition-required", 428, "Ange vilken version du har läst", "Say which version you have read");
/// A rate limit is reached.
pub static RATE_LIMITED: ProblemKind =
    kind("rate-limited", 429, "Det kom för många förfrågningar på kort tid", "Too many requests came in a short time");
/// A fault of ours; the log of the server says more, under the request's id.
pub static INTERNAL: ProblemKind = kind("internal", 500, "Något gick fel hos oss", "Something went wrong on our side");
/// Something that is needed can't be reached.
pub static UNAVAILABLE: ProblemKind =
    kind("unavailable", 503, "Tjänsten är inte tillgänglig just nu", "The service is not available right now");
/// Nothing can be written: the disk refuses.
pub static READ_ONLY: ProblemKind =
    kind("read-only", 503, "Det går bara att läsa just nu", "Only reading is possible right now");
/// The page or list has not come as far as `at-least` asks, within the time it is waited for.
pub static NOT_YET_VISIBLE: ProblemKind =
    kind("not-yet-visible", 503, "Det du skrev syns inte ännu", "What you wrote can't be seen yet");
/// The request was not answered within its time.
pub static TIMEOUT: ProblemKind = kind("timeout", 503, "Det tog för lång tid", "It took too long");

/// All of them, by status.
pub static ALL: [&ProblemKind; 18] = [
    &NOT_FOUND,
    &METHOD_NOT_ALLOWED,
    &MALFORMED,
    &UNAUTHORIZED,
    &FORBIDDEN,
    &CONFLICT,
    &PRECONDITION_FAILED,
    &TOO_LARGE,
    &UNSUPPORTED_MEDIA_TYPE,
    &VALIDATION,
    &KEY_REUSED,
    &PRECONDITION_REQUIRED,
    &RATE_LIMITED,
    &INTERNAL,
    &UNAVAILABLE,
    &READ_ONLY,
    &NOT_YET_VISIBLE,
    &TIMEOUT,
];
