//! The log of a data directory on which no server runs, without anything else.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, bail};
use event_log::{OpenError, SledLog, SledOptions};
use service_kit::{Config, LogOptions};
use types::SystemClock;

use crate::{admin, parts};

/// Opens the log.
pub(super) async fn open(config: &Config) -> anyhow::Result<SledLog> {
    is_there(&config.data)?;
    start_diagnostics(config)?;
    let (dir, options) = (dir(config), options());
    match tokio::task::spawn_blocking(move || SledLog::open(&dir, options)).await? {
        Err(in_use @ OpenError::InUse { .. }) => Err(in_use).context(parts::IN_USE),
        opened => Ok(opened?),
    }
}

/// Makes sure that there is a log, and no server that runs on it.
pub(super) async fn prepare(config: &Config) -> anyhow::Result<()> {
    is_there(&config.data)?;
    is_stopped(config).await?;
    start_diagnostics(config)
}

/// Complains if a server runs on this data directory.
pub(super) async fn is_stopped(config: &Config) -> anyhow::Result<()> {
    if admin::connect(&admin::socket(&config.data)?).await.is_none() {
        return Ok(());
    }
    let data = config.data.display();
    bail!("Erfa is running on `{data}`: stop it first, or name another data directory with --data")
}

pub(super) fn start_diagnostics(config: &Config) -> anyhow::Result<()> {
    // What is wrong is said by the command itself.
    Ok(service_kit::telemetry::start(&LogOptions { filter: "error".to_owned(), ..config.log.clone() })?)
}

pub(super) fn dir(config: &Config) -> PathBuf {
    config.data.join("log")
}

pub(super) fn options() -> SledOptions {
    SledOptions::new(Arc::new(SystemClock))
}

/// Complains if Erfa has never been started on this data directory.
pub(crate) fn is_there(data: &Path) -> anyhow::Result<()> {
    if parts::holds_log(data) {
        return Ok(());
    }
    let data = data.display();
    bail!("`{data}` holds nothing of Erfa: name its data directory with --data, or start with `erfa serve`")
}
