//! Reading one provider's table: each key once, everything that is wrong with it, and no word of what may be secret.

use std::{collections::BTreeMap, ops::RangeInclusive};

use toml::{Table, Value};

use crate::config::{ConfigError, error::nearest, sources::Source, value};

/// The longest text of a setting.
const TEXT_CHARS_MAX: usize = 500;
/// How many texts a list holds.
const TEXTS_MAX: usize = 1_000;

/// One provider's table, of which each key is taken out when it is read.
pub(super) struct Reader<'a> {
    of: &'a str,
    table: Table,
    source: &'a Source,
    errors: &'a mut Vec<ConfigError>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(of: &'a str, table: Table, source: &'a Source, errors: &'a mut Vec<ConfigError>) -> Self {
        Self { of, table, source, errors }
    }

    /// Says what is wrong with a key, and gives nothing in its place.
    pub(super) fn refuse<T: Default>(&mut self, key: &str, wrong: &str, remedy: &str) -> T {
        let (key, source) = (format!("{}.{key}", self.of), self.source.clone());
        self.errors.push(ConfigError { key, source, wrong: wrong.to_owned(), remedy: remedy.to_owned() });
        T::default()
    }

    /// Passes over a key, of which nothing can be said before another one is mended.
    pub(super) fn pass_over(&mut self, keys: &[&str]) {
        for key in keys {
            self.table.remove(*key);
        }
    }

    /// A text that must be there.
    pub(super) fn required(&mut self, key: &str, remedy: &str) -> Option<String> {
        if !self.table.contains_key(key) {
            return self.refuse(key, "is missing", remedy);
        }
        self.text(key)
    }

    /// A text, if it is there.
    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        let value = self.table.remove(key)?;
        match value::text(&value).map(str::trim) {
            Ok(text) if is_plain(text) => Some(text.to_owned()),
            Ok(_) => self.refuse(key, "is too long or more than one line", "write it shorter"),
            Err(wrong) => self.refuse(key, &format!("= {value}: {wrong}"), "mend it or remove it"),
        }
    }

    /// The name of a claim; an empty one is none.
    pub(super) fn claim(&mut self, key: &str) -> Option<String> {
        if self.table.get(key).and_then(Value::as_str) == Some("") {
            self.table.remove(key);
        }
        self.text(key)
    }

    /// A list of texts, if it is there.
    pub(super) fn texts(&mut self, key: &str) -> Option<Vec<String>> {
        let value = self.table.remove(key)?;
        let text = |value: &Value| value.as_str().filter(|text| is_plain(text) && !text.is_empty()).map(str::to_owned);
        let list = value.as_array().filter(|list| list.len() <= TEXTS_MAX);
        match list.and_then(|list| list.iter().map(text).collect()) {
            Some(texts) => Some(texts),
            None => self.refuse(key, &format!("= {value}: expected a list of texts"), "write it as [\"one\", \"two\"]"),
        }
    }

    /// Texts by texts.
    pub(super) fn table_of_texts(&mut self, key: &str) -> BTreeMap<String, String> {
        let Some(value) = self.table.remove(key) else { return BTreeMap::new() };
        let pair = |(key, value): (&String, &Value)| {
            let value = value.as_str().filter(|text| is_plain(text) && !text.trim().is_empty());
            value.map(|value| (key.trim().to_owned(), value.trim().to_owned()))
        };
        let table = value.as_table().filter(|table| table.len() <= TEXTS_MAX);
        match table.and_then(|table| table.iter().map(pair).collect()) {
            Some(table) => table,
            None => {
                let wrong = "is no table of texts";
                self.refuse(key, wrong, "write it as { \"202100-0000\" = \"The agency's name in the directory\" }")
            }
        }
    }

    /// Whether something is so; it is not if nothing is said.
    pub(super) fn flag(&mut self, key: &str) -> bool {
        match self.table.remove(key) {
            None => false,
            Some(Value::Boolean(flag)) => flag,
            Some(value) => self.refuse(key, &format!("= {value}: expected true or false"), "the default is false"),
        }
    }

    /// A number of seconds.
    pub(super) fn seconds(&mut self, key: &str, range: RangeInclusive<u64>) -> Option<u64> {
        let value = self.table.remove(key)?;
        match value::number(&value, range) {
            Ok(seconds) => Some(seconds),
            Err(wrong) => self.refuse(key, &format!("= {value}: {wrong}"), "mend it or remove it"),
        }
    }

    /// What was not read is no setting, or not one of this way to prove who Erfa is. Its value is not repeated.
    pub(super) fn refuse_the_rest(mut self, known: &[(&str, &str)]) {
        for key in std::mem::take(&mut self.table).keys() {
            let is_known = known.iter().any(|(name, _)| name == key);
            if key.contains("secret") && !is_known {
                let remedy = "secrets do not stand here: write it into a file and name that in `secret_file`";
                self.refuse::<()>(key, "is not a setting", remedy);
            } else if is_known {
                self.refuse::<()>(key, "is not used with this `client_auth`", "remove it");
            } else {
                let near = nearest(key, known.iter().map(|(name, _)| *name));
                let remedy =
                    near.map_or("remove it".to_owned(), |near| format!("did you mean `{near}`? Else remove it"));
                self.refuse::<()>(key, "is not a setting of a provider", &remedy);
            }
        }
    }
}

fn is_plain(text: &str) -> bool {
    text.chars().count() <= TEXT_CHARS_MAX && !text.chars().any(char::is_control)
}
