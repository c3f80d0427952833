//! From the command line to what does it.

use std::{fs::File, io::Read as _, path::Path, sync::Arc};

use anyhow::{Context as _, bail};
use directory::import;
use event_log::OpenError;
use serde_json::{Value, json};
use service_kit::{Config, LogOptions};
use tokio_util::sync::CancellationToken;
use types::{Clock as _, SystemClock};

use crate::{
    admin::{self, Ask, Refusal},
    cli::{Cli, Command, ConfigCommand, Import, LogCommand, Token},
    configuration::Configuration,
    demo, log,
    output::Output,
    parts::{self, Assembly, Parts, StartError},
    serve::{self, Ports},
};

/// Does what the command line says.
pub(crate) async fn run(cli: Cli) -> anyhow::Result<()> {
    let output = Output { json: cli.json };
    let configuration = Configuration::load(&cli.flags)?;
    let config = &configuration.config;
    match cli.command.unwrap_or_default() {
        Command::Serve => {
            let (ports, configuration) = Ports::bind(configuration).await?;
            serve::run(configuration, ports, output, None).await
        }
        Command::Demo => demo::run(configuration, cli.flags.data.is_some(), output).await,
        Command::Config(ConfigCommand::Check) => {
            let tls = serve::tls(config)?;
            let expiry = tls.and_then(|tls| tls.warning(SystemClock.now()));
            let warnings: Vec<_> = configuration.warnings.iter().chain(&expiry).collect();
            warnings.iter().for_each(|warning| output.note(&format!("warning: {warning}")));
            Ok(output.result("The configuration is right.", &json!({ "errors": [], "warnings": warnings }))?)
        }
        Command::Config(ConfigCommand::Show) => {
            let toml = config.to_toml();
            Ok(output.result(toml.trim_end(), &json!({ "toml": toml }))?)
        }
        Command::Import(Import::Agencies { file }) => {
            let csv = read_agencies(&file)?;
            let done = administer(config, output, "taking in agencies", Ask::ImportAgencies { csv }).await?;
            let count = |key: &str| done[key].as_u64().unwrap_or_default();
            let words = format!(
                "{} agencies read: {} are new, {} got another name, {} changed otherwise, {} were known as they are.",
                count("read"),
                count("registered"),
                count("renamed"),
                count("changed"),
                count("unchanged")
            );
            Ok(output.result(&words, &done)?)
        }
        Command::Token(Token::Issue { person, scopes, days, label }) => {
            let scopes = scopes.into_iter().map(Into::into).collect();
            let done = administer(config, output, "issuing", Ask::IssueToken { person, label, scopes, days }).await?;
            Ok(output.result(done["token"].as_str().context("the answer holds no token")?, &done)?)
        }
        Command::SignInLink { person } => {
            let done = administer(config, output, "making a link", Ask::SignInLink { person }).await?;
            Ok(output.result(done["link"].as_str().context("the answer holds no link")?, &done)?)
        }
        Command::Log(LogCommand::Tail { lines }) => {
            let done = administer(config, output, "reading", Ask::LogTail { events: lines.into() }).await?;
            Ok(output.result(&log::words::tail(&done), &done)?)
        }
        Command::Log(LogCommand::Stats) => {
            let done = administer(config, output, "counting", Ask::LogStats).await?;
            Ok(output.result(&log::words::stats(&done), &done)?)
        }
        Command::Log(LogCommand::AcceptLoss { yes }) => log::accept_loss(config, output, yes).await,
        Command::Log(LogCommand::Reindex) => log::reindex(config, output).await,
        Command::Log(LogCommand::Verify) => log::verify(config, output).await,
        Command::Log(LogCommand::Backup { dir, follow }) => log::backup(config, output, &dir, follow).await,
        Command::Log(LogCommand::Restore { dir, to }) => log::restore(config, output, dir, to).await,
        Command::Rebuild { service } => {
            let done = administer(config, output, "rebuilding", Ask::Rebuild { service }).await?;
            Ok(output.result("The views are made anew.", &done)?)
        }
    }
}

/// Has it done by the server that runs on the data directory; without one, starts the parts for as long as it takes.
async fn administer(config: &Config, output: Output, what: &'static str, ask: Ask) -> anyhow::Result<Value> {
    let bar = output.bar(what);
    let progress = |p| bar.at(p);
    if let Some(answer) = admin::ask(&admin::socket(&config.data)?, &ask, &progress).await {
        return answer.map_err(anyhow::Error::new);
    }
    // Agencies may be the first that comes to a new place; everything else is about what is there.
    if !matches!(ask, Ask::ImportAgencies { .. }) {
        log::is_there(&config.data)?;
    }
    service_kit::telemetry::start(&LogOptions { filter: "warn".to_owned(), ..config.log.clone() })?;
    let shutdown = CancellationToken::new();
    let clock = Arc::new(SystemClock);
    let is_demo = parts::holds_demo(&config.data);
    let parts = Parts::start(Assembly { config, clock, shutdown: shutdown.clone(), demo: is_demo }).await;
    let parts = parts.map_err(|error| match error {
        StartError::Log(in_use @ OpenError::InUse { .. }) => anyhow::Error::new(in_use).context(parts::IN_USE),
        error => error.into(),
    })?;
    let outcome: Result<Value, Refusal> = match parts.catch_up(|_, _| ()).await {
        Ok(()) => admin::perform(&parts, ask, &progress).await,
        Err(error) => Err(Refusal::new(error)),
    };
    shutdown.cancel();
    parts.close().await?;
    outcome.map_err(anyhow::Error::new)
}

/// Reads the file and checks all of it, before anything that could be changed is touched.
fn read_agencies(file: &Path) -> anyhow::Result<String> {
    let name = file.display();
    let mut bytes = Vec::new();
    let opened = File::open(file).and_then(|file| file.take(import::BYTES_MAX as u64 + 1).read_to_end(&mut bytes));
    opened.with_context(|| format!("`{name}` can't be read: name a CSV file that this user may read"))?;
    if let Err(refused) = import::parse(&bytes) {
        bail!("nothing was imported from `{name}`:\n{refused}");
    }
    String::from_utf8(bytes).with_context(|| format!("`{name}` is not UTF-8"))
}
