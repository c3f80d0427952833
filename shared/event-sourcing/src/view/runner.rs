//! The runner: follows the log and applies what comes, in batches that are the larger, the more there is to do.

use std::sync::{Arc, PoisonError};

use event_log::{Filter, Followed, ReadError, Recorded};
use futures_util::StreamExt as _;
use tokio::{sync::mpsc, time::sleep_until};
use types::Position;

use super::{
    ViewError,
    inner::{Inner, blocking},
};

type Heard = Result<Followed, ReadError>;

impl Inner {
    /// Starts to follow the log from where the view stands.
    pub(super) fn start(self: &Arc<Self>, from: Position) {
        let inner = self.clone();
        let runner = tokio::spawn(async move {
            metrics::gauge!("erfa_view_running", "view" => inner.name.clone()).set(1);
            if let Err(error) = inner.run(from).await {
                tracing::error!(view = inner.name, position = %*inner.position.borrow(), %error, "the view stopped");
                inner.failure.send_replace(Some(chain(&error)));
            }
            metrics::gauge!("erfa_view_running", "view" => inner.name.clone()).set(0);
        });
        *self.runner.lock().unwrap_or_else(PoisonError::into_inner) = Some(runner);
    }

    /// Until it is stopped, or something fails.
    async fn run(self: &Arc<Self>, from: Position) -> Result<(), ViewError> {
        let batch_max = self.options.batch_events_max.max(1);
        // Reading goes on while a batch is applied.
        let (feed, mut fed) = mpsc::channel(batch_max);
        let mut followed = self.log.follow(from, Filter::all());
        let feeder = async move {
            while let Some(heard) = followed.next().await {
                if feed.send(heard).await.is_err() {
                    return;
                }
            }
        };
        let applier = async {
            let mut batch = Vec::with_capacity(batch_max);
            loop {
                let due = self.writer.lock().await.due(self.options.durable_every);
                tokio::select! {
                    biased;
                    () = self.stop.cancelled() => return self.make_durable_now().await,
                    count = fed.recv_many(&mut batch, batch_max) => match count {
                        0 => return Err(ReadError::Unavailable { reason: "the log was closed".into() }.into()),
                        _ => self.take(batch.drain(..)).await?,
                    },
                    () = async { sleep_until(due.unwrap_or_else(tokio::time::Instant::now)).await }, if due.is_some() => {
                        self.make_durable_now().await?;
                    }
                }
            }
        };
        // The feeder's end closes the channel, and the applier hears of that when it has taken everything.
        tokio::pin!(feeder, applier);
        tokio::select! {
            done = &mut applier => done,
            () = &mut feeder => applier.await,
        }
    }

    /// Waits for the end of the runner.
    pub(super) async fn join(&self) -> Result<(), ViewError> {
        let runner = self.runner.lock().unwrap_or_else(PoisonError::into_inner).take();
        match runner {
            Some(runner) => runner.await.map_err(|_| ViewError::Panicked),
            None => Ok(()),
        }
    }

    async fn take(self: &Arc<Self>, heard: impl Iterator<Item = Heard>) -> Result<(), ViewError> {
        let writer = self.writer.clone().lock_owned().await;
        let (mut events, mut position, mut failed) = (Vec::<Arc<Recorded>>::new(), writer.position, None);
        for heard in heard {
            match heard {
                Ok(Followed::Event(event)) if event.position > position => {
                    position = event.position;
                    events.push(event);
                }
                Ok(Followed::Event(_)) => {}
                Ok(Followed::Checkpoint(at) | Followed::CaughtUp(at) | Followed::Behind(at)) => {
                    position = position.max(at);
                }
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        if position > writer.position {
            let inner = self.clone();
            blocking(move || inner.apply(writer, &events, position)).await?;
            self.measure(position).await;
        }
        failed.map_or(Ok(()), |error| Err(error.into()))
    }

    async fn make_durable_now(self: &Arc<Self>) -> Result<(), ViewError> {
        let (inner, writer) = (self.clone(), self.writer.clone().lock_owned().await);
        blocking(move || inner.make_durable(writer)).await
    }

    async fn measure(&self, position: Position) {
        metrics::gauge!("erfa_view_position", "view" => self.name.clone()).set(position.get() as f64);
        if let Ok(head) = self.log.head().await {
            let lag = head.get().saturating_sub(position.get());
            metrics::gauge!("erfa_view_lag_positions", "view" => self.name.clone()).set(lag as f64);
        }
    }
}

/// The error with what caused it.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}
