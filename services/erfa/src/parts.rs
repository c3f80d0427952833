//! The log and the services, put together in one process around one data directory.

use std::{fs, io, os::unix::fs::PermissionsExt as _, path::Path, sync::Arc};

use access::{GateOptions, Keys, KeysError};
use axum::Router;
use directory::Directory;
use event_log::{Log, OpenError, SledLog, SledOptions};
use event_sourcing::{ViewError, Views};
use forum::Forum;
use service_kit::{Config, Health};
use tokio_util::sync::CancellationToken;
use types::{Clock, Ids, SystemIds};

use crate::cli::Service;

/// The name of the file that marks a data directory as a demo's.
const DEMO_MARK: &str = "demo";

/// Why a log may be in use where no server answers.
pub(crate) const IN_USE: &str = "no server answers here, and yet the log is in use: a server that is starting or stopping, or another command; try again in a moment";

/// Everything that runs in the process.
pub(crate) struct Parts {
    pub(crate) log: Log,
    pub(crate) engine: SledLog,
    pub(crate) directory: Directory,
    pub(crate) forum: Forum,
}

/// How the parts are put together.
pub(crate) struct Assembly<'a> {
    pub(crate) config: &'a Config,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) shutdown: CancellationToken,
    /// Whether everything is invented, and anyone can be signed in as by a click.
    pub(crate) demo: bool,
}

/// Why they could not be put together.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    #[error(
        "the data directory `{dir}` can't be used: {source}. Give this user the right to write there, or name another with --data"
    )]
    Directory { dir: String, source: io::Error },
    #[error("`{0}` holds a demo: start it with `erfa demo`, or name another directory with --data")]
    HoldsDemo(String),
    #[error("`{0}` does not hold a demo: a demo is never mixed with real data. Name an empty directory with --data")]
    HoldsNoDemo(String),
    #[error(transparent)]
    Log(#[from] OpenError),
    #[error(
        "the key file `{path}` can't be read or made: {source}. Give this user the right to write in the data directory and to read what is there, or name another with --data"
    )]
    KeyFile { path: String, source: io::Error },
    #[error("the keys in the data directory can't be used: {0}")]
    Keys(KeysError),
    #[error("the directory can't be started")]
    DirectoryService(#[from] directory::StartError),
    #[error(
        "the forum can't be started; its views hold nothing that the log does not: delete `views` in the data directory and start again"
    )]
    Forum(#[from] ViewError),
}

impl From<KeysError> for StartError {
    fn from(error: KeysError) -> Self {
        match error {
            KeysError::Io { path, source } => Self::KeyFile { path: path.display().to_string(), source },
            error => Self::Keys(error),
        }
    }
}

impl Parts {
    /// Opens the log and starts the services.
    pub(crate) async fn start(assembly: Assembly<'_>) -> Result<Self, StartError> {
        let Assembly { config, clock, shutdown, demo } = assembly;
        let data = &config.data;
        let unusable = |source| StartError::Directory { dir: data.display().to_string(), source };
        fs::create_dir_all(data).map_err(unusable)?;
        check_mark(data, demo).map_err(unusable)??;
        // Before the log, so that keys that can't be used leave it as it was.
        let keys = Keys::open(data)?;
        let (dir, options) = (data.join("log"), SledOptions::new(clock.clone()));
        let opened = tokio::task::spawn_blocking(move || SledLog::open(&dir, options)).await;
        let engine = opened.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))?;
        let log = Log::new(engine.clone());
        let ids: Arc<dyn Ids> = Arc::new(SystemIds);
        let directory = Directory::start(directory::Options {
            log: log.clone(),
            clock: clock.clone(),
            ids: ids.clone(),
            keys: keys.clone(),
            data: data.clone(),
            origin: config.origin.as_str().to_owned(),
            at_least_wait: config.at_least_wait,
            openid: config.openid.clone(),
            shutdown: shutdown.clone(),
            demo,
        })
        .await?;
        let gate = GateOptions { at_least_wait: config.at_least_wait, ..GateOptions::new(config.origin.as_str()) };
        let forum = forum::Options {
            log: log.clone(),
            clock: clock.clone(),
            ids,
            keys,
            data: data.clone(),
            gate,
            shutdown,
            demo,
        };
        let forum = Forum::start(forum).await?;
        Ok(Self { log, engine, directory, forum })
    }

    /// The views of each service, by its name.
    pub(crate) fn views(&self) -> [(Service, &'static str, &Views); 2] {
        [(Service::Directory, "directory", self.directory.views()), (Service::Forum, "forum", self.forum.views())]
    }

    /// Everything that is served.
    pub(crate) fn router(&self) -> Router {
        self.directory.router().merge(self.forum.router()).merge(web::assets_router().into_router())
    }

    /// Makes health say when the log takes no more writes, or a view has stopped.
    pub(crate) fn register(&self, health: &Health) {
        let engine = self.engine.clone();
        health.register("log", move || match engine.read_only() {
            Some(reason) => Err(reason.to_string()),
            None => Ok(()),
        });
        health.register("sign-in-links", self.directory.link_check());
        for (_, name, views) in self.views() {
            let views = views.clone();
            health.register(name, move || views.failure().map_or(Ok(()), Err));
        }
    }

    /// Waits until the views have read the whole log, or have stopped, which health says; `progress` hears how far they are.
    pub(crate) async fn catch_up(&self, progress: impl Fn(u64, u64)) -> Result<(), event_log::ReadError> {
        let head = self.log.head().await?;
        for (_, name, views) in self.views() {
            if let Err(stopped) = views.catch_up(head, |reached| progress(reached.get(), head.get())).await {
                tracing::error!(%stopped, "the views of {name} do not read on");
            }
        }
        Ok(())
    }

    /// Finishes what was begun, and closes.
    pub(crate) async fn close(self) -> Result<(), ViewError> {
        self.directory.close().await?;
        self.forum.close().await?;
        self.engine.close().await;
        Ok(())
    }
}

/// Whether Erfa has been started on this data directory.
pub(crate) fn holds_log(data: &Path) -> bool {
    data.join("log").exists()
}

/// Whether others on this machine may look into the data directory, in which names, addresses and closed arenas lie.
/// What this program makes is for its user alone; what stood before may not be.
pub(crate) fn is_open_to_others(data: &Path) -> bool {
    fs::metadata(data).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

/// Whether the data directory is marked as a demo's.
pub(crate) fn holds_demo(data: &Path) -> bool {
    data.join(DEMO_MARK).exists()
}

/// A demo's data directory is marked before anything is written to it, so that the two are never mixed.
fn check_mark(data: &Path, demo: bool) -> io::Result<Result<(), StartError>> {
    let (mark, dir) = (data.join(DEMO_MARK), data.display().to_string());
    let (marked, used) = (mark.try_exists()?, data.join("log").try_exists()?);
    Ok(match (demo, marked, used) {
        (false, true, _) => Err(StartError::HoldsDemo(dir)),
        (true, false, true) => Err(StartError::HoldsNoDemo(dir)),
        (true, false, false) => {
            fs::write(&mark, "This directory holds an invented exchange, made by `erfa demo`.\n")?;
            Ok(())
        }
        _ => Ok(()),
    })
}
