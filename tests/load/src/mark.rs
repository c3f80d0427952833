//! The mark that a post carries, so that whoever gets it knows when it was made.

use memchr::memmem::Finder;

const NAME: &[u8] = b"erfa-load/";
const DIGITS: usize = 16;
/// What a mark takes.
pub(crate) const BYTES: usize = NAME.len() + DIGITS;

/// A mark of this moment, in microseconds.
pub(crate) fn mark(micros: u64) -> String {
    format!("erfa-load/{micros:016}")
}

/// Puts another moment into a mark that begins at `at`.
pub(crate) fn change(text: &mut [u8], at: usize, micros: u64) {
    let (mut left, digits) = (micros, at + NAME.len()..at + BYTES);
    for digit in text[digits].iter_mut().rev() {
        *digit = b'0' + (left % 10) as u8;
        left /= 10;
    }
}

/// Finds marks.
pub(crate) struct Marks(Finder<'static>);

impl Marks {
    pub(crate) fn new() -> Self {
        Self(Finder::new(NAME))
    }

    /// Where a mark begins.
    pub(crate) fn place(&self, text: &[u8]) -> Option<usize> {
        self.0.find(text)
    }

    /// The moment of the first mark in the text.
    pub(crate) fn moment(&self, text: &[u8]) -> Option<u64> {
        let at = self.place(text)? + NAME.len();
        number(text.get(at..at + DIGITS)?).map(|(moment, _)| moment)
    }
}

/// The number that the text begins with, and how many digits it has.
pub(crate) fn number(text: &[u8]) -> Option<(u64, usize)> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let value = text[..digits]
        .iter()
        .try_fold(0_u64, |value, digit| value.checked_mul(10)?.checked_add(u64::from(digit - b'0')))?;
    (digits > 0).then_some((value, digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_found_and_changed() {
        let (marks, mut text) = (Marks::new(), format!("å {} b", mark(17)).into_bytes());
        assert_eq!(marks.moment(&text), Some(17));
        let at = marks.place(&text).unwrap();
        change(&mut text, at, 9_876_543_210);
        assert_eq!(marks.moment(&text), Some(9_876_543_210));
        assert_eq!(std::str::from_utf8(&text).unwrap(), format!("å {} b", mark(9_876_543_210)));
        assert_eq!(marks.moment(b"erfa-load/12"), None);
        assert_eq!(marks.moment(b"nothing"), None);
    }

    #[test]
    fn numbers_end_where_digits_end() {
        assert_eq!(number(b"120,"), Some((120, 3)));
        assert_eq!(number(b","), None);
        assert_eq!(number(b"99999999999999999999999"), None);
    }
}
