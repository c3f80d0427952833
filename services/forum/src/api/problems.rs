//! What the API answers when the forum refuses.

use access::problems::view_problem;
use service_kit::{Problem, ProblemKind, Titles, execute_problem, problems};

use crate::{
    commands::Error,
    domain::{arena, thread},
};

macro_rules! kinds {
    ($($name:ident = $code:literal, $status:literal, $sv:literal, $en:literal;)*) => {$(
        static $name: ProblemKind = ProblemKind { code: $code, status: $status, title: Titles { sv: $sv, en: $en } };
    )*};
}

kinds! {
    ARENA_NOT_FOUND = "arena-not-found", 404, "Arenan finns inte", "There is no such arena";
    THREAD_NOT_FOUND = "thread-not-found", 404, "Tråden finns inte", "There is no such thread";
    POST_NOT_FOUND = "post-not-found", 404, "Inlägget finns inte", "There is no such post";
    PERSON_NOT_FOUND = "person-not-found", 422, "Personen finns inte i utbytet", "There is no such person in the exchange";
    NOT_A_MEMBER = "not-a-member", 403, "Bara medlemmar skriver i arenan", "Only members write in the arena";
    MEMBERS_ONLY = "members-only", 403, "Bara medlemmar läser i arenan", "Only members read in the arena";
    SECRETARIAT_ONLY = "secretariat-only", 403, "Bara kansliet får göra detta", "Only the secretariat may do this";
    NOT_INVITED = "not-invited", 403, "Arenan är för inbjudna", "The arena is for those who were invited";
    ARENA_FULL = "arena-full", 409, "Arenan är full", "The arena is full";
    ARENA_CHANGED = "arena-changed", 412, "Arenan har ändrats av någon annan", "Somebody else has changed the arena";
    THREAD_CLOSED = "thread-closed", 409, "Tråden är stängd", "The thread is closed";
    THREAD_FULL = "thread-full", 409, "Tråden är full", "The thread is full";
    NOT_THE_OPENER = "not-the-opener", 403, "Bara den som öppnade tråden, och kansliet, får göra detta",
        "Only the one who opened the thread, and the secretariat, may do this";
    NOTHING_TO_ANSWER = "nothing-to-answer", 422, "Inlägget som besvaras finns inte", "The post that is answered is not there";
    POST_WITHDRAWN = "post-withdrawn", 409, "Inlägget är tillbakadraget", "The post was withdrawn";
    POST_CHANGED = "post-changed", 412, "Inlägget har ändrats", "The post has been changed";
    NOT_THE_AUTHOR = "not-the-author", 403, "Bara den som skrev inlägget får göra detta", "Only the author may do this";
    TOO_MANY_EDITS = "too-many-edits", 409, "Inlägget kan inte ändras fler gånger", "The post can't be changed any more";
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let detail = error.to_string();
        let kind = match error {
            Error::SignedOut => &problems::UNAUTHORIZED,
            Error::MayNotWrite => &problems::FORBIDDEN,
            Error::ArenaNotFound(_) => &ARENA_NOT_FOUND,
            Error::ThreadNotFound(_) => &THREAD_NOT_FOUND,
            Error::PostNotFound(_) => &POST_NOT_FOUND,
            Error::PersonNotFound(_) => &PERSON_NOT_FOUND,
            Error::NotAMember(_) => &NOT_A_MEMBER,
            Error::MembersOnly(_) => &MEMBERS_ONLY,
            Error::SecretariatOnly => &SECRETARIAT_ONLY,
            Error::Arena(error) => return execute_problem(error, arena_refusal),
            Error::Thread(error) => return execute_problem(error, thread_refusal),
            Error::View(error) => return view_problem(&error),
        };
        Self::new(kind).detail(detail)
    }
}

fn arena_refusal(error: arena::Error) -> Problem {
    use arena::Error as E;
    let kind = match &error {
        E::NotOpened => &ARENA_NOT_FOUND,
        E::AlreadyOpened => &problems::CONFLICT,
        E::NotInvited => &NOT_INVITED,
        E::Full => &ARENA_FULL,
        E::Changed { current } => return arena_changed(*current),
    };
    Problem::new(kind).detail(error.to_string())
}

fn thread_refusal(error: thread::Error) -> Problem {
    use thread::Error as E;
    let kind = match &error {
        E::NotOpened => &THREAD_NOT_FOUND,
        E::AlreadyOpened => &problems::CONFLICT,
        E::Closed => &THREAD_CLOSED,
        E::Full => &THREAD_FULL,
        E::PostNotFound(_) => &POST_NOT_FOUND,
        E::NothingToAnswer(_) => &NOTHING_TO_ANSWER,
        E::PostWithdrawn(_) => &POST_WITHDRAWN,
        E::NotTheAuthor(_) => &NOT_THE_AUTHOR,
        E::TooManyEdits(_) => &TOO_MANY_EDITS,
        E::NotTheOpener => &NOT_THE_OPENER,
        E::PostChanged { current, .. } => return post_changed(*current),
    };
    let pointer = matches!(error, E::NothingToAnswer(_)).then_some("/replyTo");
    let problem = Problem::new(kind).detail(error.to_string());
    match pointer {
        Some(pointer) => problem.field(pointer, "nothing-to-answer", "name a post of the thread that is not withdrawn"),
        None => problem,
    }
}

/// That a post was changed, with the edit that is current: read it again, and send that with `If-Match`.
pub(super) fn post_changed(current: u32) -> Problem {
    changed(&POST_CHANGED, current)
}

/// The same for an arena.
pub(super) fn arena_changed(current: u32) -> Problem {
    changed(&ARENA_CHANGED, current)
}

fn changed(kind: &'static ProblemKind, current: u32) -> Problem {
    Problem::new(kind)
        .detail("read it again, and send the ETag that you then have")
        .with("currentRevision", current)
        .with("currentEtag", format!("\"{current}\""))
}
