//! The crate as its users see it: events go into a log, a view folds them, and somebody asks.

mod api;
mod folding;
mod forms;
mod histories;
mod limits;
mod pages;
mod policy;
mod session_tokens;
mod sessions;
mod withdrawn;
mod world;
