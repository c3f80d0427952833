//! The server: everything in one process, until it is told to stop.

use std::{
    io,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::Context as _;
use serde_json::json;
use service_kit::{
    Config, Health, Lifecycle, Prometheus, Tls, TlsError, bind, metrics_router, protect_with_pages, serve, serve_tls,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use types::{Clock, Line, SystemClock};

use crate::{
    admin::{self, AdminSocket, Progress},
    configuration::Configuration,
    output::Output,
    parts::{self, Assembly, Parts},
    shell::Shell,
};

/// How long the metrics port goes on answering `not ready` to those who ask during a stop.
const METRICS_STOP_MAX: Duration = Duration::from_secs(1);

/// The ports, bound before anything else is begun, so that one in use is told at once.
pub(crate) struct Ports {
    pages: TcpListener,
    metrics: TcpListener,
    tls: Option<Tls>,
}

/// Certificate and key, if TLS is spoken here.
pub(crate) fn tls(config: &Config) -> Result<Option<Tls>, TlsError> {
    config.tls.files().map(Tls::open).transpose()
}

impl Ports {
    /// Listens where the configuration says; the configuration that comes back knows the ports that the system chose.
    pub(crate) async fn bind(mut configuration: Configuration) -> anyhow::Result<(Self, Configuration)> {
        let config = configuration.config;
        let tls = tls(&config)?;
        let pages = bind(config.listen, "listen").await?;
        let metrics = bind(config.metrics_listen, "metrics_listen").await?;
        let listen = pages.local_addr().context("the listening port has no address")?;
        configuration.config = config.listening_at(listen);
        Ok((Self { pages, metrics, tls }, configuration))
    }
}

/// Serves until a signal comes. Acknowledged work is finished; open pages are told to come back.
pub(crate) async fn run(
    configuration: Configuration,
    ports: Ports,
    output: Output,
    demo: Option<Vec<directory::Persona>>,
) -> anyhow::Result<()> {
    let Configuration { config, warnings } = configuration;
    service_kit::telemetry::start(&config.log)?;
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    let socket = admin::socket(&config.data)?;
    let (prometheus, health, lifecycle) = (Prometheus::install()?, Health::default(), Lifecycle::new());
    lifecycle.stop_on_signals().context("signals can't be listened for")?;
    let (shutdown, clock): (_, Arc<dyn Clock>) = (lifecycle.shutdown.clone(), Arc::new(SystemClock));
    let assembly = Assembly { config: &config, clock: clock.clone(), shutdown: shutdown.clone(), demo: demo.is_some() };
    let parts = Arc::new(Parts::start(assembly).await?);
    if parts::is_open_to_others(&config.data) {
        let data = config.data.display();
        tracing::warn!(%data, "others on this machine may look into the data directory: run `chmod 700` on it");
    }
    parts.register(&health);
    let is_open = Arc::new(AtomicBool::new(false));
    health.register("pages", opened(is_open.clone()));
    let metrics_url = format!("http://{}", ports.metrics.local_addr().context("the metrics port has no address")?);
    let metrics = metrics_router(health.clone(), prometheus.clone());
    // Health answers until the very end, so it stops with the process and not with the lifecycle.
    let (limits, until_the_end) = (config.limits.clone(), CancellationToken::new());
    let metrics = tokio::spawn({
        let until_the_end = until_the_end.clone();
        async move { serve(ports.metrics, metrics, &limits, until_the_end).await }
    });
    lifecycle.tasks.spawn(prometheus.upkeep(shutdown.clone()));
    if let Some(tls) = &ports.tls {
        let watch = tls.watch(clock, shutdown.clone()).context("signals can't be listened for")?;
        lifecycle.tasks.spawn(watch);
    }
    lifecycle.tasks.spawn(async move {
        shutdown.cancelled().await;
        health.stopping();
        output.note("Stopping: finishing what was begun …");
    });

    let server = Server { config, output, parts, lifecycle, metrics_url, is_open };
    let served = server.serve((ports.pages, ports.tls), &socket, demo).await;
    let stopped = server.stop().await;
    until_the_end.cancel();
    let _ = tokio::time::timeout(METRICS_STOP_MAX, metrics).await;
    served.and(stopped)
}

/// Before the pages can be opened the process is not ready, though it answers.
fn opened(is_open: Arc<AtomicBool>) -> impl Fn() -> Result<(), String> {
    move || if is_open.load(Ordering::SeqCst) { Ok(()) } else { Err("the log is still being read".to_owned()) }
}

/// A server whose parts are running.
struct Server {
    config: Config,
    output: Output,
    parts: Arc<Parts>,
    lifecycle: Lifecycle,
    metrics_url: String,
    is_open: Arc<AtomicBool>,
}

impl Server {
    /// Lets everybody in once the views have read the log, until it is told to stop.
    async fn serve(
        &self,
        (pages, tls): (TcpListener, Option<Tls>),
        socket: &Path,
        demo: Option<Vec<directory::Persona>>,
    ) -> anyhow::Result<()> {
        let (parts, shutdown) = (&self.parts, &self.lifecycle.shutdown);
        let bar = self.output.bar("reading the log");
        let caught_up = parts.catch_up(|done, of| bar.at(Progress { done, of }));
        let Some(caught_up) = shutdown.run_until_cancelled(caught_up).await else { return Ok(()) };
        caught_up?;
        drop(bar);
        let socket = AdminSocket::bind(socket).context("the administrator's socket can't be offered")?;
        self.lifecycle.tasks.spawn(socket.run(parts.clone(), shutdown.clone()));
        let secretariat = Line::new(&self.config.secretariat).context("`secretariat` is no name")?;
        let is_demo = demo.is_some();
        let link = match demo {
            Some(personas) => {
                parts.directory.offer(personas);
                None
            }
            None => parts.directory.commands().first_link(secretariat).await?.map(|link| link.url),
        };
        announce(&self.config, self.output, &self.metrics_url, link.as_deref(), is_demo)?;

        let shell = Shell { gate: parts.directory.gate().clone(), demo: is_demo };
        let router = parts.router().merge(shell.statements(&self.config));
        let router = protect_with_pages(router, &self.config, shell.refusals());
        self.is_open.store(true, Ordering::SeqCst);
        let (limits, shutdown) = (&self.config.limits, shutdown.clone());
        let stopped = match tls {
            Some(tls) => serve_tls(pages, tls, router, limits, shutdown).await,
            None => serve(pages, router, limits, shutdown).await,
        };
        if stopped.connections_cut > 0 {
            tracing::warn!(connections = stopped.connections_cut, "connections were cut off that did not end in time");
        }
        Ok(())
    }

    /// Finishes what was begun, and closes, also when something did not end in time.
    async fn stop(self) -> anyhow::Result<()> {
        let drained = self.lifecycle.drain(self.config.limits.stop_max).await;
        match Arc::try_unwrap(self.parts) {
            Ok(parts) => parts.close().await?,
            Err(parts) => parts.engine.close().await,
        }
        Ok(drained?)
    }
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
