//! The socket that a running server offers.

use std::{
    fs, io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{UnixListener, UnixStream},
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Ask, Refusal, Reply, feed, perform, protocol::LINE_BYTES_MAX};
use crate::parts::Parts;

/// How many commands are under way at once; more wait.
const COMMANDS_MAX: usize = 4;
/// How many backups take blocks at once, which they may do for ever; more are refused.
const BACKUPS_MAX: usize = 4;
const TOO_MANY_BACKUPS: &str = "too many backups are taking blocks from this server already: end one of them";
/// How long a command line may take to say what it wants.
const ASK_WITHIN: Duration = Duration::from_secs(10);
/// How long the socket rests that can't take a command, because the process has too many files open.
const ACCEPT_REST: Duration = Duration::from_millis(100);
/// How many progress reports wait for a slow command line.
const PROGRESS_QUEUE: usize = 16;

/// The socket; taken away when it is dropped.
pub(crate) struct AdminSocket {
    path: PathBuf,
    listener: UnixListener,
}

impl AdminSocket {
    /// Offers the socket in the data directory, whose lock the caller holds, so that one that lies there is stale.
    pub(crate) fn bind(path: &Path) -> io::Result<Self> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(path)?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
        Ok(Self { path: path.to_owned(), listener })
    }

    /// Answers until the server stops; a command under way is finished.
    pub(crate) async fn run(self, parts: Arc<Parts>, shutdown: CancellationToken) {
        let (tasks, places) = (TaskTracker::new(), Arc::new(Semaphore::new(COMMANDS_MAX)));
        let backups = Arc::new(Semaphore::new(BACKUPS_MAX));
        while let Some(Some((stream, place))) = shutdown.run_until_cancelled(self.accept(&places)).await {
            let (parts, shutdown) = (parts.clone(), shutdown.clone());
            let backups = backups.clone();
            tasks.spawn(async move {
                if let Err(error) = answer(stream, &parts, &shutdown, place, &backups).await {
                    tracing::info!(%error, "a command went away before its answer");
                }
            });
        }
        tasks.close();
        tasks.wait().await;
    }

    /// The next command, once there is a place for it.
    async fn accept(&self, places: &Arc<Semaphore>) -> Option<(UnixStream, OwnedSemaphorePermit)> {
        let place = places.clone().acquire_owned().await.ok()?;
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => return Some((stream, place)),
                Err(error) => {
                    tracing::warn!(%error, "the administrator's socket can't take a command");
                    sleep(ACCEPT_REST).await;
                }
            }
        }
    }
}

impl Drop for AdminSocket {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

async fn answer(
    stream: UnixStream,
    parts: &Parts,
    shutdown: &CancellationToken,
    place: OwnedSemaphorePermit,
    backups: &Semaphore,
) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    let mut read = BufReader::new(read.take(LINE_BYTES_MAX));
    match shutdown.run_until_cancelled(timeout(ASK_WITHIN, read.read_line(&mut line))).await {
        None => return Ok(()),
        Some(asked) => asked??,
    };
    let ask = serde_json::from_str::<Ask>(&line);
    if let Ok(Ask::LogBackup(wanted)) = ask {
        drop(place);
        let Ok(_place) = backups.try_acquire() else {
            return send(&mut write, &Reply::Refused(Refusal::new(TOO_MANY_BACKUPS))).await;
        };
        let fed = shutdown.run_until_cancelled(feed(&mut write, &parts.engine, wanted, shutdown));
        return fed.await.unwrap_or(Ok(()));
    }
    let (progress, mut reports) = mpsc::channel(PROGRESS_QUEUE);
    let report = |at| {
        // A command line that is slow to hear of progress hears of the next.
        let _ = progress.try_send(at);
    };
    let work = async {
        match ask {
            Ok(ask) => perform(parts, ask, &report).await,
            Err(error) => Err(Refusal::new(format_args!(
                "the running server does not know that command ({error}): use the program that the server was started from"
            ))),
        }
    };
    tokio::pin!(work);
    let outcome = loop {
        tokio::select! {
            outcome = &mut work => break outcome,
            Some(report) = reports.recv() => send(&mut write, &Reply::Progress(report)).await?,
        }
    };
    send(&mut write, &outcome.map_or_else(Reply::Refused, Reply::Done)).await
}

pub(super) async fn send(write: &mut (impl tokio::io::AsyncWrite + Unpin), reply: &Reply) -> io::Result<()> {
    let mut line = serde_json::to_vec(reply)?;
    line.push(b'\n');
    write.write_all(&line).await
}
