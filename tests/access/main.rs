//! Who may see and do what: every route, for everybody, held against one table; and that nothing gets in or out otherwise.
//!
//! - `routes.txt` has a row for every route, `policy.txt` says who is answered what.
//! - `cast.rs` is who asks, and what they ask for.
//! - `matrix.rs` asks everything as everybody; `cross_site.rs` asks as another site's page would.
//! - `topics.rs` listens to every kind of topic as everybody.
//! - `canary.rs` has everybody look everywhere after random histories, and find no word that is not theirs.
//! - `revocation.rs` has people lose what they may, while everybody writes.
//! - `non_interference.rs` plays the same history with and without what is hidden, and compares what outsiders are answered.
//! - `bad_input` asks with what can't be taken, made by `hostile.rs`, and `conform.rs` holds the answers against the documents.

#![expect(clippy::panic, reason = "a test that can't go on fails")]

mod ask;
mod bad_input;
mod canary;
mod cast;
mod conform;
mod cross_site;
mod hostile;
mod matrix;
mod non_interference;
mod published;
mod revocation;
mod setting;
mod table;
mod topics;
