//! Thirty-two bytes, which is what SHA-256 makes, as digits that people can compare.

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect()
}

/// What [`hex`] wrote; `None` for any other text.
pub(crate) fn unhex(digits: &str) -> Option<[u8; 32]> {
    let value = |digit: u8| DIGITS.iter().position(|known| *known == digit).map(|value| value as u8);
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    let mut bytes = [0; 32];
    if pairs.len() != bytes.len() || !rest.is_empty() {
        return None;
    }
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = value(*high)? << 4 | value(*low)?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bytes_are_read_as_they_were_written(bytes: [u8; 32]) {
            let text = hex(&bytes);
            prop_assert_eq!(unhex(&text), Some(bytes));
            prop_assert_eq!(unhex(&text.to_uppercase()).is_some(), text == text.to_uppercase());
            prop_assert_eq!(unhex(&text[1..]), None);
        }

        #[test]
        fn odd_text_is_refused(text in "\\PC{0,70}") {
            prop_assert_eq!(unhex(&text), None);
        }
    }
}
