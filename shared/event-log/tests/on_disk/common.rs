//! What the tests of the engine on disk have in common: randomness that repeats, and commits.

use std::{
    fs,
    path::{Path, PathBuf},
};

use contracts::{Actor, Audience, Meta};
use event_log::{Commit, Expected, NewEvent};
use types::{Category, CommitId, EventId, Ids as _, StreamId, SystemIds, Timestamp};
use uuid::Uuid;

/// Numbers that look random and are always the same for a seed (SplitMix64).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`; 0 if that is 0.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }
}

/// The one in `ERFA_SEED`, or the given ones and a new one. Each is printed.
pub(crate) fn seeds(always: impl IntoIterator<Item = u64>) -> impl Iterator<Item = u64> {
    let given = std::env::var("ERFA_SEED").ok().map(|seed| vec![seed.parse().expect("a seed is a number")]);
    let new = SystemIds.uuid().as_u128() as u64;
    let seeds = given.unwrap_or_else(|| always.into_iter().chain([new]).collect());
    seeds.into_iter().inspect(|seed| println!("seed {seed}"))
}

pub(crate) fn stream(number: u64) -> StreamId {
    let category = if number.is_multiple_of(2) { Category::declared("apple") } else { Category::declared("pear") };
    StreamId::new(category, Uuid::from_u128(number.into()))
}

/// A commit of so many events, each with so many random bytes of text. Only a third of the ids grows with time.
pub(crate) fn commit(
    random: &mut Random,
    stream: &StreamId,
    expected: Expected,
    events: usize,
    bytes: usize,
) -> Commit {
    let (high, low) = (random.next(), random.next());
    let (grows, version) =
        [(true, uuid::Version::SortRand), (false, uuid::Version::SortRand), (false, uuid::Version::Custom)]
            [random.below(3) as usize];
    let upper = if grows { (1_700_000_000_000 + u128::from(high % 1_000)) << 16 } else { u128::from(high) };
    let id = uuid::Builder::from_u128(upper << 64 | u128::from(low)).with_version(version).into_uuid();
    let id = CommitId::from_uuid(id);
    let mut event = |ordinal: usize| {
        let mut text = String::with_capacity(bytes + 16);
        while text.len() < bytes {
            text.push_str(&format!("{:016x}", random.next()));
        }
        NewEvent {
            id: EventId::derived(id.uuid(), &ordinal.to_string()),
            kind: if ordinal.is_multiple_of(3) { "model.one.v1".into() } else { "model.two.v1".into() },
            data: format!(r#"{{"ordinal":{ordinal},"text":"{text}"}}"#).into(),
        }
    };
    let events = (0..events).map(&mut event).collect();
    let actor = Actor::System { part: format!("part {}", random.below(5)) };
    let moment = Timestamp::from_millisecond((high % 1_000_000_000_000) as i64).unwrap();
    Commit { id, stream: stream.clone(), expected, meta: Meta::new(actor, Audience::System, moment), events }
}

/// Every file below a directory, in order.
pub(crate) fn paths(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(paths(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Copies a directory and everything below it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for path in paths(from) {
        let copy = to.join(path.strip_prefix(from).unwrap());
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(path, copy).unwrap();
    }
}
