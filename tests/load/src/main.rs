//! `cargo xtask load`: puts load on an Erfa, and says how it fares.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the figures are what it is for")]

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser as _;
use erfa_load::{Options, PART, part, run};

/// As in `erfa`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let is_part = std::env::args().nth(1).is_some_and(|argument| argument == PART);
    let outcome = if is_part { part().map(|()| true) } else { lead() };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("load: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether nothing broke.
fn lead() -> anyhow::Result<bool> {
    let options = Options::parse();
    let report = run(&options)?;
    print!("{}", report.table());
    let written = report.write(&options.json);
    written.with_context(|| format!("--json {} can't be written", options.json.display()))?;
    for what in report.what_broke() {
        eprintln!("BROKEN: {what}");
    }
    Ok(report.what_broke().is_empty())
}
