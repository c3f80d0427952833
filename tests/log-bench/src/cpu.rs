//! CPU time, of the process and of its threads.

use std::{fs, time::Duration};

use rustix::time::{ClockId, clock_gettime};

/// What the threads are called on which callers run.
pub(crate) const CALLERS: &str = "caller";
/// What the log calls the thread that writes.
const WRITER: &str = "log-writer";

/// CPU time at a moment.
#[derive(Clone, Copy)]
pub(crate) struct Cpu {
    /// Of the whole process.
    pub(crate) process: Duration,
    /// Of the log's writer alone; nothing if it does not run.
    pub(crate) writer: Duration,
}

impl Cpu {
    pub(crate) fn now() -> Self {
        Self { process: process(), writer: writer().unwrap_or_default() }
    }
}

/// CPU time that this process has used.
pub(crate) fn process() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}

/// The scheduler counts the nanoseconds of each thread.
fn writer() -> Option<Duration> {
    let tasks = fs::read_dir("/proc/self/task").ok()?.filter_map(Result::ok).map(|task| task.path());
    let mut writers =
        tasks.filter(|task| fs::read_to_string(task.join("comm")).is_ok_and(|name| name.trim() == WRITER));
    let spent = fs::read_to_string(writers.next()?.join("schedstat")).ok()?;
    Some(Duration::from_nanos(spent.split_whitespace().next()?.parse().ok()?))
}
