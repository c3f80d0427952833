//! The groups that the log forms, heard from its metrics: the counter of appends grows once for each group.

use std::sync::{Arc, Mutex, PoisonError};

use metrics::{Counter, CounterFn, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};

/// The log's counter of commits.
const APPENDS: &str = "erfa_log_appends_total";

/// How many commits each group had, in order.
#[derive(Default)]
pub(crate) struct Groups(Mutex<Vec<u32>>);

impl Groups {
    /// Those since the last time.
    pub(crate) fn take(&self) -> Vec<u32> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl CounterFn for Groups {
    fn increment(&self, commits: u64) {
        if commits > 0 {
            let commits = u32::try_from(commits).unwrap_or(u32::MAX);
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(commits);
        }
    }

    fn absolute(&self, _: u64) {}
}

/// From now on the log's groups are counted.
pub(crate) fn install() -> anyhow::Result<Arc<Groups>> {
    let groups = Arc::new(Groups::default());
    metrics::set_global_recorder(Counting(Arc::clone(&groups)))?;
    Ok(groups)
}

struct Counting(Arc<Groups>);

impl Recorder for Counting {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        if key.name() == APPENDS { Counter::from_arc(Arc::clone(&self.0)) } else { Counter::noop() }
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}
