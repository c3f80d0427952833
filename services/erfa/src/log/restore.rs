//! `erfa log restore`.

use std::{path::PathBuf, sync::Arc};

use anyhow::bail;
use event_log::{Restored, SledLog, SledOptions};
use service_kit::{Config, LogOptions};
use types::{Position, SystemClock};

use crate::{
    admin::{self, Progress},
    output::Output,
    parts,
};

/// Makes the log of the data directory from a backup.
pub(crate) async fn restore(config: &Config, output: Output, backup: PathBuf, to: Option<u64>) -> anyhow::Result<()> {
    let data = config.data.display();
    if admin::connect(&admin::socket(&config.data)?).await.is_some() {
        bail!("Erfa is running on `{data}`: stop it first, or name another data directory with --data");
    }
    if parts::holds_demo(&config.data) {
        bail!("`{data}` holds a demo, which is never mixed with real data: name another directory with --data");
    }
    service_kit::telemetry::start(&LogOptions { filter: "warn".to_owned(), ..config.log.clone() })?;
    let (log, options) = (config.data.join("log"), SledOptions::new(Arc::new(SystemClock)));
    let bar = output.bar("restoring");
    let restoring = tokio::task::spawn_blocking(move || {
        let progress = |done, of| bar.at(Progress { done, of });
        SledLog::restore(&backup, &log, to.map(Position::new), options, progress)
    });
    let restored = restoring.await??;
    if restored.torn_bytes > 0 {
        output.note(&format!(
            "The backup's last block was torn, and was left out ({} bytes): it was being written when the backup stopped.",
            restored.torn_bytes
        ));
    }
    let Restored { position, chain, epoch, origin, .. } = &restored;
    let words = format!(
        "The log is restored, and whole.\nposition    {position}\nchain       {chain}\nepoch       {epoch} (a new one)\n\
         origin      {origin}\nStart it with `erfa serve`. Open pages and sockets begin anew; views are made anew."
    );
    Ok(output.result(&words, &serde_json::to_value(&restored)?)?)
}
