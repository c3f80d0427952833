//! Who may see and do what: one decision for every page, API, socket and feed.
//!
//! - [`Viewer`] is who asks; [`renew`] says what is known of them later.
//! - [`AccessFold`] is folded by every service into its own view, so that everything is decided from the snapshot that
//!   the answer is made from.
//! - [`visible`] and [`may_see`] decide what is seen, [`standing`] what an arena allows.
//! - [`Gate`] recognises those who ask; a handler gets a [`Reading`] from one of the extractors ([`PageReading`],
//!   [`SignedInPage`], [`PageForm`], [`ApiReading`], [`ApiWriting`]).
//! - [`Cursors`] turn positions into what may leave Erfa.
//!
//! **Architecture Invariant:** no handler reads a view or the log without a [`Viewer`]. What is not allowed here is
//! denied.

mod arenas;
mod authenticate;
mod cookies;
mod counting;
mod csrf;
mod cursors;
mod extract;
mod fold;
mod gate;
mod keys;
mod known_browser;
mod last_seen;
mod origin;
pub mod people;
pub mod problems;
mod reading;
mod refusals;
mod secret;
mod session_token;
mod tables;
#[cfg(test)]
mod tests;
mod viewer;
mod visible;

pub use arenas::{
    Member, Readers, Standing, arena_name, member, member_count, members, memberships, readers_of, standing,
};
pub use authenticate::{renew, session_text, still_valid, token_text};
pub use cookies::{Credentials, SESSION_SECONDS_MAX, at_least_cookie, browser_secret};
pub use counting::count;
pub use csrf::{FormOwner, csrf_matches, csrf_token};
pub use cursors::{BadCursor, CURSOR_CHARS, Cursors, Opened, Subject};
pub use extract::{
    AdministrationForm, AdministrationPage, ApiReading, ApiWriting, JOIN_PATH, JoiningForm, JoiningPage, PageForm,
    PageReading, PageRejection, PublicForm, RefusedTo, SIGN_IN_PATH, SignedInPage, local_path,
};
pub use fold::AccessFold;
pub use gate::{AT_LEAST_WAIT, Gate, GateOptions};
pub use keys::{Keys, KeysError};
pub use known_browser::KnownBrowser;
pub use origin::{not_foreign, same_origin};
pub use reading::Reading;
pub use refusals::{RefusalNotes, Refusals, note_refusals};
pub use secret::{MalformedSecret, Secret};
pub use session_token::{SESSION_TOKEN_SECONDS, SessionToken};
pub use viewer::{Credential, HeldMandate, PersonViewer, Viewer};
pub use visible::{Visibility, may_see, visible};
