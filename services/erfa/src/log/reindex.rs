//! `erfa log reindex`.

use event_log::SledLog;
use serde_json::json;
use service_kit::Config;

use super::alone;
use crate::output::Output;

/// Makes the index again.
pub(crate) async fn reindex(config: &Config, output: Output) -> anyhow::Result<()> {
    alone::prepare(config).await?;
    let (log, options) = (alone::dir(config), alone::options());
    let bar = output.bar("making the index again");
    tokio::task::spawn_blocking(move || SledLog::reindex(&log, options)).await??;
    drop(bar);
    Ok(output.result("The index is made again.", &json!({ "reindexed": true }))?)
}
