//! Who asks for a sign-in link is answered at once, and the same whoever they are: whether the address is known, and
//! the link's making if it is, come afterwards, here.

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::{Commands, Error, LinkRequest, VIEW_WAIT};
use crate::{
    outbox::Mail,
    views::{people, sessions},
};

/// How many wait for their link at most.
const WAITING_MAX: usize = 256;
/// How many links of one person wait to be used at most; who asks for more gets no mail until one expires.
pub(crate) const LINKS_MAX: usize = 5;

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

    async fn send_link(&self, request: LinkRequest) -> Result<(), Error> {
        // An address of which the view does not know yet gets no mail; asking again is easy.
        let snapshot = self.0.views.snapshot()?;
        let known = people::by_address(&snapshot, &request.address)?;
        let Some(person) = known.filter(|person| person.agencies().next().is_some()) else { return Ok(()) };
        let now = self.0.clock.now();
        let waiting = sessions::newest(&snapshot, person.id)?;
        if waiting.iter().filter(|link| link.is_waiting_link(now)).count() >= LINKS_MAX {
            tracing::warn!(person = %person.id, "no sign-in link was sent, as several wait to be used");
            return Ok(());
        }
        drop(snapshot);
        let Some(to) = person.email else { return Ok(()) };
        let link = self.link(person.id, Some(request.browser), &request.next).await?;
        // The view is to know of this link before the next one is counted.
        self.0.views.wait_for(link.position, VIEW_WAIT).await?;
        self.0.outbox.send(Mail::sign_in(to, &link, now)).await?;
        tracing::info!(person = %person.id, session = %link.session, "a sign-in link was sent");
        Ok(())
    }
}

/// Sends the links that were asked for.
pub(crate) struct Worker {
    commands: Commands,
    waiting: mpsc::Receiver<Job>,
}

impl Worker {
    pub(super) fn new(commands: Commands, waiting: mpsc::Receiver<Job>) -> Self {
        Self { commands, waiting }
    }

    /// Works until `shutdown`, and then finishes what was asked for before.
    pub(crate) async fn run(mut self, shutdown: CancellationToken) {
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
                    if let Err(error) = self.commands.send_link(request).await {
                        tracing::error!(%error, "a sign-in link could not be sent");
                    }
                }
            }
        }
    }
}
