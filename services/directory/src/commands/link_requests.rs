//! Who asks for a sign-in link is answered at once, and the same whoever they are: whether the address is known, and
//! the link's making if it is, come afterwards, here.

mod budget;
mod health;

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::{Commands, Error, LinkRequest};
use crate::{outbox::Mail, views::people};
use budget::{Asking, Budgets};
use health::WorkerHealth;

pub(crate) use health::WorkerHealth as LinkHealth;

#[cfg(test)]
pub(crate) use budget::{OF_ADDRESS_MAX, OF_KNOWN_MAX, OF_STRANGERS_MAX};

/// How many wait for their link at most.
const WAITING_MAX: usize = 256;

pub(super) enum Job {
    Link(LinkRequest),
    /// Says when all that was asked for before is done.
    Settle(oneshot::Sender<()>),
}

pub(super) fn queue() -> (mpsc::Sender<Job>, mpsc::Receiver<Job>) {
    mpsc::channel(WAITING_MAX)
}

impl Commands {
    /// Asks for a sign-in link by mail. The answer is the same whether the address is known or not.
    pub fn request_link(&self, request: LinkRequest) -> Result<(), Error> {
        self.0.link_requests.try_send(Job::Link(request)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Error::Busy,
            mpsc::error::TrySendError::Closed(_) => Error::Closing,
        })
    }

    /// Waits until every link that was asked for before has been sent, or not.
    pub async fn links_settled(&self) {
        let (settled, wait) = oneshot::channel();
        if self.0.link_requests.send(Job::Settle(settled)).await.is_ok() {
            let _ = wait.await;
        }
    }

    /// Sends the link, unless nobody is known at the address or too many of theirs were sent of late. Links that wait are
    /// left alone: were an older one to give way, a stranger could end the one that its person is about to open.
    async fn send_link(&self, request: LinkRequest, budgets: &mut Budgets) -> Result<(), Error> {
        // An address of which the view does not know yet gets no mail; asking again is easy.
        let snapshot = self.0.views.snapshot()?;
        let known = people::by_address(&snapshot, &request.address)?;
        let Some(person) = known.filter(|person| person.agencies().next().is_some()) else { return Ok(()) };
        let now = self.0.clock.now();
        drop(snapshot);
        let Some(to) = person.email else { return Ok(()) };
        let is_known = request.known.is_some_and(|browser| browser.knows(&self.0.keys, person.id));
        let asking = if is_known { Asking::KnownBrowser } else { Asking::Stranger(request.prefix) };
        if !budgets.take(person.id, asking, now) {
            tracing::warn!(person = %person.id, is_known, "no sign-in link was sent, as several were of late");
            return Ok(());
        }
        let link = self.link(person.id, Some(request.browser), &request.next).await?;
        self.0.outbox.send(Mail::sign_in(to, &link, now)).await?;
        tracing::info!(person = %person.id, session = %link.session, "a sign-in link was sent");
        Ok(())
    }
}

/// Sends the links that were asked for.
pub(crate) struct Worker {
    commands: Commands,
    waiting: mpsc::Receiver<Job>,
    budgets: Budgets,
    health: WorkerHealth,
}

impl Worker {
    pub(super) fn new(commands: Commands, waiting: mpsc::Receiver<Job>) -> Self {
        let health = WorkerHealth::new(commands.0.clock.clone());
        Self { commands, waiting, budgets: Budgets::default(), health }
    }

    /// Says whether it gets on, also when it has ended.
    pub(crate) fn health(&self) -> WorkerHealth {
        self.health.clone()
    }

    /// Works until `shutdown`, and then finishes what was asked for before.
    pub(crate) async fn run(mut self, shutdown: CancellationToken) {
        let _alive = self.health.alive();
        loop {
            let job = tokio::select! {
                job = self.waiting.recv() => job,
                () = shutdown.cancelled() => {
                    self.waiting.close();
                    self.waiting.recv().await
                }
            };
            match job {
                None => return,
                Some(Job::Settle(settled)) => {
                    let _ = settled.send(());
                }
                Some(Job::Link(request)) => {
                    self.health.sends();
                    if let Err(error) = self.commands.send_link(request, &mut self.budgets).await {
                        tracing::error!(%error, "a sign-in link could not be sent");
                    }
                    self.health.waits();
                }
            }
        }
    }
}
