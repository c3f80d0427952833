//! A file: what the program sees of it, what is certain, and which contents may survive a power cut.

use crate::{
    Random,
    content::{Content, SECTOR},
    random::mixed,
};

/// A change that is not certain yet.
#[derive(Clone, Debug)]
enum Change {
    Write { offset: u64, bytes: Vec<u8> },
    Zeros { offset: u64, length: u64 },
    Resize { length: u64 },
}

#[derive(Clone, Debug, Default)]
pub(super) struct File {
    now: Content,
    certain: Content,
    /// What happened since the last sync, oldest first.
    pending: Vec<Change>,
    synced_bytes_max: u64,
}

/// How many of the pending changes a part of a file has seen when the power is cut.
enum Moments {
    /// The same for all parts.
    One(usize),
    /// For each part its own, below this number.
    Each { seed: u64, below: usize },
}

impl Moments {
    fn of(&self, part: u64) -> usize {
        match self {
            Self::One(moment) => *moment,
            Self::Each { seed, below } => (mixed(seed ^ mixed(part)) % *below as u64) as usize,
        }
    }
}

impl File {
    pub(super) fn certain(content: Content) -> Self {
        Self { now: content.clone(), certain: content, ..Self::default() }
    }

    pub(super) fn write(&mut self, offset: u64, bytes: &[u8]) {
        self.now.write(offset, bytes);
        self.pending.push(Change::Write { offset, bytes: bytes.to_vec() });
    }

    pub(super) fn zero(&mut self, offset: u64, length: u64) {
        self.now.zero(offset, length);
        self.pending.push(Change::Zeros { offset, length });
    }

    pub(super) fn resize(&mut self, length: u64) {
        self.now.resize(length);
        self.pending.push(Change::Resize { length });
    }

    pub(super) fn sync(&mut self) {
        let bytes = |change: &Change| if let Change::Write { bytes, .. } = change { bytes.len() as u64 } else { 0 };
        self.synced_bytes_max = self.synced_bytes_max.max(self.pending.iter().map(bytes).sum());
        self.certain.clone_from(&self.now);
        self.pending.clear();
    }

    /// The most bytes, but for zeros, that a sync had to cover.
    pub(super) fn synced_bytes_max(&self) -> u64 {
        self.synced_bytes_max
    }

    pub(super) fn now(&self) -> Content {
        self.now.clone()
    }

    pub(super) fn survivor(&self, random: &mut Random) -> Content {
        let below = self.pending.len() + 1;
        let sectors = match random.below(6) {
            0 => Moments::One(0),
            1 => Moments::One(self.pending.len()),
            2 => Moments::One(random.index(below)),
            _ => Moments::Each { seed: random.next_number(), below },
        };
        let length = match (random.below(3), &sectors) {
            (0, Moments::One(moment)) => *moment,
            (0 | 1, _) => self.pending.len(),
            _ => random.index(below),
        };
        self.at(&sectors, length)
    }

    /// What the file holds if its sectors stem from these moments and its length from that one.
    fn at(&self, sectors: &Moments, length_of: usize) -> Content {
        let (mut content, mut length) = (self.certain.clone(), self.certain.length());
        for (number, change) in self.pending.iter().enumerate() {
            let seen = |sector: u64| sectors.of(sector) > number;
            let end = match change {
                Change::Write { offset, bytes } => {
                    for (from, to) in parts(*offset, bytes.len() as u64).filter(|(from, _)| seen(from / SECTOR)) {
                        content.write(from, &bytes[(from - offset) as usize..(to - offset) as usize]);
                    }
                    offset + bytes.len() as u64
                }
                Change::Zeros { offset, length } => {
                    for (from, to) in parts(*offset, *length).filter(|(from, _)| seen(from / SECTOR)) {
                        content.zero(from, to - from);
                    }
                    offset + length
                }
                Change::Resize { length } => *length,
            };
            if number < length_of {
                match change {
                    // What lies beyond is given back to the file system, and reads as zeros if the file grows again.
                    Change::Resize { .. } => {
                        content.resize(end);
                        length = end;
                    }
                    _ => length = length.max(end),
                }
            }
        }
        content.resize(length);
        content
    }
}

