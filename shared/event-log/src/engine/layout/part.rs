//! Kind 5: what did not fit into a block's own value. Only a block of one large event has such parts.

use super::VALUE_BYTES_MAX;

const KIND: u8 = 5;

pub(in crate::engine) fn key(first: u64, number: u8) -> [u8; 10] {
    let mut key = [0; 10];
    key[0] = KIND;
    key[1..9].copy_from_slice(&first.to_be_bytes());
    key[9] = number;
    key
}

/// Splits a value into what is stored with the block and the parts beside it.
pub(in crate::engine) fn split(value: &[u8]) -> (&[u8], Vec<&[u8]>) {
    let (own, rest) = value.split_at(value.len().min(VALUE_BYTES_MAX));
    (own, rest.chunks(VALUE_BYTES_MAX).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keys_are_in_order(a: (u64, u8), b: (u64, u8)) {
            prop_assert_eq!(a.cmp(&b), key(a.0, a.1).cmp(&key(b.0, b.1)));
        }

        #[test]
        fn what_was_split_is_put_together(length in 0..4 * VALUE_BYTES_MAX) {
            let value: Vec<u8> = (0..length).map(|n| n as u8).collect();
            let (own, parts) = split(&value);
            prop_assert!(parts.iter().chain([&own]).all(|part| part.len() <= VALUE_BYTES_MAX));
            prop_assert_eq!([own, &parts.concat()].concat(), value);
        }
    }
}
