//! What is under way, on standard error.

use std::{
    io::{IsTerminal as _, Write as _},
    time::{Duration, Instant},
};

/// How often a line is written that stays, and how often one that takes the place of the one before.
const EVERY: (Duration, Duration) = (Duration::from_secs(5), Duration::from_millis(200));

/// Says what happens.
pub(crate) struct Progress {
    said: Instant,
    terminal: bool,
    open: bool,
}

impl Progress {
    pub(crate) fn new() -> Self {
        Self { said: Instant::now(), terminal: std::io::stderr().is_terminal(), open: false }
    }

    /// Something begins.
    pub(crate) fn begin(&mut self, what: &str) {
        self.end();
        eprintln!("{what}");
        self.said = Instant::now();
    }

    /// It is this far.
    pub(crate) fn at(&mut self, how_far: impl FnOnce() -> String) {
        let every = if self.terminal { EVERY.1 } else { EVERY.0 };
        if self.said.elapsed() >= every {
            self.said = Instant::now();
            // What is left of the line before is cleared.
            let (before, after) = if self.terminal { ("\r\x1b[K", "") } else { ("", "\n") };
            eprint!("{before}  {}{after}", how_far());
            let _ = std::io::stderr().flush();
            self.open = self.terminal;
        }
    }

    fn end(&mut self) {
        if std::mem::take(&mut self.open) {
            eprintln!();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}
