//! What a command prints: words for people, JSON for scripts. Results go to standard output, the rest to standard error.

use std::{
    io::{self, Write as _},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

use crate::admin::Progress;

/// How a command answers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    /// In JSON.
    pub(crate) json: bool,
}

impl Output {
    /// A result: `words` for people, `value` for scripts.
    pub(crate) fn result(self, words: &str, value: &Value) -> io::Result<()> {
        let mut out = io::stdout().lock();
        if self.json {
            writeln!(out, "{value}")?
        } else {
            writeln!(out, "{words}")?
        }
        out.flush()
    }

    /// Something that a person at the terminal wants to know, and a script does not.
    pub(crate) fn note(self, words: &str) {
        if !self.json {
            let _ = writeln!(io::stderr(), "{words}");
        }
    }

    /// A bar on standard error; hidden for scripts, and where there is no terminal.
    pub(crate) fn bar(self, what: &'static str) -> Bar {
        let bar = if self.json { ProgressBar::hidden() } else { ProgressBar::new(0) };
        let style = ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len} {eta}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(what);
        bar.enable_steady_tick(Duration::from_millis(200));
        Bar(bar)
    }
}

/// How far a long command is; gone when it is dropped.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    pub(crate) fn at(&self, progress: Progress) {
        self.0.set_length(progress.of);
        self.0.set_position(progress.done);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
