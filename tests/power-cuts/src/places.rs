//! Where in a trace to cut the power: anywhere, but more often where it might hurt.

use std::{fmt, ops::Range};

use crate::{Phase, Random, Record, Said};

/// So many records before and after something are near it.
const NEAR: usize = 6;
/// sled begins a new segment at each multiple of this.
const SEGMENT_BYTES: u64 = 16 * 1024 * 1024;

/// What goes on where the power is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Anything.
    Anywhere,
    /// The log is opened.
    Opening,
    /// Its mark is replaced.
    Mark,
    /// Its index is written, and it is closed.
    Index,
    /// sled begins a segment.
    Segment,
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Anywhere => "anywhere",
            Self::Opening => "opening",
            Self::Mark => "mark",
            Self::Index => "index",
            Self::Segment => "segment",
        })
    }
}

/// The places of a trace.
pub(crate) struct Places {
    ranges: Vec<(Place, Range<usize>)>,
}

impl Places {
    pub(crate) fn of(trace: &[Record]) -> Self {
        let near = |at: usize| at.saturating_sub(NEAR)..(at + NEAR).min(trace.len() + 1);
        let mut ranges = vec![(Place::Anywhere, 0..trace.len() + 1)];
        let (mut phase, mut since, mut segments) = (Phase::Opening, 0, 1);
        let mut ended = |phase, since, at: usize| match phase {
            Phase::Opening => ranges.push((Place::Opening, since..at + 1)),
            Phase::Indexing | Phase::Closing => ranges.push((Place::Index, since..at + 1)),
            Phase::Open => {}
        };
        let mut others = Vec::new();
        for (at, record) in trace.iter().enumerate() {
            match record {
                Record::Said { line } => {
                    if let Said::Now(next) = Said::parse(line) {
                        ended(phase, since, at);
                        (phase, since) = (next, at);
                    }
                }
                Record::Rename { to, .. } if to.ends_with("/mark") => others.push((Place::Mark, near(at))),
                Record::Write { offset, .. } if *offset >= segments * SEGMENT_BYTES => {
                    others.push((Place::Segment, near(at)));
                    segments = offset / SEGMENT_BYTES + 1;
                }
                _ => {}
            }
        }
        ended(phase, since, trace.len());
        ranges.append(&mut others);
        ranges.retain(|(_, range)| !range.is_empty());
        Self { ranges }
    }

    /// A place, and how many records came before the cut.
    pub(crate) fn choose(&self, random: &mut Random) -> (Place, usize) {
        let mut places: Vec<Place> = self.ranges.iter().map(|(place, _)| *place).collect();
        places.sort_unstable();
        places.dedup();
        let place = places[random.index(places.len())];
        let ranges: Vec<_> = self.ranges.iter().filter(|(of, _)| *of == place).map(|(_, range)| range).collect();
        let range = ranges[random.index(ranges.len())];
        (place, range.start + random.index(range.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found() {
        let now = |phase| Record::Said { line: Said::Now(phase).line() };
        let write = |offset| Record::Write { inode: 1, offset, bytes: vec![1] };
        let mut trace = vec![now(Phase::Opening), write(0), now(Phase::Open)];
        trace.extend((0..20).map(write));
        trace.push(Record::Rename { from: "log/mark.new".into(), to: "log/mark".into() });
        trace.extend((0..20).map(write));
        trace.extend([write(SEGMENT_BYTES), write(SEGMENT_BYTES + 1), now(Phase::Closing)]);
        trace.extend((0..20).map(write));
        let (places, mut random) = (Places::of(&trace), Random::new(1));
        let mut chosen: Vec<_> = (0..2_000).map(|_| places.choose(&mut random)).collect();
        chosen.sort_unstable();
        chosen.dedup();
        let range = |place| {
            let of: Vec<_> = chosen.iter().filter(|(of, _)| *of == place).map(|(_, at)| *at).collect();
            (of[0], of[of.len() - 1], of.len())
        };
        assert_eq!(range(Place::Anywhere), (0, 67, 68));
        assert_eq!(range(Place::Opening), (0, 2, 3));
        assert_eq!(range(Place::Mark), (17, 28, 12));
        assert_eq!(range(Place::Segment), (38, 49, 12));
        assert_eq!(range(Place::Index), (46, 67, 22));
    }
}
