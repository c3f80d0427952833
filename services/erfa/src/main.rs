//! `erfa`: everything in one process, and the administrator's commands.

mod admin;
mod cli;
mod command;
mod demo;
mod output;
mod parts;
mod serve;
mod shell;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let json = cli.json;
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(json, &anyhow::Error::new(error).context("the runtime can't be started")),
    };
    match runtime.block_on(command::run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(json, &error),
    }
}

/// Says on standard error why it did not work.
#[expect(clippy::print_stderr, reason = "the program's last words")]
fn fail(json: bool, error: &anyhow::Error) -> ExitCode {
    if json {
        eprintln!("{}", serde_json::json!({ "error": format!("{error:#}") }));
    } else {
        eprintln!("erfa: {error:#}");
    }
    ExitCode::FAILURE
}
