//! The directory: agencies, people, their mandates, how they sign in.

pub mod domain;
pub mod import;
