//! Deciders and the execution of commands, views and their runner: how services write to the log and read from it.
//!
//! A [`Decider`] says what a command does to one stream, an [`Executor`] carries it out. A [`Fold`] says what the log
//! looks like from one service, [`Views`] keeps that on disk and up to date.

mod decider;
mod execute;
pub mod json_value;
#[cfg(test)]
mod sample;
pub mod testing;
mod view;

pub use decider::Decider;
pub use execute::{ExecuteError, Executed, Executor, ExecutorOptions, Request};
pub use redb;
pub use view::{Fold, Observer, Snapshot, ViewError, Views, ViewsOptions, WaitError};
