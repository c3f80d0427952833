//! What the event log costs: each figure beside a yardstick that was measured in the same run, turn by turn, so that a
//! machine that drifts drifts for both.
//!
//! `cargo xtask bench log` runs everything; `log-bench appends --in-flight 256 --seconds 10` one case. A table goes to
//! standard output as it comes about, a line of JSON for each figure to the file that `--json` names, and what is under
//! way to standard error. Nothing is asserted: machines differ, and only ratios say something.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the figures are what it is for")]

mod appends;
mod child;
mod commits;
mod cpu;
mod disk;
mod followers;
mod groups;
mod latency;
mod load;
mod machine;
mod median;
mod memory;
mod options;
mod progress;
mod report;
mod scan;
mod scans;
mod shape;
mod sizes;
mod text;
mod turn;
mod writers;
mod yardstick;

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser as _;

use groups::Groups;
use options::{Appends, Followers, Options, Scans, Sizes, What};
use report::Report;

/// As in `erfa`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("log-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> anyhow::Result<()> {
    let groups = groups::install()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().thread_name(cpu::CALLERS).enable_all().build()?;
    runtime.block_on(async {
        match options.what.clone() {
            Some(What::Child(task)) => child::run(task, &groups).await,
            what => measure(what.unwrap_or(What::All), options, &groups).await,
        }
    })
}

async fn measure(what: What, options: &Options, groups: &Groups) -> anyhow::Result<()> {
    let made = std::fs::create_dir_all(&options.data);
    made.with_context(|| format!("the directory `{}` can't be made", options.data.display()))?;
    let mut report = Report::begin(options)?;
    match what {
        What::Appends(narrow) => appends::measure(&mut report, options, &narrow, groups).await,
        What::Scans(scans) => scans::measure(&mut report, options, &scans).await,
        What::Sizes(sizes) => sizes::measure(&mut report, options, &sizes).await,
        What::Followers(plan) => followers::measure(&mut report, options, &plan).await,
        What::All | What::Child(_) => {
            appends::measure(&mut report, options, &Appends::default(), groups).await?;
            scans::measure(&mut report, options, &Scans::default()).await?;
            sizes::measure(&mut report, options, &Sizes::default()).await?;
            followers::measure(&mut report, options, &Followers::default()).await
        }
    }
}
