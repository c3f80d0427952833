//! How fast a client may talk.

use std::time::Duration;

use super::Elapsed;

/// A bucket that holds so many frames and fills again at a steady rate.
#[derive(Debug)]
pub(super) struct Flood {
    burst: u32,
    per_second: u32,
    left: u32,
    filled_at: Elapsed,
}

impl Flood {
    pub(super) fn new(burst: u32, per_second: u32) -> Self {
        Self { burst, per_second, left: burst, filled_at: Duration::ZERO }
    }

    /// Takes a frame out of the bucket; `false` if it is empty.
    pub(super) fn take(&mut self, now: Elapsed) -> bool {
        let step = Duration::from_secs(1) / self.per_second;
        let steps = now.saturating_sub(self.filled_at).as_nanos() / step.as_nanos();
        let steps = u32::try_from(steps).unwrap_or(u32::MAX);
        self.filled_at += step.saturating_mul(steps);
        self.left = self.left.saturating_add(steps).min(self.burst);
        let taken = self.left > 0;
        self.left = self.left.saturating_sub(1);
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_taken_and_then_the_steady_rate() {
        let mut flood = Flood::new(3, 10);
        let ms = Duration::from_millis;
        assert_eq!([0, 0, 0, 0].map(|at| flood.take(ms(at))), [true, true, true, false]);
        assert_eq!([90, 100, 110, 199, 200].map(|at| flood.take(ms(at))), [false, true, false, false, true]);
        assert_eq!([9000, 9000, 9000, 9000].map(|at| flood.take(ms(at))), [true, true, true, false]);
    }
}
