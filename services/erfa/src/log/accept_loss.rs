//! `erfa log accept-loss`.

use anyhow::bail;
use event_log::{Accepted, Loss, SledLog};
use service_kit::Config;

use super::alone;
use crate::{
    admin::{PART, Progress},
    output::Output,
};

/// Says what is lost of the log; with `yes`, makes a new log of what is not.
pub(crate) async fn accept_loss(config: &Config, output: Output, yes: bool) -> anyhow::Result<()> {
    alone::prepare(config).await?;
    let (log, options) = (alone::dir(config), alone::options());
    if !yes {
        let bar = output.bar("looking at what is left");
        let looking = move || SledLog::loss(&log, &options, |done, of| bar.at(Progress { done, of }));
        let loss = tokio::task::spawn_blocking(looking).await??;
        bail!(
            "{}. Nothing was changed. Rather restore a backup that goes further (`erfa log restore`); to go on with what is \
             left, run `erfa log accept-loss --yes`, which keeps the log as it is beside the new one",
            words(&loss)
        );
    }
    let bar = output.bar("keeping what is left");
    let progress = move |done, of| bar.at(Progress { done, of });
    let accepted = SledLog::accept_loss(&log, options, PART, progress).await?;
    let Accepted { loss, set_aside, position, chain, epoch, origin } = &accepted;
    let words = format!(
        "{}.\nThe log goes on from there; its last event records the loss. As it was it lies in {}.\n\
         position    {position}\nchain       {chain}\nepoch       {epoch} (a new one)\norigin      {origin}",
        words(loss),
        set_aside.display(),
    );
    Ok(output.result(&words, &serde_json::to_value(&accepted)?)?)
}

fn words(Loss { reason, kept_to, lost_to }: &Loss) -> String {
    let lost = match lost_to {
        Some(lost_to) => format!("what comes after, up to position {lost_to} at least, is lost"),
        None => "nothing is known to come after".to_owned(),
    };
    format!("What is wrong with the log: {reason}. It is whole up to position {kept_to}, and {lost}")
}
