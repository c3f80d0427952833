//! The frames of `erfa.live.v1`: each one JSON text, which `t` names.
//!
//! They are strict in both directions: a frame with a field too many is a protocol error, so that a misspelt field is
//! noticed at once. `proto/asyncapi.yaml` is made from these types.

mod client;
mod close;
mod server;

pub use client::{After, ClientFrame, Form, Lang, PresenceState};
pub use close::CloseCode;
pub use server::{About, Action, LimitsFrame, PersonHere, Problem, ServerFrame};

/// The WebSocket sub-protocol.
pub const SUB_PROTOCOL: &str = "erfa.live.v1";
/// The version that `hello` names.
pub const VERSION: u32 = 1;
