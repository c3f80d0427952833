//! The cases: one in the middle, and each dimension varied alone.

use std::fmt;

use crate::{
    options::{Appends, Streams},
    report::number,
};

#[derive(Clone, Copy, Debug)]
pub(super) struct Case {
    pub(super) in_flight: usize,
    pub(super) bytes: usize,
    pub(super) streams: Streams,
    /// Whether fjall, redb and sled are measured too.
    pub(super) peers: bool,
}

const BASE: Case = Case { in_flight: 256, bytes: 500, streams: Streams::Each, peers: true };

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in flight, {} B, ", number(self.in_flight as f64), number(self.bytes as f64))?;
        match self.streams {
            Streams::Each => f.write_str("a stream per writer"),
            Streams::One => f.write_str("one stream, pipelined"),
            Streams::Many(streams) => write!(f, "{} streams", number(streams as f64)),
        }
    }
}

/// Those of the cases that are wanted; one alone if anything is said of it.
pub(super) fn wanted(narrow: &Appends, filter: &str) -> Vec<Case> {
    let Appends { in_flight, bytes, streams, peers } = narrow;
    if in_flight.is_some() || bytes.is_some() || streams.is_some() {
        return vec![Case {
            in_flight: in_flight.map_or(BASE.in_flight, usize::from),
            bytes: bytes.unwrap_or(BASE.bytes),
            streams: streams.unwrap_or(BASE.streams),
            peers: *peers,
        }];
    }
    let at = |in_flight| Case { in_flight, ..BASE };
    let of = |bytes| Case { bytes, ..BASE };
    // A yardstick has no streams.
    let over = |streams| Case { streams, peers: false, ..BASE };
    let cases = [
        BASE,
        at(1),
        at(16),
        at(1_024),
        of(200),
        of(4_096),
        over(Streams::One),
        over(Streams::Many(10_000)),
        over(Streams::Many(1_000_000)),
    ];
    cases.into_iter().filter(|case| case.to_string().contains(filter)).collect()
}
