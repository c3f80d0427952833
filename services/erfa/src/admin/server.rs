//! The socket that a running server offers.

use std::{
    fs, io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{UnixListener, UnixStream},
    sync::{Semaphore, mpsc},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Ask, Reply, perform, protocol::LINE_BYTES_MAX};
use crate::parts::Parts;

/// How many commands are under way at once; more wait.
const COMMANDS_MAX: usize = 4;
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
        let tasks = TaskTracker::new();
        let places = Arc::new(Semaphore::new(COMMANDS_MAX));
        loop {
            let accepted = tokio::select! {
                () = shutdown.cancelled() => break,
                accepted = self.listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, _)) => {
                    let (parts, places) = (parts.clone(), places.clone());
                    tasks.spawn(async move {
                        let _place = places.acquire().await;
                        if let Err(error) = answer(stream, &parts).await {
                            tracing::info!(%error, "a command went away before its answer");
                        }
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "the administrator's socket takes no more commands");
                    break;
                }
            }
        }
        tasks.close();
        tasks.wait().await;
    }
}

impl Drop for AdminSocket {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

async fn answer(stream: UnixStream, parts: &Parts) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    BufReader::new(read.take(LINE_BYTES_MAX)).read_line(&mut line).await?;
    let (progress, mut reports) = mpsc::channel(PROGRESS_QUEUE);
    let work = async {
        match serde_json::from_str::<Ask>(&line) {
            Ok(ask) => perform(parts, ask, &|p| drop(progress.try_send(p))).await,
            Err(error) => Err(super::Refusal::new(format_args!("this server does not know that command: {error}"))),
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

async fn send(write: &mut (impl tokio::io::AsyncWrite + Unpin), reply: &Reply) -> io::Result<()> {
    let mut line = serde_json::to_vec(reply)?;
    line.push(b'\n');
    write.write_all(&line).await
}
