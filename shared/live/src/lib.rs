//! The live protocol: pages and programs hear of what happens while it happens, over a WebSocket.
//!
//! A service says what its topics are ([`Topics`]), makes a [`Waker`] that observes its views, and a [`Live`] that serves
//! `GET /api/<service>/v1/live`. The frames are in [`protocol`].
//!
//! **Architecture Invariant:** nothing reaches a client but through `access::visible`, judged against a snapshot of the
//! view that is at least as new as the event. Sockets are not told of events: they are woken, and read the log from
//! their own cursor. A wake-up that is late, merged or lost can therefore lose nothing.

mod bell;
mod cloud_event;
mod door;
mod endpoint;
mod fault;
mod hub;
pub mod limits;
mod live;
mod outbox;
mod presence;
pub mod protocol;
mod reader;
mod render;
mod seats;
mod session;
mod socket;
mod topics;
mod visibilities;

pub use cloud_event::{cloud_event, cloud_event_with};
pub use live::{Live, LiveOptions, Waker};
pub use protocol::{Action, Lang};
pub use topics::{AccessChange, Fragment, Topics, access_change};
