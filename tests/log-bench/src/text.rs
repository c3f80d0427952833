//! The events' JSON: text that packs about as well as what people write, which is what counts for a log that packs.

use std::sync::Arc;

use bytes::Bytes;

/// How many different texts there are. They come in turn, so that none comes twice in the same block.
pub(crate) const TEXTS: usize = 4_096;
const WORDS: usize = 6_000;

/// Texts of a size, made once; taking one costs nothing but counting.
#[derive(Clone)]
pub(crate) struct Texts(Arc<[Bytes]>);

impl Texts {
    /// Texts of exactly `bytes` bytes.
    pub(crate) fn of(bytes: usize) -> Self {
        let words = words();
        Self((0..TEXTS as u64).map(|number| text(number, bytes, &words).into()).collect())
    }

    /// The text of this number; they repeat.
    pub(crate) fn get(&self, number: u64) -> &Bytes {
        &self.0[(number % TEXTS as u64) as usize]
    }
}

/// A number that looks random, and is the same each time.
pub(crate) fn scramble(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// Words of one to four syllables.
fn words() -> Vec<String> {
    const SYLLABLES: [&str; 40] = [
        "för", "valt", "ning", "up", "hand", "ling", "moln", "tjänst", "er", "och", "gick", "in", "te", "som", "trod",
        "de", "men", "lär", "sig", "myck", "et", "krav", "på", "säk", "er", "het", "ark", "iv", "drift", "be", "hov",
        "dia", "log", "myn", "dig", "stöd", "väg", "led", "a", "en",
    ];
    let syllable = |number| SYLLABLES[(scramble(number) % 40) as usize];
    (1..=WORDS as u64).map(|word| (0..1 + scramble(word) % 4).map(|part| syllable(word * 4 + part)).collect()).collect()
}

/// Few words are frequent and many are rare, as in any language.
fn text(number: u64, bytes: usize, words: &[String]) -> Vec<u8> {
    let mut text = format!("{{\"post\":\"{:016x}\",\"body\":\"", scramble(number + 1)).into_bytes();
    let mut state = number << 20;
    while text.len() + 2 < bytes {
        state += 1;
        let chance = (scramble(state) >> 40) as f64 / (1_u64 << 24) as f64;
        let word = &words[(chance * chance * chance * WORDS as f64) as usize];
        text.extend_from_slice(word.as_bytes());
        text.push(b' ');
    }
    text.truncate(bytes - 2);
    while std::str::from_utf8(&text).is_err() {
        text.pop();
    }
    text.resize(bytes - 2, b'.');
    text.extend_from_slice(b"\"}");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_json_of_the_wanted_size_and_differ() {
        for bytes in [100, 200, 500, 4_096] {
            let texts = Texts::of(bytes);
            for number in 0..TEXTS as u64 {
                assert_eq!(texts.get(number).len(), bytes);
                serde_json::from_slice::<serde_json::Value>(texts.get(number)).unwrap();
            }
            assert_ne!(texts.get(0)[40..], texts.get(1)[40..]);
        }
    }
}
