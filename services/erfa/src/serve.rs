//! The server: everything in one process, until it is told to stop.

use std::{io, sync::Arc, time::Duration};

use anyhow::Context as _;
use serde_json::json;
use service_kit::{Config, Health, Lifecycle, Prometheus, bind, metrics_router, protect_with_pages, serve};
use tokio::net::TcpListener;
use types::{Clock, Line, SystemClock};

use crate::{
    admin::{AdminSocket, Progress, SOCKET},
    output::Output,
    parts::{Assembly, Parts},
    shell::Shell,
};

/// How long the metrics port goes on answering `not ready` to those who ask during a stop.
const METRICS_STOP_MAX: Duration = Duration::from_secs(1);

/// The ports, bound before anything else is begun, so that one in use is told at once.
pub(crate) struct Ports {
    pages: TcpListener,
    metrics: TcpListener,
}

impl Ports {
    /// Listens where the configuration says; the configuration that comes back knows the ports that the system chose.
    pub(crate) async fn bind(config: Config) -> anyhow::Result<(Self, Config)> {
        let pages = bind(config.listen, "listen").await?;
        let metrics = bind(config.metrics_listen, "metrics_listen").await?;
        let listen = pages.local_addr().context("the listening port has no address")?;
        Ok((Self { pages, metrics }, config.listening_at(listen)))
    }
}

/// Serves until a signal comes. Acknowledged work is finished; open pages are told to come back.
pub(crate) async fn run(
    config: Config,
    ports: Ports,
    output: Output,
    demo: Option<Vec<directory::Persona>>,
) -> anyhow::Result<()> {
    service_kit::telemetry::start(&config.log)?;
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
    let (prometheus, health, lifecycle) = (Prometheus::install()?, Health::default(), Lifecycle::new());
    lifecycle.stop_on_signals().context("signals can't be listened for")?;
    let shutdown = &lifecycle.shutdown;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let assembly = Assembly { config: &config, clock, shutdown: shutdown.clone(), demo: demo.is_some() };
    let parts = Arc::new(Parts::start(assembly).await?);
    parts.register(&health);
    let metrics_url = format!("http://{}", ports.metrics.local_addr().context("the metrics port has no address")?);
    let metrics = metrics_router(health.clone(), prometheus.clone());
    // Health answers until the very end, so it stops with the process and not with the lifecycle.
    let (limits, until_the_end) = (config.limits.clone(), tokio_util::sync::CancellationToken::new());
    let metrics = tokio::spawn({
        let until_the_end = until_the_end.clone();
        async move { serve(ports.metrics, metrics, &limits, until_the_end).await }
    });
    lifecycle.tasks.spawn(prometheus.upkeep(shutdown.clone()));

    let bar = output.bar("reading the log");
    parts.catch_up(|done, of| bar.at(Progress { done, of })).await?;
    drop(bar);
    let socket = AdminSocket::bind(&config.data.join(SOCKET)).context("the administrator's socket can't be offered")?;
    lifecycle.tasks.spawn(socket.run(parts.clone(), shutdown.clone()));
    let secretariat = Line::new(&config.secretariat).context("`secretariat` is no name")?;
    let is_demo = demo.is_some();
    let link = match demo {
        Some(personas) => {
            parts.directory.offer(personas);
            None
        }
        None => parts.directory.commands().first_link(secretariat).await?.map(|link| link.url),
    };
    announce(&config, output, &metrics_url, link.as_deref(), is_demo)?;

    let shell = Shell { gate: parts.directory.gate().clone(), demo: is_demo };
    let router = parts.router().merge(shell.statements(&config));
    let router = protect_with_pages(router, &config, shell.refusals());
    let stopped = serve(ports.pages, router, &config.limits, shutdown.clone()).await;
    output.note("Stopping: finishing what was begun …");
    health.stopping();
    if stopped.connections_cut > 0 {
        tracing::warn!(connections = stopped.connections_cut, "connections were cut off that did not end in time");
    }
    lifecycle.drain(config.limits.stop_max).await?;
    if let Some(parts) = Arc::into_inner(parts) {
        parts.close().await?;
    }
    until_the_end.cancel();
    let _ = tokio::time::timeout(METRICS_STOP_MAX, metrics).await;
    Ok(())
}

fn announce(config: &Config, output: Output, metrics: &str, link: Option<&str>, demo: bool) -> io::Result<()> {
    let url = config.origin.as_str();
    let ready = json!({ "url": url, "metricsUrl": metrics, "signInLink": link, "demo": demo });
    let mut words = format!("Erfa is running at {url}\nHealth and metrics are at {metrics}\nEnd it with Ctrl-C.");
    if demo {
        words += "\n\nThis is a demo: everything in it is invented. Sign in as anyone by a click.";
    } else if let Some(link) = link {
        words += &format!(
            "\n\nNobody of the secretariat has joined yet. To be the first, open this link within 15 minutes (a restart prints a new one):\n\n  {link}\n"
        );
    }
    output.result(&words, &ready)
}
