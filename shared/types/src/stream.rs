//! Streams: `category-<uuid>`.

use std::{fmt, str::FromStr};

use arrayvec::ArrayString;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a stream is about, such as `thread`: 1 to 32 characters of `a`-`z` and `-`, beginning and ending with a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Category(&'static str);

impl Category {
    /// The category with this name, which the code declares.
    ///
    /// # Panics
    /// If the name has not the form of one. That is found when the program is built where the category is a constant.
    pub const fn declared(name: &'static str) -> Self {
        assert!(is_category(name), "a category is 1 to 32 characters of a-z and -, beginning and ending with a letter");
        Self(name)
    }

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

/// The name of a stream: its category and the id of the thing it is the history of.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StreamId {
    // In place: streams are cloned for every event.
    category: ArrayString<CATEGORY_BYTES_MAX>,
    id: Uuid,
}

/// A text that names no stream.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a stream: expected a category of a-z and -, a hyphen, and a lower-case UUID")]
pub struct InvalidStream(pub String);

/// How long a category may be, in bytes.
const CATEGORY_BYTES_MAX: usize = 32;
const UUID_BYTES: usize = 36;

impl StreamId {
    /// The stream of the thing `id` in `category`.
    pub fn new(category: Category, id: Uuid) -> Self {
        let category = ArrayString::from(category.0).expect("a category is checked when it is declared");
        Self { category, id }
    }

    /// The stream of the thing `id` in the category with this name.
    pub fn named(category: &str, id: Uuid) -> Result<Self, InvalidStream> {
        let valid = ArrayString::from(category).ok().filter(|category| is_category(category));
        valid.map(|category| Self { category, id }).ok_or_else(|| InvalidStream(format!("{category}-{id}")))
    }

    /// Its category's name.
    pub fn category(&self) -> &str {
        &self.category
    }

    /// The id of the thing it is the history of.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// How long its name is, in bytes.
    pub fn name_bytes(&self) -> usize {
        self.category.len() + 1 + UUID_BYTES
    }
}

const fn is_category(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let is_within = at > 0 && at + 1 < bytes.len();
        if !(bytes[at].is_ascii_lowercase() || bytes[at] == b'-' && is_within) {
            return false;
        }
        at += 1;
    }
    !bytes.is_empty() && bytes.len() <= CATEGORY_BYTES_MAX
}

impl FromStr for StreamId {
    type Err = InvalidStream;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let at = text.len().checked_sub(UUID_BYTES + 1)?;
            let (category, id) = (text.get(..at)?, text.get(at + 1..)?);
            let valid = is_category(category)
                && text.as_bytes()[at] == b'-'
                && id.bytes().all(|b| b == b'-' || b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
            let id = Uuid::parse_str(id).ok()?;
            valid.then_some(Self { category: ArrayString::from(category).ok()?, id })
        };
        parse().ok_or_else(|| InvalidStream(text.chars().take(80).collect()))
    }
}

impl TryFrom<String> for StreamId {
    type Error = InvalidStream;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<StreamId> for String {
    fn from(stream: StreamId) -> Self {
        stream.to_string()
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.category, self.id)
    }
}

impl fmt::Debug for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_stream_is_read_as_it_was_written(category in "[a-z]([a-z-]{0,30}[a-z])?", id: u128) {
            let text = format!("{category}-{}", Uuid::from_u128(id));
            let stream: StreamId = text.parse().unwrap();
            prop_assert_eq!(stream.category(), category);
            prop_assert_eq!(stream.name_bytes(), text.len());
            prop_assert_eq!(stream.to_string(), text);
        }

        #[test]
        fn odd_text_is_refused_and_never_panics(text in any::<String>()) {
            prop_assert!(text.parse::<StreamId>().is_err());
        }
    }

    #[test]
    fn look_alikes_are_refused() {
        let id = "0192f0c1-2a3b-7c4d-8e5f-001122334455";
        for text in [
            String::new(),
            id.into(),
            format!("-{id}"),
            format!("Thread-{id}"),
            format!("thråd-{id}"),
            format!("thread_{id}"),
            format!("thread--{id}"),
            format!("thread-{}", id.to_uppercase()),
            format!("thread-{{{id}}}"),
            format!("{}-{id}", "a".repeat(33)),
        ] {
            assert!(text.parse::<StreamId>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_category_that_is_none_is_not_declared() {
        for name in ["", "-", "a-", "-a", "A", "a b", "a/b", "å", "a\0", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"] {
            assert!(std::panic::catch_unwind(|| Category::declared(name)).is_err(), "{name:?}");
        }
        assert_eq!(Category::declared("a-b").as_str(), "a-b");
    }
}
