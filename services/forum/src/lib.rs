//! Arenas, threads and posts, live.

pub mod domain;
pub mod views;
