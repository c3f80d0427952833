//! Where blocks begin: one bit for each position, so a little more than a megabyte for ten million events.

#[derive(Default)]
pub(super) struct Starts(Vec<u64>);

impl Starts {
    /// Notes that a block begins here. Positions only grow.
    pub(super) fn add(&mut self, position: u64) {
        let (word, bit) = place(position);
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << bit;
    }

    /// Where the last block begins that begins here or before.
    pub(super) fn before(&self, position: u64) -> Option<u64> {
        let (word, bit) = place(position);
        let masks = std::iter::once(u64::MAX >> (63 - bit)).chain(std::iter::repeat(u64::MAX));
        let masks = masks.skip(usize::from(word >= self.0.len()));
        let words = (0..self.0.len().min(word.saturating_add(1))).rev();
        words.zip(masks).find_map(|(word, mask)| {
            let bits = self.0[word] & mask;
            (bits != 0).then(|| word as u64 * 64 + u64::from(63 - bits.leading_zeros()))
        })
    }
}

fn place(position: u64) -> (usize, u32) {
    (usize::try_from(position / 64).unwrap_or(usize::MAX), (position % 64) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_last_before_is_found(positions in prop::collection::btree_set(1..2_000_u64, 1..50), at in 0..2_500_u64) {
            let mut starts = Starts::default();
            positions.iter().for_each(|position| starts.add(*position));
            prop_assert_eq!(starts.before(at), positions.range(..=at).next_back().copied());
            prop_assert_eq!(starts.before(u64::MAX), positions.last().copied());
        }
    }
}
