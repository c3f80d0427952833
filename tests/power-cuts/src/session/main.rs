//! A session with the log `log` in a directory: opens it, checks that everything acknowledged is there, appends, and ends,
//! while every call that changes a file is recorded.
//!
//! `session PLAN FILES`, both as JSON. Ends with an error that says which promise was broken.

#[expect(unsafe_code, reason = "it takes the place of functions of C")]
mod calls;
mod commits;
mod recorder;
mod verify;
mod writers;

use std::{
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use anyhow::Context as _;
use event_log::{Log, SledLog, SledOptions};
use power_cuts::{Acknowledged, End, Files, Phase, Plan, Said};
use types::SystemClock;

use self::{recorder::say, verify::Found};

/// No session takes nearly as long. One that does has hung.
const SECONDS_MAX: u64 = 240;
const CACHE_BYTES: u64 = 8 * 1024 * 1024;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let plan: Plan = serde_json::from_str(&arguments.next().context("the first argument is the plan")?)?;
    let files: Files = serde_json::from_str(&arguments.next().context("the second argument names files")?)?;
    let known = std::fs::read_to_string(&files.known)?;
    let known: Vec<Acknowledged> = known.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    std::thread::spawn(|| {
        std::thread::park_timeout(Duration::from_secs(SECONDS_MAX));
        std::process::exit(99);
    });
    recorder::begin(&files)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(session(&plan, &files, &known))?;
    recorder::end();
    Ok(())
}

async fn session(plan: &Plan, files: &Files, known: &[Acknowledged]) -> anyhow::Result<()> {
    say(&Said::Now(Phase::Opening));
    let mut options = SledOptions::new(Arc::new(SystemClock));
    options.cache_bytes = CACHE_BYTES;
    let opened = SledLog::open(&files.root.join("log"), options).context("the log can't be opened")?;
    say(&Said::Now(Phase::Open));
    let log = Log::new(opened.clone());
    let found = Found::read(&log).await?;
    found.verify(&log, known).await?;
    // Whoever has read a commit relies on it, whether or not it was acknowledged to the one who made it.
    found.commits().for_each(|commit| say(&Said::Acknowledged(commit)));
    let appended = Arc::new(AtomicU64::new(0));
    let writers = (0..plan.writers).map(|number| {
        tokio::spawn(writers::write(log.clone(), plan.clone(), number, found.revision(number), Arc::clone(&appended)))
    });
    let writers: Vec<_> = writers.collect();
    if plan.end == End::Die {
        let (first, ..) = futures_util::future::select_all(writers).await;
        first??;
        recorder::end();
        std::process::exit(0);
    }
    for writer in writers {
        writer.await??;
    }
    say(&Said::Now(Phase::Closing));
    opened.close().await;
    Ok(())
}