/// So many bytes from this offset on, sector by sector: from where to where.
fn parts(offset: u64, length: u64) -> impl Iterator<Item = (u64, u64)> {
    let end = offset + length;
    std::iter::successors(Some(offset), |from| Some((from / SECTOR + 1) * SECTOR))
        .take_while(move |from| *from < end)
        .map(move |from| (from, end.min((from / SECTOR + 1) * SECTOR)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// The contents that were seen to survive, each told by its bytes at a few places: one letter, or `.` beyond the end.
    fn possible(file: &File, places: &[u64]) -> BTreeSet<String> {
        let (mut random, temporary) = (Random::new(1), tempfile::NamedTempFile::new().unwrap());
        let tell = |random: &mut Random| {
            file.survivor(random).write_to(temporary.path()).unwrap();
            let bytes = std::fs::read(temporary.path()).unwrap();
            let letter = |place: &u64| match bytes.get(*place as usize) {
                None => '.',
                Some(0) => '0',
                Some(byte) => char::from(*byte),
            };
            places.iter().map(letter).collect()
        };
        (0..600).map(|_| tell(&mut random)).collect()
    }

    fn set(possible: &str) -> BTreeSet<String> {
        possible.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn what_was_synced_is_certain() {
        let mut file = File::default();
        file.write(0, b"abc");
        assert_eq!(possible(&file, &[0, 2]), set(".. ac 00"));
        file.sync();
        assert_eq!(possible(&file, &[0, 2, 3]), set("ac."));
    }

    #[test]
    fn each_sector_survives_by_itself() {
        let mut file = File::default();
        file.write(0, &[b'o'; 1_024]);
        file.sync();
        file.write(0, &[b'n'; 1_024]);
        assert_eq!(possible(&file, &[0, 511, 512, 1_023]), set("oooo nnoo oonn nnnn"));
    }

    #[test]
    fn a_later_write_may_survive_without_an_earlier_one() {
        let mut file = File::default();
        file.write(0, &[b'o'; 1_024]);
        file.sync();
        file.write(0, b"a");
        file.write(512, b"b");
        assert_eq!(possible(&file, &[0, 512]), set("oo ao ob ab"));
    }

    #[test]
    fn a_sector_shows_what_it_held_at_one_moment() {
        let mut file = File::default();
        file.write(0, b"--");
        file.sync();
        file.write(0, b"a");
        file.write(1, b"b");
        // Never the second write without the first: they went through the same sector.
        assert_eq!(possible(&file, &[0, 1]), set("-- a- ab"));
    }

    #[test]
    fn a_length_survives_by_itself() {
        let mut file = File::default();
        file.write(0, &[b'a'; 512]);
        file.sync();
        file.write(512, &[b'b'; 512]);
        assert_eq!(possible(&file, &[0, 512]), set("a. a0 ab"));
        file.sync();
        file.resize(512);
        assert_eq!(possible(&file, &[0, 512]), set("a. ab"));
        file.sync();
        file.resize(1_024);
        assert_eq!(possible(&file, &[0, 512]), set("a. a0"));
    }

    #[test]
    fn zeros_are_written_like_other_bytes() {
        let mut file = File::default();
        file.write(0, &[b'a'; 1_024]);
        file.sync();
        file.zero(256, 512);
        assert_eq!(possible(&file, &[0, 256, 600, 800]), set("aaaa a0aa aa0a a00a"));
    }

    #[test]
    fn parts_end_where_sectors_do() {
        assert_eq!(parts(500, 600).collect::<Vec<_>>(), [(500, 512), (512, 1_024), (1_024, 1_100)]);
        assert_eq!(parts(512, 0).count(), 0);
    }
}
