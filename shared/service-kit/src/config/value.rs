//! Reading a setting's value: from TOML as it is, from the environment and flags as text.

use std::{fmt::Display, net::SocketAddr, ops::RangeInclusive, time::Duration};

use toml::Value;

pub(super) fn text(value: &Value) -> Result<&str, String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Ok(text),
        Value::String(_) => Err("expected a text that is not empty".to_owned()),
        _ => Err("expected a text in quotation marks".to_owned()),
    }
}

pub(super) fn number(value: &Value, range: RangeInclusive<u64>) -> Result<u64, String> {
    let number = match value {
        Value::Integer(number) => u64::try_from(*number).ok(),
        Value::String(text) => text.trim().replace('_', "").parse().ok(),
        _ => None,
    };
    let expected = || format!("expected a whole number from {} to {}", range.start(), range.end());
    number.filter(|number| range.contains(number)).ok_or_else(expected)
}

pub(super) fn size(value: &Value, range: RangeInclusive<u64>) -> Result<usize, String> {
    usize::try_from(number(value, range)?).map_err(|_| "it is too large for this machine".to_owned())
}

pub(super) fn milliseconds(value: &Value, range: RangeInclusive<u64>) -> Result<Duration, String> {
    number(value, range).map(Duration::from_millis)
}

pub(super) fn boolean(value: &Value) -> Result<bool, String> {
    match value {
        Value::Boolean(is) => Ok(*is),
        Value::String(text) if text.trim() == "true" => Ok(true),
        Value::String(text) if text.trim() == "false" => Ok(false),
        _ => Err("expected true or false".to_owned()),
    }
}

pub(super) fn address(value: &Value) -> Result<SocketAddr, String> {
    let expected = "expected an address and a port, such as 127.0.0.1:8080 or [::1]:8080 (port 0: any that is free)";
    text(value)?.trim().parse().map_err(|_| expected.to_owned())
}

/// A list: as one in TOML, or as a text with commas.
pub(super) fn list(value: &Value) -> Result<Vec<&str>, String> {
    let expected = || "expected a list of texts, such as [\"a\", \"b\"], or one text with commas".to_owned();
    match value {
        Value::Array(items) => items.iter().map(|item| item.as_str().map(str::trim).ok_or_else(expected)).collect(),
        Value::String(text) => Ok(text.split(',').map(str::trim).filter(|item| !item.is_empty()).collect()),
        _ => Err(expected()),
    }
}

pub(super) fn shown_list<T: Display>(items: &[T]) -> Value {
    Value::Array(items.iter().map(shown).collect())
}

pub(super) fn shown(value: impl Display) -> Value {
    Value::String(value.to_string())
}

pub(super) fn shown_number(value: usize) -> Value {
    Value::Integer(i64::try_from(value).unwrap_or(i64::MAX))
}

pub(super) fn shown_milliseconds(value: Duration) -> Value {
    Value::Integer(i64::try_from(value.as_millis()).unwrap_or(i64::MAX))
}
