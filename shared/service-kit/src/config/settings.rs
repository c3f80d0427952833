//! Every setting: what it is called, what it is for, what it may be.

mod limits;
mod proxies;
mod rates;
mod tls;

use std::{collections::BTreeMap, path::PathBuf};

use toml::Value;
use tracing_subscriber::EnvFilter;

use super::{
    Config, ConfigError, LogFormat,
    sources::Source,
    value::{address, milliseconds, shown, shown_milliseconds, text},
};

/// A setting.
pub(super) struct Setting {
    /// Its name in the file, with its table before a full stop.
    pub(super) key: &'static str,
    /// What it is for.
    pub(super) help: &'static str,
    pub(super) set: fn(&mut Config, &Value) -> Result<(), String>,
    pub(super) get: fn(&Config) -> Value,
}

/// All settings, in the order of a file: those without a table first.
pub(super) fn settings() -> impl Iterator<Item = &'static Setting> {
    [SETTINGS, tls::SETTINGS, proxies::SETTINGS, limits::SETTINGS, rates::SETTINGS].into_iter().flatten()
}

/// Those of the process itself.
const SETTINGS: &[Setting] = &[
    Setting {
        key: "data",
        help: "Where the log, the views, the keys and the mail to be sent are kept.",
        set: |config, value| text(value).map(|text| config.data = PathBuf::from(text)),
        get: |config| shown(config.data.display()),
    },
    Setting {
        key: "listen",
        help: "Where people and programs connect.",
        set: |config, value| address(value).map(|address| config.listen = address),
        get: |config| shown(config.listen),
    },
    Setting {
        key: "metrics_listen",
        help: "Where /health/live, /health/ready and /metrics are read. Let only the monitoring reach it.",
        set: |config, value| address(value).map(|address| config.metrics_listen = address),
        get: |config| shown(config.metrics_listen),
    },
    Setting {
        key: "origin",
        help: "How the outside reaches Erfa: https://, the host, and nothing after it.",
        set: |config, value| text(value)?.parse().map(|origin| config.origin = origin),
        get: |config| shown(&config.origin),
    },
    Setting {
        key: "secretariat",
        help: "What the secretariat that runs the exchange is called.",
        set: |config, value| {
            let name = text(value)?.trim();
            if name.chars().count() > SECRETARIAT_CHARS_MAX || name.chars().any(char::is_control) {
                return Err(format!("expected a name of 1 to {SECRETARIAT_CHARS_MAX} characters on one line"));
            }
            name.clone_into(&mut config.secretariat);
            Ok(())
        },
        get: |config| shown(&config.secretariat),
    },
    Setting {
        key: "secretariat_mail",
        help: "Where it takes mail; the accessibility statement and its like say so. Empty for nowhere.",
        set: |config, value| {
            config.secretariat_mail = match value.as_str() {
                Some("") => None,
                Some(mail) if is_mail_address(mail) => Some(mail.to_owned()),
                _ => return Err("expected a mail address as in kansliet@myndighet.example, or nothing".to_owned()),
            };
            Ok(())
        },
        get: |config| shown(config.secretariat_mail.as_deref().unwrap_or_default()),
    },
    Setting {
        key: "at_least_wait_ms_max",
        help: "How long a read waits until it shows what its reader just wrote, in milliseconds.",
        set: |config, value| milliseconds(value, 0..=60_000).map(|wait| config.at_least_wait = wait),
        get: |config| shown_milliseconds(config.at_least_wait),
    },
    Setting {
        key: "log.format",
        help: "What is written about what happens: \"text\" for people, \"json\" for programs.",
        set: |config, value| {
            config.log.format = match text(value)? {
                "text" => LogFormat::Text,
                "json" => LogFormat::Json,
                _ => return Err("expected \"text\" or \"json\"".to_owned()),
            };
            Ok(())
        },
        get: |config| shown(if config.log.format == LogFormat::Json { "json" } else { "text" }),
    },
    Setting {
        key: "log.filter",
        help: "How much of it: error, warn, info, debug or trace, and per part, as in \"info,forum=debug\".",
        set: |config, value| {
            let filter = text(value)?;
            let expected = "expected error, warn, info, debug or trace, or parts of the program with one of these \
                            each, as in info,forum=debug";
            EnvFilter::builder().parse(filter).map_err(|_| expected.to_owned())?;
            filter.clone_into(&mut config.log.filter);
            Ok(())
        },
        get: |config| shown(&config.log.filter),
    },
];

/// Of a form that can stand in a page's link as it is.
fn is_mail_address(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@.-_+".contains(c);
    let parts: Vec<_> = text.split('@').collect();
    text.len() <= MAIL_BYTES_MAX
        && text.chars().all(plain)
        && matches!(parts[..], [to, host] if !to.is_empty() && host.contains('.'))
}

/// RFC 5321, section 4.5.3.1.
const MAIL_BYTES_MAX: usize = 254;
const SECRETARIAT_CHARS_MAX: usize = 100;

impl Setting {
    /// The setting of this name.
    pub(super) fn named(key: &str) -> Option<&'static Self> {
        settings().find(|setting| setting.key == key)
    }

    /// The variable of the environment that gives it.
    pub(super) fn variable(&self) -> String {
        format!("{VARIABLE_PREFIX}{}", self.key.replace('.', "_").to_ascii_uppercase())
    }
}

/// What the variables of Erfa begin with.
pub(super) const VARIABLE_PREFIX: &str = "ERFA_";

/// Where the settings that hold were given.
pub(super) struct Context<'a> {
    pub(super) from: &'a BTreeMap<&'static str, Source>,
}

impl Context<'_> {
    /// Of settings that are right one by one, but not together.
    pub(super) fn contradiction(&self, key: &str, value: String, wrong: &str, remedy: &str) -> ConfigError {
        let source = self.from.get(key).cloned().unwrap_or(Source::Default);
        ConfigError { key: key.to_owned(), source, wrong: format!("= \"{value}\" {wrong}"), remedy: remedy.to_owned() }
    }
}
