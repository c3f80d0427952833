//! Tests of the engine over sled, as a program that uses the crate sees it.

mod common;
mod directory;
mod kill;
mod model;
