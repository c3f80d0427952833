//! What a process counts of its sockets.

use std::collections::BTreeMap;

use crate::{
    clock::cpu_micros,
    histogram::Times,
    orders::{Slow, Tally},
};

#[derive(Default)]
pub(super) struct Count {
    pub(super) done: u64,
    pub(super) latency: Times,
    pub(super) to_live: Times,
    pub(super) missing: u64,
    pub(super) repeated: u64,
    pub(super) errors: BTreeMap<String, u64>,
    pub(super) closes: BTreeMap<String, u64>,
    pub(super) slow: Slow,
}

impl Count {
    pub(super) fn error(&mut self, what: String) {
        *self.errors.entry(what).or_default() += 1;
    }

    /// What was counted, and begins anew; but for the slow, who are counted over the whole run.
    pub(super) fn take(&mut self) -> Tally {
        Tally {
            done: std::mem::take(&mut self.done),
            latency: self.latency.take(),
            to_live: self.to_live.take(),
            missing: std::mem::take(&mut self.missing),
            repeated: std::mem::take(&mut self.repeated),
            errors: std::mem::take(&mut self.errors),
            closes: std::mem::take(&mut self.closes),
            slow: self.slow,
            cpu_micros: cpu_micros(),
        }
    }
}
