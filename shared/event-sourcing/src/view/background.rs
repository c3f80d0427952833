//! Work that gives way to everything else in the process.

use std::{future::Future, thread};

use rustix::process::nice;
use tokio::{runtime::Builder, sync::oneshot};

use super::ViewError;

/// How far behind all others the system puts a thread of the background: one that is always busy takes a tenth of what it
/// would take, when the others want all.
const NICENESS: i32 = 10;
/// How many threads do what blocks.
const BLOCKING_THREADS_MAX: usize = 1;

/// Does the work on threads of its own, for which others need not wait; they are gone when it has ended. When this is
/// dropped, the work is dropped as soon as it waits for something.
pub(super) async fn in_background<T: Send + 'static>(
    work: impl Future<Output = Result<T, ViewError>> + Send + 'static,
) -> Result<T, ViewError> {
    let (mut done, outcome) = oneshot::channel();
    let run = move || {
        // Threads that this one begins take after it.
        if let Err(error) = nice(NICENESS) {
            tracing::warn!(%error, "work in the background does not give way to the rest");
        }
        let runtime = Builder::new_current_thread().enable_time().max_blocking_threads(BLOCKING_THREADS_MAX).build()?;
        runtime.block_on(async {
            let outcome = tokio::select! {
                outcome = work => outcome,
                () = done.closed() => Err(ViewError::Closed),
            };
            // Nobody may be there any more to hear of it.
            let _ = done.send(outcome);
        });
        Ok::<_, std::io::Error>(())
    };
    let thread = thread::Builder::new().name("erfa-background".to_owned()).spawn(run)?;
    match outcome.await {
        Ok(outcome) => outcome,
        Err(_) => Err(thread.join().map_or(ViewError::Panicked, |ended| match ended {
            Err(error) => error.into(),
            Ok(()) => ViewError::Closed,
        })),
    }
}
