//! `cargo xtask bench live`: how fast what was posted reaches those who read, beside a yardstick in the same run.
//!
//! Machines differ and drift, so the ratio is what counts. A table goes to standard output, and a line of JSON for each
//! figure, `{name, value, unit, yardstick, ratio}`, to the file that `--json` names.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the figures are what it is for")]

mod bare_writer;
mod fan_out;
mod report;

use std::{path::PathBuf, time::Duration};

use clap::Parser;
use report::Report;

/// Measures live fan-out against its yardstick.
#[derive(Parser)]
struct Options {
    /// How long each measurement takes, in seconds.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// How many sockets read the thread.
    #[arg(long, default_value_t = 1_000)]
    sockets: usize,
    /// How many posts a second are made in it.
    #[arg(long, default_value_t = 20)]
    posts_per_second: u32,
    /// Where the JSON lines go; they are added to what is there.
    #[arg(long, default_value = "target/bench.jsonl")]
    json: PathBuf,
    /// Where databases and files of the measurements go: a disk, not memory.
    #[arg(long, default_value = "target/bench-data")]
    data: PathBuf,
    /// Be the bare writer, for so many sockets (the bench starts itself like this).
    #[arg(long, hide = true)]
    bare_writer: Option<usize>,
}

#[tokio::main]
async fn main() {
    let options = Options::parse();
    if let Some(sockets) = options.bare_writer {
        return bare_writer::run(sockets).await;
    }
    std::fs::create_dir_all(&options.data).expect("the data directory can be made");
    let time = Duration::from_secs(options.seconds);
    let mut report = Report::default();
    let plan = fan_out::Plan { sockets: options.sockets, posts_per_second: options.posts_per_second, time };
    fan_out::measure(&mut report, &options.data, &plan).await;
    report.print();
    report.write(&options.json).expect("the report can be written");
}
