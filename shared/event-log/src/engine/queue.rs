//! The bounded queue between those who append and the writer.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use crate::{AppendError, Appended, Pending, check::Checked};

/// The most commits that wait for the writer.
const QUEUE_COMMITS_MAX: usize = 1_024;
/// The most bytes that wait for the writer or are with it.
const QUEUE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// What a waiting commit costs beside its bytes.
const COMMIT_BYTES: usize = 512;

/// A commit on its way to the writer.
pub(super) struct Job {
    pub(super) checked: Checked,
    pub(super) answer: oneshot::Sender<Result<Appended, AppendError>>,
    /// Its share of the queue's bytes, held until it is answered.
    pub(super) room: OwnedSemaphorePermit,
}

pub(super) enum Request {
    Append(Box<Job>),
    /// Finish what stands in the queue, and say when all is closed.
    Close(oneshot::Sender<()>),
}

/// The end of the queue that takes commits.
#[derive(Clone)]
pub(super) struct Queue {
    requests: mpsc::Sender<Request>,
    bytes: Arc<Semaphore>,
}

pub(super) fn closed() -> AppendError {
    AppendError::Unavailable { reason: "the log is closed".into() }
}

impl Queue {
    pub(super) fn new() -> (Self, mpsc::Receiver<Request>) {
        let (requests, receiver) = mpsc::channel(QUEUE_COMMITS_MAX);
        (Self { requests, bytes: Arc::new(Semaphore::new(QUEUE_BYTES_MAX)) }, receiver)
    }

    /// Waits for room, and puts the commit into the queue.
    pub(super) async fn put(&self, checked: Checked) -> Result<Pending, AppendError> {
        let bytes = u32::try_from(checked.bytes + COMMIT_BYTES).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.bytes).acquire_many_owned(bytes).await.map_err(|_| closed())?;
        let place = self.requests.reserve().await.map_err(|_| closed())?;
        let (answer, answered) = oneshot::channel();
        place.send(Request::Append(Box::new(Job { checked, answer, room })));
        Ok(Pending::new(async move {
            let lost = || AppendError::Unavailable { reason: "the log was closed before it answered".into() };
            answered.await.unwrap_or_else(|_| Err(lost()))
        }))
    }

    /// Closes the log behind everything that stands in the queue.
    pub(super) async fn close(&self) {
        let (closed, done) = oneshot::channel();
        if self.requests.send(Request::Close(closed)).await.is_ok() {
            // An error means that the writer was already closing, and it has ended by now.
            let _ = done.await;
        }
        self.requests.closed().await;
    }
}
