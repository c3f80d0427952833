//! How long each command took. All are kept, four bytes each, so that recording costs next to nothing.

use std::time::Duration;

/// Latencies, in tenths of a microsecond.
#[derive(Clone, Default)]
pub(crate) struct Latencies(Vec<u32>);

impl Latencies {
    pub(crate) fn record(&mut self, took: Duration) {
        self.0.push(u32::try_from(took.as_nanos() / 100).unwrap_or(u32::MAX));
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// In microseconds.
    pub(crate) fn quantile(&mut self, quantile: f64) -> f64 {
        if self.0.is_empty() {
            return f64::NAN;
        }
        let at = ((self.0.len() - 1) as f64 * quantile).round() as usize;
        let (_, latency, _) = self.0.select_nth_unstable(at);
        f64::from(*latency) / 10.0
    }
}
