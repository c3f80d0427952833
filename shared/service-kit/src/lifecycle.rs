//! Beginning and end of a process.

use std::{io, time::Duration};

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// What has to end, and the word that it shall. Clones share both.
#[derive(Clone, Debug, Default)]
pub struct Lifecycle {
    /// Cancelled when the process shall stop. Who hears it begins nothing new and finishes what is acknowledged.
    pub shutdown: CancellationToken,
    /// The tasks that a stop waits for.
    pub tasks: TaskTracker,
}

/// The tasks that were still running when a stop had waited long enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{tasks} tasks did not end in time")]
pub struct NotDrained {
    /// How many.
    pub tasks: usize,
}

impl Lifecycle {
    /// A life with nothing in it yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops at SIGTERM (the service manager) and SIGINT (Ctrl-C). From here on neither ends the process by itself.
    pub fn stop_on_signals(&self) -> io::Result<()> {
        let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let shutdown = self.shutdown.clone();
        tokio::spawn(async move {
            let name = tokio::select! {
                _ = terminate.recv() => "SIGTERM",
                _ = interrupt.recv() => "SIGINT",
                () = shutdown.cancelled() => return,
            };
            tracing::info!(signal = name, "stopping");
            shutdown.cancel();
        });
        Ok(())
    }

    /// Stops, and waits until every task has ended, but not longer than `limit`.
    pub async fn drain(&self, limit: Duration) -> Result<(), NotDrained> {
        self.shutdown.cancel();
        self.tasks.close();
        let ended = tokio::time::timeout(limit, self.tasks.wait()).await;
        ended.map_err(|_| NotDrained { tasks: self.tasks.len() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_signal_is_the_word_to_stop() {
        let life = Lifecycle::new();
        life.stop_on_signals().expect("signals can be heard");
        let this = rustix::process::getpid();
        rustix::process::kill_process(this, rustix::process::Signal::TERM).expect("we may signal ourselves");
        life.shutdown.cancelled().await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_waits_for_tasks_but_not_for_ever() {
        let life = Lifecycle::new();
        let shutdown = life.shutdown.clone();
        life.tasks.spawn(async move { shutdown.cancelled().await });
        assert_eq!(life.drain(Duration::from_secs(10)).await, Ok(()));
        life.tasks.spawn(std::future::pending::<()>());
        let started = tokio::time::Instant::now();
        assert_eq!(life.drain(Duration::from_secs(10)).await, Err(NotDrained { tasks: 1 }));
        assert_eq!(started.elapsed(), Duration::from_secs(10));
    }
}
