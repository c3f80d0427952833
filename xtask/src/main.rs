//! What a developer runs: `cargo xtask test`, `cargo xtask bench`, `cargo xtask contracts`.

mod command;
mod needs;
mod step;
mod test;

use std::process::ExitCode;

use clap::Parser;

use command::{cargo, run};

/// What a developer runs.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
enum Task {
    /// Everything that must hold: form, lints, and all tests, the browser's among them. Installs what they need, or says
    /// what is missing.
    Test,
    /// The benches, each figure beside its yardstick in the same run, from a release build: `log`, `live`, or both.
    Bench {
        /// `log` or `live`, and what is handed on, such as `--seconds 10`; `--help` says what there is.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Writes the published contracts in `proto/` again, from the code.
    Contracts,
}

fn main() -> ExitCode {
    let outcome = match Task::parse() {
        Task::Test => test::run_all(),
        Task::Bench { args } => bench(&args),
        Task::Contracts => contracts(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            step::say(&format!("xtask: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// One of the benches with all that follows its name; or both, with what both know.
fn bench(args: &[String]) -> anyhow::Result<()> {
    match args.split_first() {
        Some((name, args)) if name == "log" => bench_log(args),
        Some((name, args)) if name == "live" => bench_live(args),
        _ => bench_log(args).and_then(|()| bench_live(args)),
    }
}

fn bench_log(args: &[String]) -> anyhow::Result<()> {
    run(cargo(["run", "--release", "-p", "log-bench", "--"]).args(args))
}

/// This bench starts the program that is built beside it.
fn bench_live(args: &[String]) -> anyhow::Result<()> {
    run(&mut cargo(["build", "--release", "-p", "erfa"]))?;
    run(cargo(["run", "--release", "-p", "system-tests", "--bin", "bench", "--"]).args(args))
}

/// The tests that compare a contract with its file write the file instead.
fn contracts() -> anyhow::Result<()> {
    let packages = ["-p", "contracts", "-p", "forum", "-p", "directory", "-p", "live"];
    run(cargo(["test"]).args(packages).arg("contracts").env("UPDATE_CONTRACTS", "1"))
}
