//! The demo: a lively invented exchange, on this machine only.

mod exchange;
mod fill;

use std::{path::PathBuf, sync::Arc};

use anyhow::bail;
use directory::Persona;
use service_kit::Config;
use tokio_util::sync::CancellationToken;
use types::{Clock as _, ManualClock, SystemClock};

use crate::{
    configuration::Configuration,
    output::Output,
    parts::{Assembly, Parts},
    serve::{self, Ports},
};

/// Where the demo is kept if nothing is said, so that it never lies beside real data.
const DATA_DEFAULT: &str = "./data-demo";

/// Fills the data directory if it is empty, and serves it.
pub(crate) async fn run(mut configuration: Configuration, data_was_given: bool, output: Output) -> anyhow::Result<()> {
    let config = &mut configuration.config;
    if !data_was_given {
        config.data = PathBuf::from(DATA_DEFAULT);
    }
    if !config.listen.ip().is_loopback() {
        bail!(
            "a demo lets anyone sign in as anyone, so it listens on this machine only: use --listen 127.0.0.1:{}",
            config.listen.port()
        );
    }
    let (ports, configuration) = Ports::bind(configuration).await?;
    let personas = personas(&configuration.config, output).await?;
    serve::run(configuration, ports, output, Some(personas)).await
}

/// The personas of the demo in the data directory, which is filled first if it is empty.
async fn personas(config: &Config, output: Output) -> anyhow::Result<Vec<Persona>> {
    let clock = Arc::new(ManualClock::at(fill::begins_at(SystemClock.now())));
    let shutdown = CancellationToken::new();
    let assembly = Assembly { config, clock: clock.clone(), shutdown: shutdown.clone(), demo: true };
    let parts = Parts::start(assembly).await?;
    parts.catch_up(|_, _| ()).await?;
    let bar = output.bar("inventing an exchange");
    let filled = if fill::is_empty(&parts).await? { fill::fill(&parts, &clock, &|p| bar.at(p)).await } else { Ok(()) };
    drop(bar);
    let personas = filled.and_then(|()| fill::personas(&parts));
    shutdown.cancel();
    parts.close().await?;
    personas
}
