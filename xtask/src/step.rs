//! Steps: one after the other, each with its time, until one fails.

use std::time::{Duration, Instant};

use anyhow::anyhow;

/// The steps that were taken so far.
pub(crate) struct Steps {
    name: &'static str,
    begun: Instant,
    done: usize,
}

impl Steps {
    pub(crate) fn begin(name: &'static str) -> Self {
        Self { name, begun: Instant::now(), done: 0 }
    }

    /// Takes a step. Where it fails it says so, and what to do to see it alone.
    pub(crate) fn take<T>(
        &mut self,
        what: &str,
        alone: &str,
        step: impl FnOnce() -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        say(&format!("\n==> {what}"));
        let begun = Instant::now();
        match step() {
            Ok(value) => {
                self.done += 1;
                say(&format!("==> {what}: ok, {}", time(begun.elapsed())));
                Ok(value)
            }
            Err(error) => {
                say(&format!("==> {what}: FAILED after {}", time(begun.elapsed())));
                Err(anyhow!("stopped at `{what}`: {error:#}; see it alone with: {alone}"))
            }
        }
    }

    /// Says that all is well.
    pub(crate) fn end(self) {
        say(&format!("\n{}: all {} steps passed in {}", self.name, self.done, time(self.begun.elapsed())));
    }
}

/// A time as people say it.
fn time(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{} min {} s", seconds / 60, seconds % 60)
    }
}

#[expect(clippy::print_stderr, reason = "a program for the terminal")]
pub(crate) fn say(line: &str) {
    eprintln!("{line}");
}
