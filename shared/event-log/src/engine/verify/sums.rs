//! Whether two walks meet the same things, in whatever order, without remembering any of them: each thing is reduced to
//! a number, and the sums of both walks are compared. Different things have the same sum once in 2^64 cases.

use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher, Hash};

use types::{CommitId, StreamId};

/// The sum of what a walk has met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    sum: u64,
    pub(super) count: u64,
}

fn digest(thing: impl Hash) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(thing)
}

/// The last step of MurmurHash3: every bit of the outcome depends on every bit that is given.
fn mix(mut number: u64) -> u64 {
    number = (number ^ number >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    number = (number ^ number >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    number ^ number >> 33
}

impl Sum {
    fn add(&mut self, digest: u64) {
        self.sum = self.sum.wrapping_add(digest);
        self.count += 1;
    }

    /// So many events of a stream from this revision on, in the block that begins at `block`.
    pub(super) fn add_events(&mut self, stream: &StreamId, first: u64, count: u64, block: u64) {
        let of_stream = digest((stream, block));
        (first..first + count).for_each(|revision| self.add(mix(of_stream ^ mix(revision.wrapping_add(1)))));
    }

    /// A commit, and the position of its first event.
    pub(super) fn add_commit(&mut self, id: CommitId, position: u64) {
        self.add(digest((id, position)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use types::Category;
    use uuid::Uuid;

    #[test]
    fn the_order_does_not_matter_and_everything_else_does() {
        let stream = |number| StreamId::new(Category::declared("apple"), Uuid::from_u128(number));
        let sum = |things: &[(u128, u64, u64, u64)]| {
            let mut sum = Sum::default();
            things.iter().for_each(|(id, first, count, block)| sum.add_events(&stream(*id), *first, *count, *block));
            sum
        };
        assert_eq!(sum(&[(1, 0, 2, 5), (2, 0, 1, 5), (1, 2, 1, 5)]), sum(&[(2, 0, 1, 5), (1, 0, 3, 5)]));
        let other = [(3, 0, 3, 5), (1, 1, 3, 5), (1, 0, 2, 5), (1, 0, 3, 6)];
        assert!(other.iter().all(|thing| sum(&[*thing]) != sum(&[(1, 0, 3, 5)])));
    }
}
