//! What forms send, turned into typed values, with what is wrong beside its field.

use types::{Line, TextError};
use uuid::Uuid;
use web::{Errors, Texts};

/// A field that has to hold something.
pub(crate) fn required<const MAX: usize>(field: &str, text: &str, errors: &mut Errors, t: Texts) -> Option<Line<MAX>> {
    match Line::new(text) {
        Ok(line) => Some(line),
        Err(error) => {
            errors.add(field, message(&error, t));
            None
        }
    }
}

/// A field that may be left empty.
pub(crate) fn optional<const MAX: usize>(field: &str, text: &str, errors: &mut Errors, t: Texts) -> Option<Line<MAX>> {
    if text.trim().is_empty() { None } else { required(field, text, errors, t) }
}

fn message(error: &TextError, t: Texts) -> String {
    match error {
        TextError::Empty => t.get("wrong-empty"),
        TextError::TooLong { length, length_max } => t.with("wrong-long", [("length", length), ("max", length_max)]),
        TextError::Forbidden(_) => t.get("wrong-character"),
        TextError::LineBreak => t.get("wrong-line-break"),
    }
}

/// What a form carries so that sending it twice does nothing twice.
pub(crate) fn new_commit(app: &crate::app::App) -> String {
    app.commands.new_id().to_string()
}

/// The same, come back. What is no id is replaced by a new one, as no page of ours sent it.
pub(crate) fn commit(app: &crate::app::App, given: &str) -> Uuid {
    given.parse().unwrap_or_else(|_| app.commands.new_id())
}

/// A path as the value of a parameter in a query.
pub(crate) fn percent_encoded(path: &str) -> String {
    use std::fmt::Write as _;
    path.bytes().fold(String::with_capacity(path.len()), |mut encoded, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => encoded.push(char::from(byte)),
            byte => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
        encoded
    })
}
