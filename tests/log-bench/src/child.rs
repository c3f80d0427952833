//! Parts of a measurement that want a process of their own: what is killed, and what must not share its memory with
//! anything. The bench starts itself, hands over a task, and reads a line of JSON.

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, ensure};
use clap::Subcommand;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    groups::Groups,
    scan,
    sizes::{costs, fill, opening},
};

/// What a child does.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Task {
    /// Fills a new log, says so, and waits to be killed.
    Fill { dir: PathBuf, events: u64, bytes: usize },
    /// Opens a log and closes it.
    Open { dir: PathBuf },
    /// Reads a log from end to end.
    Scan { dir: PathBuf },
    /// Appends to a log and reads here and there.
    Costs { dir: PathBuf, events: u64, bytes: usize },
}

impl Task {
    fn args(&self) -> Vec<String> {
        let (name, dir, more) = match self {
            Self::Fill { dir, events, bytes } => ("fill", dir, vec![events.to_string(), bytes.to_string()]),
            Self::Open { dir } => ("open", dir, vec![]),
            Self::Scan { dir } => ("scan", dir, vec![]),
            Self::Costs { dir, events, bytes } => ("costs", dir, vec![events.to_string(), bytes.to_string()]),
        };
        ["child".to_owned(), name.to_owned(), dir.display().to_string()].into_iter().chain(more).collect()
    }

    fn start(&self) -> anyhow::Result<Child> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(self.args()).stdin(Stdio::piped()).stdout(Stdio::piped());
        command.spawn().context("the bench can't start itself")
    }
}

/// What the child does with its task.
pub(crate) async fn run(task: Task, groups: &Groups) -> anyhow::Result<()> {
    match task {
        Task::Fill { dir, events, bytes } => fill::run(&dir, events, bytes).await,
        Task::Open { dir } => answer(&opening::run(&dir).await?),
        Task::Scan { dir } => answer(&scan::log(&dir).await?),
        Task::Costs { dir, events, bytes } => answer(&costs::run(&dir, events, bytes, groups).await?),
    }
}

/// Says what was found.
pub(crate) fn answer(found: &impl Serialize) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string(found)?);
    Ok(())
}

/// What a child finds.
pub(crate) fn found<T: DeserializeOwned>(task: &Task) -> anyhow::Result<T> {
    let child = task.start()?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "the child for {task:?} ended with {}", output.status);
    serde_json::from_slice(&output.stdout).with_context(|| format!("the child for {task:?} answers in JSON"))
}

/// What a child finds, which is killed right after it said so.
pub(crate) fn found_and_killed<T: DeserializeOwned>(task: &Task) -> anyhow::Result<T> {
    let mut child = task.start()?;
    let mut line = String::new();
    BufReader::new(child.stdout.take().context("it was piped")?).read_line(&mut line)?;
    child.kill()?;
    let status = child.wait()?;
    serde_json::from_str(&line)
        .with_context(|| format!("the child for {task:?} ended with {status} before it was done"))
}
