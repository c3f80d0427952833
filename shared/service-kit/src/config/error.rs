//! What is wrong with a configuration, in words that help to mend it.

use std::fmt;

use super::{
    settings::{Setting, settings},
    sources::Source,
};

/// One thing that is wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The setting, such as `limits.body_bytes_max`; empty when the file itself can't be read.
    pub key: String,
    /// Where it was given.
    pub source: Source,
    /// What is wrong.
    pub wrong: String,
    /// What to do.
    pub remedy: String,
}

/// Everything that is wrong with a configuration: at least one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigErrors(pub(super) Vec<ConfigError>);

impl ConfigErrors {
    /// What is wrong, file first, then environment, then flags.
    pub fn iter(&self) -> impl Iterator<Item = &ConfigError> {
        self.0.iter()
    }
}

impl ConfigError {
    pub(super) fn unknown(key: &str, source: Source) -> Self {
        let remedy = match nearest(key, settings().map(|setting| setting.key)) {
            Some(known) => format!("did you mean `{known}`? Else remove it"),
            None => "remove it; `erfa config show` lists every setting".to_owned(),
        };
        Self { key: key.to_owned(), source, wrong: "is not a setting".to_owned(), remedy }
    }

    pub(super) fn invalid(setting: &Setting, value: &toml::Value, source: Source, wrong: String) -> Self {
        let wrong = format!("= {value}: {wrong}");
        let remedy = format!("the default is {}", (setting.get)(&super::Config::default()));
        Self { key: setting.key.to_owned(), source, wrong, remedy }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, source, wrong, remedy } = self;
        if key.is_empty() {
            write!(f, "{source}: {wrong}; {remedy}")
        } else {
            write!(f, "{source}: `{key}` {wrong}; {remedy}")
        }
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => f.write_str("the configuration has an error:")?,
            count => write!(f, "the configuration has {count} errors:")?,
        }
        self.0.iter().try_for_each(|error| write!(f, "\n  {error}"))
    }
}

impl std::error::Error for ConfigErrors {}

/// The most letters by which a mistyped setting is known again.
const TYPOS_MAX: usize = 3;

/// The name that is nearest, if one is near.
pub(super) fn nearest<'a>(key: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let last = |key: &str| key.rsplit('.').next().unwrap_or_default().to_owned();
    let far = |known: &str| distance(key, known).min(distance(&last(key), &last(known)) + 1);
    known.map(|known| (far(known), known)).min().filter(|(far, _)| *far <= TYPOS_MAX).map(|(_, known)| known)
}

/// How many letters must be added, taken away or exchanged to make one text of the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let exchanged = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = exchanged.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
