//! What a developer runs: `cargo xtask test`, `cargo xtask bench`, `cargo xtask load`, `cargo xtask contracts`.

mod command;
mod needs;
mod peers;
mod schemathesis;
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
    /// The benches, each figure beside its yardstick in the same run, from a release build: `log`, `live`, `pages`, or all.
    ///
    /// `live --peers` measures nginx with nchan and NATS over WebSocket too, under as many sockets. It brings both into
    /// `target/peers`, from Debian's packages and from PyPI, and says which of them can't be had.
    Bench {
        /// `log`, `live` or `pages`, and what is handed on to each measurement, such as `--seconds 10`; `--help` says what there is.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Puts load on an Erfa through its public protocols, to size a machine with, from a release build; `--help` says how.
    Load {
        /// What is handed on, such as `--sockets 2000 --posts-per-second 5`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Holds the APIs of a demo, which is built and started, against their descriptions, with schemathesis.
    Apis,
    /// Writes the published contracts in `proto/` again, from the code.
    Contracts,
}

fn main() -> ExitCode {
    let outcome = match Task::parse() {
        Task::Test => test::run_all(),
        Task::Bench { args } => bench(&args),
        Task::Load { args } => load(&args),
        Task::Apis => test::apis(),
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

/// One of the benches with all that follows its name; or all, with what all know.
fn bench(args: &[String]) -> anyhow::Result<()> {
    match args.split_first() {
        Some((name, args)) if name == "log" => bench_log(args),
        Some((name, args)) if name == "live" => bench_live(args),
        Some((name, args)) if name == "pages" => bench_pages(args),
        _ => {
            bench_log(args)?;
            bench_live(args)?;
            bench_pages(args)
        }
    }
}

fn bench_log(args: &[String]) -> anyhow::Result<()> {
    run(cargo(["run", "--release", "-p", "log-bench", "--"]).args(args))
}

/// Whether there are servers of others that do the same.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Beside {
    Peers,
    Nobody,
}

/// What the live protocol and posting are measured by: a full thread, one of usual size, pages that stand open, a thread
/// in which everybody writes, and everybody coming back at once.
const LIVE_CASES: [(&str, Beside); 6] = [
    ("--sockets 9000 --posts-per-second 5 --flood --yardstick", Beside::Peers),
    ("--sockets 1000 --posts-per-second 20 --flood --yardstick", Beside::Peers),
    ("--sockets 9000 --idle", Beside::Peers),
    ("--sockets 0 --posters 1000 --yardstick", Beside::Nobody),
    ("--sockets 0 --posters 1000 --threads 4 --events 5000000 --rebuild --seconds 8", Beside::Nobody),
    ("--sockets 9000 --posts-per-second 5 --storm --seconds 20", Beside::Nobody),
];

/// Among what is handed on: measures servers of others too.
const PEERS: &str = "--peers";

fn bench_live(args: &[String]) -> anyhow::Result<()> {
    let (own, args): (Vec<_>, Vec<_>) = args.iter().cloned().partition(|arg| arg == PEERS);
    let peers = if own.is_empty() { Vec::new() } else { peers::arguments() };
    LIVE_CASES.iter().try_for_each(|(case, beside)| {
        let peers = if *beside == Beside::Peers { &*peers } else { &[] };
        let words = case.split(' ').map(str::to_owned).chain(peers.iter().chain(&args).cloned());
        bench_load(words.collect())
    })
}

/// What pages are measured by: threads of any length, with posts of a few sentences, which very many people will read.
const PAGES_CASE: &str = "--sockets 0 --pages --people 9000 --body-bytes 600 --seconds 30 --yardstick";

fn bench_pages(args: &[String]) -> anyhow::Result<()> {
    bench_load(PAGES_CASE.split(' ').map(str::to_owned).chain(args.iter().cloned()).collect())
}

fn bench_load(words: Vec<String>) -> anyhow::Result<()> {
    step::say(&format!("\n==> cargo xtask load {}", words.join(" ")));
    let files = ["--json", "target/bench.jsonl", "--data", "target/bench-data"].map(str::to_owned);
    load(&files.into_iter().chain(words).collect::<Vec<_>>())
}

/// It starts the program that is built beside it.
fn load(args: &[String]) -> anyhow::Result<()> {
    run(&mut cargo(["build", "--release", "-p", "erfa"]))?;
    run(cargo(["run", "--release", "-p", "erfa-load", "--"]).args(args))
}

/// The tests that compare a contract with its file write the file instead.
fn contracts() -> anyhow::Result<()> {
    let packages = ["-p", "contracts", "-p", "forum", "-p", "directory", "-p", "live"];
    run(cargo(["test"]).args(packages).arg("contracts").env("UPDATE_CONTRACTS", "1"))
}
