//! Arenas, threads and posts, live.
//!
//! Read in this order: [`domain`] (the rules), [`commands`] (the one door in), [`views`] (what the log looks like from
//! here), `api`, `pages`, `live`.

mod api;
pub mod commands;
pub mod domain;
mod live;
mod pages;
mod readable;
#[cfg(test)]
mod tests;
pub mod views;

use std::{path::PathBuf, sync::Arc};

use ::live::{Live, LiveOptions, Waker};
use access::{AccessFold, Gate, GateOptions, Keys, RefusalNotes, Refusals, note_refusals};
use axum::{Router, extract::FromRef, middleware::from_fn_with_state};
use event_log::Log;
use event_sourcing::{ViewError, Views, ViewsOptions};
use service_kit::{ApiInfo, ApiStatus, api_routes};
use tokio_util::sync::CancellationToken;
use types::{Clock, Ids};
use utoipa::openapi::OpenApi;
use web::PageRoute;

pub use commands::Commands;

/// What a forum is started with.
pub struct Options {
    /// The log that it writes to and reads from.
    pub log: Log,
    /// The present moment.
    pub clock: Arc<dyn Clock>,
    /// New identifiers.
    pub ids: Arc<dyn Ids>,
    /// The keys of this installation.
    pub keys: Keys,
    /// The data directory: the view is `views/forum.redb` in it.
    pub data: PathBuf,
    /// Where browsers reach Erfa, and how long a read waits.
    pub gate: GateOptions,
    /// When cancelled, sockets are closed and told to come back.
    pub shutdown: CancellationToken,
    /// Whether all of it is invented, which every page says.
    pub demo: bool,
}

/// A running forum. Clones are handles on the same.
#[derive(Clone)]
pub struct Forum {
    app: App,
    live: Live,
    notes: RefusalNotes,
}

/// What handlers are given.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) gate: Gate,
    pub(crate) commands: Commands,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) demo: bool,
}

impl FromRef<App> for Gate {
    fn from_ref(app: &App) -> Self {
        app.gate.clone()
    }
}

const INFO: ApiInfo = ApiInfo {
    name: "forum",
    description: "Arenas where agencies exchange experience, their threads and posts.",
    version: "1.0.0",
    released: "2026-11-22",
    status: ApiStatus::Beta,
};

impl Forum {
    /// Opens the views, without waiting until they have caught up, and starts to follow the log.
    pub async fn start(options: Options) -> Result<Self, ViewError> {
        let Options { log, clock, ids, keys, data, gate, shutdown, demo } = options;
        let waker = Waker::new(Arc::new(live::ForumTopics));
        let options = ViewsOptions::new(data.join("views").join("forum.redb"), views::VERSION)
            .fold(AccessFold)
            .fold(views::ForumFold)
            .observer(waker.observer());
        let views = Views::open(log.clone(), options).await?;
        let refusals = Refusals::new(log.clone(), clock.clone(), ids.clone());
        let gate = Gate::new(views, keys.clone(), clock, gate);
        let live_options = LiveOptions { ids: ids.clone(), ..LiveOptions::default() };
        let live = Live::new(gate.clone(), log.clone(), &waker, live_options, shutdown);
        let commands = Commands::new(&log, ids.clone(), keys);
        let notes = RefusalNotes { gate: gate.clone(), refusals };
        Ok(Self { app: App { gate, commands, ids, demo }, live, notes })
    }

    /// Everything that is served, with complete paths: pages, the API, the socket.
    pub fn router(&self) -> Router {
        let (api, _) = api_routes(INFO, api::routes());
        let noted = from_fn_with_state(self.notes.clone(), note_refusals);
        pages::routes().into_router().merge(api).layer(noted).with_state(self.app.clone()).merge(self.live.router())
    }

    /// What the API is described as.
    pub fn openapi() -> OpenApi {
        api_routes(INFO, api::routes()).1
    }

    /// Which pages it serves.
    pub fn pages() -> Vec<PageRoute> {
        pages::routes().routes().to_vec()
    }

    /// Which kinds of topics can be listened to.
    pub fn topics() -> &'static [&'static str] {
        &live::KINDS
    }

    /// What recognises those who ask: for readings from elsewhere, such as the demo's.
    pub fn gate(&self) -> &Gate {
        &self.app.gate
    }

    /// The door in.
    pub fn commands(&self) -> &Commands {
        &self.app.commands
    }

    /// The views.
    pub fn views(&self) -> &Views {
        self.app.gate.views()
    }

    /// The live part.
    pub fn live(&self) -> &Live {
        &self.live
    }

    /// Closes the sockets, stops to follow the log, and makes the views durable.
    pub async fn close(&self) -> Result<(), ViewError> {
        self.live.drain().await;
        self.views().close().await
    }
}
