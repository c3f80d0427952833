//! Text that people write: bounded, without invisible tricks, in one Unicode form.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};
use unicode_normalization::UnicodeNormalization as _;

/// Why a text was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but white space.
    #[error("the text is empty")]
    Empty,
    /// More characters than the field takes.
    #[error("the text has {length} characters, at most {length_max} are taken")]
    TooLong {
        /// Characters given.
        length: usize,
        /// Characters taken.
        length_max: usize,
    },
    /// A character that can't be seen or that turns the direction of the text.
    #[error("the text holds the character U+{:04X}, which is not taken", *.0 as u32)]
    Forbidden(char),
    /// A line break in a field of one line.
    #[error("the text has more than one line")]
    LineBreak,
}

/// One line of 1 to `MAX` characters: trimmed, NFC, without control and bidirectional formatting characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Line<const MAX: usize>(Box<str>);

/// Text of several lines and 1 to `MAX` characters: trimmed at its end, line ends as `\n`, NFC, without control and
/// bidirectional formatting characters (tabs stay).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Paragraphs<const MAX: usize>(Box<str>);

/// Control characters other than tab and line feed, and the formatting characters of the bidirectional algorithm
/// (Unicode Standard Annex 9, section 2), with which text can be made to read other than it is. No text that is taken holds
/// one; what is read out of a text, such as a character reference, still can.
pub fn is_forbidden(c: char) -> bool {
    (c.is_control() && c != '\t' && c != '\n')
        || matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
        || matches!(c, '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{2028}' | '\u{2029}')
}

fn check(text: &str, length_max: usize) -> Result<Box<str>, TextError> {
    if let Some(c) = text.chars().find(|c| is_forbidden(*c)) {
        return Err(TextError::Forbidden(c));
    }
    let text: String = text.nfc().collect();
    let length = text.chars().count();
    if text.trim().is_empty() {
        Err(TextError::Empty)
    } else if length > length_max {
        Err(TextError::TooLong { length, length_max })
    } else {
        Ok(text.into())
    }
}

impl<const MAX: usize> Line<MAX> {
    /// The most characters it takes.
    pub const LENGTH_MAX: usize = MAX;

    /// Takes the text, or says why not.
    pub fn new(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        if text.contains(['\n', '\r']) {
            return Err(TextError::LineBreak);
        }
        check(text, MAX).map(Self)
    }
}

impl<const MAX: usize> Paragraphs<MAX> {
    /// The most characters it takes.
    pub const LENGTH_MAX: usize = MAX;

    /// Takes the text, or says why not.
    pub fn new(text: &str) -> Result<Self, TextError> {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        check(text.trim_end(), MAX).map(Self)
    }
}

macro_rules! text {
    ($($name:ident)*) => {$(
        impl<const MAX: usize> $name<MAX> {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<const MAX: usize> fmt::Display for $name<MAX> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de, const MAX: usize> Deserialize<'de> for $name<MAX> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<'de, str>::deserialize(deserializer)?;
                Self::new(&text).map_err(de::Error::custom)
            }
        }

        impl<const MAX: usize> JsonSchema for $name<MAX> {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                format!("{}{MAX}", stringify!($name)).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "minLength": 1, "maxLength": MAX })
            }
        }

        impl<const MAX: usize> utoipa::PartialSchema for $name<MAX> {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .min_length(Some(1))
                    .max_length(Some(MAX))
                    .into()
            }
        }

        impl<const MAX: usize> utoipa::ToSchema for $name<MAX> {
            fn name() -> Cow<'static, str> {
                format!("{}{MAX}", stringify!($name)).into()
            }
        }
    )*};
}

text! { Line Paragraphs }

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Name = Line<10>;
    type Body = Paragraphs<20>;

    #[test]
    fn what_is_taken_and_what_is_refused() {
        for (text, expected) in [
            ("  Åre ", Ok("Åre")),
            ("A\u{30A}re", Ok("Åre")),
            ("", Err(TextError::Empty)),
            (" \t ", Err(TextError::Empty)),
            ("elva tecken", Err(TextError::TooLong { length: 11, length_max: 10 })),
            ("a\nb", Err(TextError::LineBreak)),
            ("a\u{0}b", Err(TextError::Forbidden('\u{0}'))),
            ("a\u{202E}b", Err(TextError::Forbidden('\u{202E}'))),
            ("a\u{FEFF}b", Err(TextError::Forbidden('\u{FEFF}'))),
        ] {
            assert_eq!(Name::new(text).as_ref().map(Name::as_str).map_err(Clone::clone), expected, "{text:?}");
        }
        assert_eq!(Body::new("en\r\ntvå\rtre \n").unwrap().as_str(), "en\ntvå\ntre");
        assert_eq!(Body::new("\n\n"), Err(TextError::Empty));
    }

    #[test]
    fn reading_json_applies_the_same_rules() {
        assert!(serde_json::from_str::<Name>(r#""a\u0000""#).is_err());
        assert_eq!(serde_json::from_str::<Name>(r#"" a ""#).unwrap().as_str(), "a");
    }

    proptest! {
        #[test]
        fn what_was_taken_is_taken_again_unchanged(text in any::<String>()) {
            if let Ok(line) = Name::new(&text) {
                prop_assert_eq!(&Name::new(line.as_str()).unwrap(), &line);
            }
            if let Ok(body) = Body::new(&text) {
                prop_assert_eq!(&Body::new(body.as_str()).unwrap(), &body);
            }
        }
    }
}
