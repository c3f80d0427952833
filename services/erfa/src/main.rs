//! `erfa`: everything in one process, and the administrator's commands.

mod admin;
mod cli;
mod command;
mod configuration;
mod demo;
mod log;
mod output;
mod parts;
mod serve;
mod shell;

use std::process::ExitCode;

use clap::Parser as _;
use rustix::{fs::Mode, process::umask};
use serde_json::json;
use service_kit::{ConfigError, ConfigErrors};

/// Nearly everything here is allocated by one thread and freed by another, for which the system's allocator is slow.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let json = cli.json;
    // What people write and how they sign in is for the user alone that runs Erfa.
    umask(Mode::RWXG | Mode::RWXO);
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
        let mut said = json!({ "error": words(error) });
        if let Some(errors) = error.downcast_ref::<ConfigErrors>() {
            let each = errors.iter().map(|ConfigError { key, source, wrong, remedy }| {
                json!({ "key": key, "source": source.to_string(), "wrong": wrong, "remedy": remedy })
            });
            said["errors"] = each.collect();
        }
        eprintln!("{said}");
    } else {
        eprintln!("erfa: {}", words(error));
    }
    ExitCode::FAILURE
}

/// The error and its causes, each once: many say their cause themselves.
fn words(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |said, cause| match said.as_str() {
        "" => cause,
        told if told.contains(&cause) => said,
        told => format!("{told}: {cause}"),
    })
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    #[test]
    fn a_cause_is_told_once() {
        let error = anyhow!("no room").context("the log can't be written (no room); make room").context("stopped");
        assert_eq!(super::words(&error), "stopped: the log can't be written (no room); make room");
    }
}
