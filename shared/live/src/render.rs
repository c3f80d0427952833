//! What an event looks like on the wire, made once for everyone who gets the same.

mod cache;
mod encode;

pub(crate) use cache::{FragmentKey, RenderCache};
pub(crate) use encode::Rendered;
