//! The settings of TLS.

use std::path::PathBuf;

use toml::Value;

use super::{
    super::value::{boolean, shown},
    Setting,
};

/// A file, or none.
fn file(value: &Value) -> Result<Option<PathBuf>, String> {
    match value {
        Value::String(text) if text.trim().is_empty() => Ok(None),
        Value::String(text) => Ok(Some(PathBuf::from(text))),
        _ => Err("expected the name of a file in quotation marks, or nothing".to_owned()),
    }
}

fn shown_file(file: Option<&PathBuf>) -> Value {
    shown(file.map_or_else(String::new, |path| path.display().to_string()))
}

pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        key: "tls.certificate",
        help: "The server's certificate and those that lead to the root, in PEM. Empty: no TLS here.",
        set: |config, value| file(value).map(|file| config.tls.certificate = file),
        get: |config| shown_file(config.tls.certificate.as_ref()),
    },
    Setting {
        key: "tls.key",
        help: "Its private key, in PEM, for nobody else to read.",
        set: |config, value| file(value).map(|file| config.tls.key = file),
        get: |config| shown_file(config.tls.key.as_ref()),
    },
    Setting {
        key: "tls.terminated_by_proxy",
        help: "A proxy speaks TLS with the outside: plain http may be listened for beyond this machine.",
        set: |config, value| boolean(value).map(|is| config.tls.terminated_by_proxy = is),
        get: |config| Value::Boolean(config.tls.terminated_by_proxy),
    },
];
