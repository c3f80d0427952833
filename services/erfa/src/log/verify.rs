//! `erfa log verify`.

use event_log::{Loss, OpenError, SledLog, Verified};
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
            let log = match alone::open(config).await {
                Ok(log) => log,
                Err(error) => return Err(first_bad(config, error).await),
            };
            let verified = log.verify(|done, of| progress(Progress { done, of })).await;
            log.close().await;
            verified?
        }
    };
    drop(bar);
    Ok(output.result(&words(&verified), &serde_json::to_value(&verified)?)?)
}

/// Why the log can't be opened; and where what is wrong begins, if its blocks can be read.
async fn first_bad(config: &Config, error: anyhow::Error) -> anyhow::Error {
    if !matches!(error.downcast_ref(), Some(OpenError::Damaged { .. } | OpenError::BehindMark { .. })) {
        return error;
    }
    let (log, options) = (alone::dir(config), alone::options());
    let loss = tokio::task::spawn_blocking(move || SledLog::loss(&log, &options, |_, _| ())).await;
    match loss {
        Ok(Ok(Loss { reason, kept_to, .. })) => {
            error.context(format!("it is whole up to position {kept_to}, and then: {reason}"))
        }
        _ => error,
    }
}

fn words(verified: &Verified) -> String {
    let Verified { head, chain, epoch, origin, events, streams, commits, blocks } = verified;
    format!(
        "The log is whole.\nevents      {events}\nstreams     {streams}\ncommits     {commits}\nblocks      {blocks}\n\
         head        {head}\nchain       {chain}\nepoch       {epoch}\norigin      {origin}"
    )
}
