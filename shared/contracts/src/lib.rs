//! The published language: what the services say to each other, and to everyone else, through the log.
//!
//! An event says what happened, in the past tense, with everything needed to understand it later. There is one struct
//! for each event type and version, and its JSON is what is stored for ever.
//!
//! **Architecture Invariant:** a struct here that has been stored never changes in a way that alters its JSON. A changed
//! meaning is a new type `….v2`, and [`upcast`] reads the old one. `golden/events.jsonl` holds the bytes of every
//! version ever stored, and grows only by addition.

mod audience;
pub mod directory;
mod event_set;
pub mod forum;
pub mod log;
mod meta;
pub mod upcast;

pub use audience::{Audience, AudienceRule};
pub use event_set::{DecodeError, EventDescriptor, EventSet};
pub use meta::{Actor, Meta, OnBehalfOf, RequestDigest};

/// Every event type of every service.
pub fn descriptors() -> impl Iterator<Item = &'static EventDescriptor> {
    directory::descriptors().chain(forum::descriptors()).chain(log::descriptors())
}

/// The descriptor of an event type, if it is known.
pub fn descriptor(event_type: &str) -> Option<&'static EventDescriptor> {
    descriptors().find(|descriptor| descriptor.event_type == event_type)
}
