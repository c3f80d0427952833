//! How long things took.

use hdrhistogram::Histogram;

/// Times in microseconds, with three digits.
#[derive(Clone)]
pub(crate) struct Times(Histogram<u64>);

impl Default for Times {
    fn default() -> Self {
        Self(Histogram::new(3).expect("three digits are allowed"))
    }
}

impl Times {
    pub(crate) fn record(&mut self, micros: u64) {
        // It grows by itself, and three digits of any number fit.
        let _ = self.0.record(micros);
    }

    /// Adds what another process counted.
    pub(crate) fn add(&mut self, counted: &[(u64, u64)]) {
        for &(micros, times) in counted {
            let _ = self.0.record_n(micros, times);
        }
    }

    /// What was counted, and nothing after it.
    pub(crate) fn take(&mut self) -> Vec<(u64, u64)> {
        let counted = self.0.iter_recorded().map(|at| (at.value_iterated_to(), at.count_at_value())).collect();
        self.0.reset();
        counted
    }

    /// In milliseconds.
    pub(crate) fn quantile(&self, quantile: f64) -> f64 {
        self.0.value_at_quantile(quantile) as f64 / 1_000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_counted_another_adds() {
        let (mut one, mut other) = (Times::default(), Times::default());
        for micros in [1_000, 2_000, 3_000, 4_000_000_000] {
            one.record(micros);
        }
        other.add(&one.take());
        other.record(1_000);
        assert!(one.take().is_empty());
        assert!((other.quantile(0.4) - 1.0).abs() < 0.01, "{}", other.quantile(0.4));
        assert!((other.quantile(1.0) - 4_000_000.0).abs() < 4_000.0, "{}", other.quantile(1.0));
    }
}
