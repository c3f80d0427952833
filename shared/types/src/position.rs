//! Where an event stands: in the whole log, and in its stream. The two never mix.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A place in the log's one order. Positions only grow and need not be dense.
///
/// [`Position::START`] lies before the first event, so "after `START`" means everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(u64);

impl Position {
    /// Before the first event.
    pub const START: Self = Self(0);

    /// The position with this number; 0 is [`Position::START`].
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number, for storage.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The number of an event in its stream: 0, 1, 2 … without gaps.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, utoipa::ToSchema,
)]
#[serde(transparent)]
#[schemars(transparent)]
pub struct Revision(u64);

impl Revision {
    /// Of the first event of a stream.
    pub const FIRST: Self = Self(0);

    /// The revision with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number, from 0.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The revision `count` events later.
    pub const fn plus(self, count: u64) -> Self {
        Self(self.0 + count)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
