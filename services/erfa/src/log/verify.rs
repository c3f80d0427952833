//! `erfa log verify`.

use event_log::Verified;
use service_kit::Config;

use super::alone;
use crate::{
    admin::{self, Ask, Progress},
    output::Output,
};

/// Has the server that runs on the data directory walk through its log; without one, does so itself.
pub(crate) async fn verify(config: &Config, output: Output) -> anyhow::Result<()> {
    let bar = output.bar("verifying");
    let progress = |p| bar.at(p);
    let verified = match admin::ask(&admin::socket(&config.data)?, &Ask::LogVerify, &progress).await {
        Some(answer) => serde_json::from_value(answer?)?,
        None => {
            let log = alone::open(config).await?;
            let verified = log.verify(|done, of| progress(Progress { done, of })).await;
            log.close().await;
            verified?
        }
    };
    drop(bar);
    Ok(output.result(&words(&verified), &serde_json::to_value(&verified)?)?)
}

fn words(verified: &Verified) -> String {
    let Verified { head, chain, epoch, origin, events, streams, commits, blocks } = verified;
    format!(
        "The log is whole.\nevents      {events}\nstreams     {streams}\ncommits     {commits}\nblocks      {blocks}\n\
         head        {head}\nchain       {chain}\nepoch       {epoch}\norigin      {origin}"
    )
}
