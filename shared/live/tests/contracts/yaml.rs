//! JSON as block-style YAML, which people read more easily.

use std::fmt::Write as _;

use serde_json::Value;

/// The value as a YAML document.
pub(crate) fn write(value: &Value) -> String {
    let mut text = String::from("# Made from the types in shared/live by `cargo xtask contracts`; do not edit.\n");
    block(value, 0, &mut text);
    text
}

fn is_plain(key: &str) -> bool {
    !key.is_empty()
        && key.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_')
        && !matches!(key, "true" | "false" | "null" | "y" | "n" | "yes" | "no" | "on" | "off")
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => true,
    }
}

fn block(value: &Value, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(fields) => {
            // The order is not left to the map, which keeps it or not as other crates choose.
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(key, _)| key.as_str());
            for (key, value) in fields {
                let key = if is_plain(key) { key.clone() } else { Value::from(key.as_str()).to_string() };
                let _ = write!(text, "{indent}{key}:");
                nested(value, depth + 1, text);
            }
        }
        Value::Array(items) => {
            for item in items {
                let _ = write!(text, "{indent}-");
                nested(item, depth + 1, text);
            }
        }
        scalar => {
            let _ = writeln!(text, "{indent}{scalar}");
        }
    }
}

fn nested(value: &Value, depth: usize, text: &mut String) {
    if is_empty(value) {
        // A scalar or an empty collection is the same in JSON and in YAML.
        let _ = writeln!(text, " {value}");
    } else {
        text.push('\n');
        block(value, depth, text);
    }
}
