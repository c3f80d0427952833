//! `erfa log restore`.

use std::path::PathBuf;

use anyhow::bail;
use event_log::{Restored, SledLog};
use service_kit::Config;
use types::Position;

use super::alone;
use crate::{admin::Progress, output::Output, parts};

/// Makes the log of the data directory from a backup.
pub(crate) async fn restore(config: &Config, output: Output, backup: PathBuf, to: Option<u64>) -> anyhow::Result<()> {
    let data = config.data.display();
    alone::is_stopped(config).await?;
    if parts::holds_demo(&config.data) {
        bail!("`{data}` holds a demo, which is never mixed with real data: name another directory with --data");
    }
    alone::start_diagnostics(config)?;
    let (log, options) = (alone::dir(config), alone::options());
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
