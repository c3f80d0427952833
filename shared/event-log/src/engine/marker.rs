//! What keeps tip and mark near the log's end: the tip is overwritten at once, which takes microseconds, and a thread writes
//! the mark so that the writer need not wait for the disk.

use std::{
    path::PathBuf,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use super::{mark::Mark, tip::TipFile};

/// So often the mark is written while the log grows.
const EVERY: Duration = Duration::from_secs(1);

#[derive(Clone, Copy)]
struct State {
    durable: Mark,
    closing: bool,
    /// The thread waits until there is something to write.
    idle: bool,
}

struct Cell {
    state: Mutex<State>,
    /// There is something to write, after there was nothing.
    changed: Condvar,
    closing: Condvar,
}

impl Cell {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A handle on the thread, and the tip.
pub(super) struct Marker {
    cell: Arc<Cell>,
    thread: JoinHandle<()>,
    tip: TipFile,
    tip_failed: AtomicBool,
}

impl Marker {
    /// Starts the thread, and a tip. `written` is what the mark says now.
    pub(super) fn start(dir: PathBuf, written: Mark) -> std::io::Result<Self> {
        let tip = TipFile::create(&dir, written)?;
        let state = Mutex::new(State { durable: written, closing: false, idle: false });
        let cell = Arc::new(Cell { state, changed: Condvar::new(), closing: Condvar::new() });
        let theirs = Arc::clone(&cell);
        let thread = std::thread::Builder::new().name("log-mark".into()).spawn(move || run(&theirs, &dir, written))?;
        Ok(Self { cell, thread, tip, tip_failed: AtomicBool::new(false) })
    }

    /// Says how far the log is durable. To be called before anybody is answered.
    pub(super) fn durable(&self, mark: Mark) {
        // The log goes on without it: the mark is there.
        if let Err(error) = self.tip.write(mark)
            && !self.tip_failed.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(%error, "the log's tip can't be written");
        }
        let mut state = self.cell.state();
        state.durable = mark;
        // While it pauses, waking it would only cost the writer time.
        if state.idle {
            self.cell.changed.notify_one();
        }
    }

    /// Writes the mark a last time.
    pub(super) fn close(self) {
        self.cell.state().closing = true;
        self.cell.changed.notify_one();
        self.cell.closing.notify_one();
        if self.thread.join().is_err() {
            tracing::error!("the thread that writes the log's mark has panicked");
        }
    }
}

fn run(cell: &Cell, dir: &std::path::Path, mut written: Mark) {
    loop {
        let has_nothing_to_do = |state: &mut State| {
            state.idle = !state.closing && state.durable == written;
            state.idle
        };
        let waited = cell.changed.wait_while(cell.state(), has_nothing_to_do);
        let state = *waited.unwrap_or_else(PoisonError::into_inner);
        if state.durable != written {
            match state.durable.write(dir) {
                Ok(()) => written = state.durable,
                // The log goes on: what the mark protects is only found missing a little later.
                Err(error) => tracing::warn!(%error, "the log's mark can't be written"),
            }
        }
        if state.closing {
            return;
        }
        drop(cell.closing.wait_timeout_while(cell.state(), EVERY, |state| !state.closing));
    }
}
