//! What is under way, on standard error.

use std::{
    io::{IsTerminal as _, Write as _},
    time::{Duration, Instant},
};

/// How often a line is written that stays.
const EVERY: Duration = Duration::from_secs(10);
/// How often a line is written that takes the place of the one before.
const EVERY_ON_A_TERMINAL: Duration = Duration::from_millis(200);

pub(crate) fn say(what: &str) {
    eprintln!("{what}");
}

/// Something of a known length that is under way.
pub(crate) struct Progress {
    what: String,
    total: u64,
    begun: Instant,
    said: Instant,
    terminal: bool,
}

impl Progress {
    pub(crate) fn new(what: impl Into<String>, total: u64) -> Self {
        let now = Instant::now();
        Self { what: what.into(), total, begun: now, said: now, terminal: std::io::stderr().is_terminal() }
    }

    pub(crate) fn at(&mut self, done: u64) {
        let every = if self.terminal { EVERY_ON_A_TERMINAL } else { EVERY };
        if self.said.elapsed() >= every {
            self.said = Instant::now();
            let (seconds, total, what) = (self.begun.elapsed().as_secs(), self.total, &self.what);
            let (before, after) = if self.terminal { ("\r", "") } else { ("", "\n") };
            eprint!("{before}{what}: {done} of {total}, {seconds} s{after}");
            let _ = std::io::stderr().flush();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.terminal && self.said != self.begun {
            eprintln!();
        }
    }
}
