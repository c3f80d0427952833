//! The log of a data directory on which no server runs, without anything else.

use std::{path::Path, sync::Arc};

use anyhow::{Context as _, bail};
use event_log::{OpenError, SledLog, SledOptions};
use service_kit::{Config, LogOptions};
use types::SystemClock;

use crate::parts;

/// Opens the log.
pub(super) async fn open(config: &Config) -> anyhow::Result<SledLog> {
    is_there(&config.data)?;
    service_kit::telemetry::start(&LogOptions { filter: "warn".to_owned(), ..config.log.clone() })?;
    let (dir, options) = (config.data.join("log"), SledOptions::new(Arc::new(SystemClock)));
    match tokio::task::spawn_blocking(move || SledLog::open(&dir, options)).await? {
        Err(in_use @ OpenError::InUse { .. }) => Err(in_use).context(parts::IN_USE),
        opened => Ok(opened?),
    }
}

/// Complains if Erfa has never been started on this data directory.
pub(crate) fn is_there(data: &Path) -> anyhow::Result<()> {
    if parts::holds_log(data) {
        return Ok(());
    }
    let data = data.display();
    bail!("`{data}` holds nothing of Erfa: name its data directory with --data, or start with `erfa serve`")
}
