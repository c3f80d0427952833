//! The directory: agencies, people, their mandates, how they sign in.
//!
//! Read in this order: [`domain`] (the rules, pure), [`commands`] (the one door in), [`views`] (what the log looks like
//! from here), `api` and `pages` (what stands in front).

mod api;
mod app;
pub mod commands;
pub mod domain;
pub mod import;
mod openid;
mod outbox;
mod pages;
mod problem;
#[cfg(test)]
mod testing;
pub mod views;

use std::{path::PathBuf, sync::Arc, time::Duration};

use access::{AccessFold, Gate, GateOptions, Keys, RefusalNotes, note_refusals};
use axum::{Router, middleware::from_fn_with_state};
use event_log::Log;
use event_sourcing::{ViewError, Views, ViewsOptions};
use service_kit::OpenIdProvider;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use types::{Clock, Ids};
use web::PageRoute;

pub use app::Persona;
pub use commands::{By, Commands};
pub use outbox::MailError;

web::catalogue! { pub(crate) static TEXTS = "../locales/sv/directory.ftl", "../locales/en/directory.ftl" }

/// What a directory is started with.
pub struct Options {
    /// The log.
    pub log: Log,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where new ids come from.
    pub ids: Arc<dyn Ids>,
    /// What forms and cursors are sealed with; the same for all services of a process.
    pub keys: Keys,
    /// The data directory: `views/directory.redb` and `outbox/` lie in it.
    pub data: PathBuf,
    /// The address that people see in the browser, such as `https://erfa.example`, without a slash at its end. Cookies
    /// are for https alone if it is one of https.
    pub origin: String,
    /// How long a read waits for what it is to see; [`access::AT_LEAST_WAIT`] if nothing else is wanted.
    pub at_least_wait: Duration,
    /// The OpenID providers with which people sign in.
    pub openid: Vec<OpenIdProvider>,
    /// Whether all people are invented, and can be signed in as by a click.
    pub demo: bool,
    /// Ends what runs by itself.
    pub shutdown: CancellationToken,
}

/// Why a directory did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The view.
    #[error(transparent)]
    View(#[from] ViewError),
    /// The outbox.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// The OpenID providers.
    #[error(transparent)]
    OpenId(#[from] oidc::SetupError),
}

/// The directory, running.
pub struct Directory {
    app: app::App,
    worker: JoinHandle<()>,
    /// Notes which tokens are in use.
    uses: JoinHandle<()>,
    link_health: commands::LinkHealth,
    stop: CancellationToken,
}

impl Directory {
    /// Opens the views and starts to follow the log.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let Options { log, clock, ids, keys, data, origin, at_least_wait, openid, demo, shutdown } = options;
        let outbox = outbox::Outbox::open(&data, &origin)?;
        let path = data.join("views/directory.redb");
        let folds = ViewsOptions::new(path, views::VERSION).fold(AccessFold).fold(views::DirectoryFold);
        let views = Views::open(log.clone(), folds).await?;
        let openid = openid::OpenId::new(openid, &origin, clock.clone(), ids.clone())?;
        let gate = GateOptions { at_least_wait, ..GateOptions::new(&*origin) };
        let gate = Gate::new(views.clone(), keys.clone(), clock.clone(), gate);
        let keys_in_use = keys.clone();
        let parts = commands::Parts { log, views, clock, ids, outbox, keys, origin };
        let (commands, worker) = Commands::new(parts);
        let stop = shutdown.child_token();
        let link_health = worker.health();
        let worker = tokio::spawn(worker.run(stop.clone()));
        let uses = tokio::spawn(commands.clone().note_uses_until(keys_in_use, stop.clone()));
        let app = app::App { gate, commands, openid, personas: demo.then(app::Personas::default) };
        Ok(Self { app, worker, uses, link_health, stop })
    }

    /// Its pages and its API, under their whole paths.
    pub fn router(&self) -> Router {
        let (api, _) = api::routes();
        let notes = RefusalNotes { gate: self.app.gate.clone(), refusals: self.app.commands.refusals().clone() };
        let noted = from_fn_with_state(notes, note_refusals);
        api.merge(pages::routes().into_router()).layer(noted).with_state(self.app.clone())
    }

    /// Which pages it serves.
    pub fn pages() -> Vec<PageRoute> {
        pages::routes().routes().to_vec()
    }

    /// What can be done to it.
    pub fn commands(&self) -> &Commands {
        &self.app.commands
    }

    /// What it reads from.
    pub fn views(&self) -> &Views {
        self.app.gate.views()
    }

    /// Says what is wrong with what sends sign-in links, for as long as the process lives.
    pub fn link_check(&self) -> impl Fn() -> Result<(), String> + Send + Sync + use<> {
        let health = self.link_health.clone();
        move || health.check()
    }

    /// What recognises those who ask.
    pub fn gate(&self) -> &Gate {
        &self.app.gate
    }

    /// Who the page to sign in offers in a demo; without [`Options::demo`] it offers nobody.
    pub fn offer(&self, personas: Vec<Persona>) {
        if let Some(offered) = &self.app.personas {
            offered.set(personas);
        }
    }

    /// Sends the links that were asked for, stops following the log and makes the views durable.
    pub async fn close(self) -> Result<(), ViewError> {
        self.stop.cancel();
        let _ = self.worker.await;
        let _ = self.uses.await;
        self.app.gate.views().close().await
    }
}
