//! The rules of the directory: pure, without clock, randomness, I/O or async. Time and ids arrive in the commands.

pub mod agency;
pub mod authority;
pub mod identity;
pub mod person;
pub mod session;
pub mod token;

pub use authority::{Authority, Capacity};
