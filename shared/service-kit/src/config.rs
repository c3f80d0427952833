//! The settings of a process: from a TOML file, the environment and flags, the later before the earlier.
//!
//! Every setting stands once, in the table of `config/settings.rs`. Whatever is wrong is found in one go, so that nobody
//! mends a configuration one error at a time.

mod error;
mod flags;
mod origin;
mod settings;
mod sources;
mod value;

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, time::Duration};

pub use error::{ConfigError, ConfigErrors};
pub use flags::Flags;
pub use origin::Origin;
pub use sources::{Source, Sources};

use crate::{Proxies, Rates};
use settings::{Context, Setting, settings};
use sources::Given;

/// The settings of a process, all of them valid.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Where the log, the views, the keys and the mail to be sent are kept.
    pub data: PathBuf,
    /// Where people and programs connect.
    pub listen: SocketAddr,
    /// Where health and metrics are read; not for everybody.
    pub metrics_listen: SocketAddr,
    /// How the outside reaches this server.
    pub origin: Origin,
    /// What the secretariat that runs the exchange is called.
    pub secretariat: String,
    /// Where it takes mail: the statements say so, for those who meet an obstacle.
    pub secretariat_mail: Option<String>,
    /// How long a read waits until it shows what its reader just wrote.
    pub at_least_wait: Duration,
    /// Which proxies stand before this server, and are believed.
    pub proxies: Proxies,
    /// What is written about what happens.
    pub log: LogOptions,
    /// What no request and no connection may exceed.
    pub limits: Limits,
    /// How many requests are taken in a minute, and from whom.
    pub rates: Rates,
}

/// What is written about what happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogOptions {
    /// For people or for programs.
    pub format: LogFormat,
    /// Which of it, as in `info,erfa=debug`.
    pub filter: String,
}

/// How a line about what happened is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// What no request and no connection may exceed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The body of a request, in bytes.
    pub body_bytes_max: usize,
    /// The head of a request, in bytes.
    pub header_bytes_max: usize,
    /// How many headers a request has.
    pub headers_max: usize,
    /// From the first byte of a request's head to its last.
    pub header_read_max: Duration,
    /// From a request's head to the head of its answer.
    pub request_max: Duration,
    /// How many connections are open at once; those after wait.
    pub connections_max: usize,
    /// How long a stop waits for what is under way.
    pub stop_max: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes_max: 1024 * 1024,
            header_bytes_max: 32 * 1024,
            headers_max: 100,
            header_read_max: Duration::from_secs(10),
            request_max: Duration::from_secs(30),
            connections_max: 20_000,
            stop_max: Duration::from_secs(10),
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        let listen = SocketAddr::from(([127, 0, 0, 1], 8080));
        Self {
            data: PathBuf::from("./data"),
            listen,
            metrics_listen: SocketAddr::from(([127, 0, 0, 1], 9464)),
            origin: Origin::of_listener(listen),
            secretariat: "Kansliet".to_owned(),
            secretariat_mail: None,
            at_least_wait: Duration::from_secs(2),
            proxies: Proxies::default(),
            log: LogOptions { format: LogFormat::Text, filter: "info".to_owned() },
            limits: Limits::default(),
            rates: Rates::default(),
        }
    }
}

impl Config {
    /// Reads the settings from `sources`. An error names its setting, where it was given and what to do.
    pub fn load(sources: &Sources) -> Result<Self, ConfigErrors> {
        let (given, mut errors) = sources.read();
        let mut config = Self::default();
        let mut from = BTreeMap::new();
        for Given { key, value, source } in given {
            let Some(setting) = Setting::named(&key) else {
                errors.push(ConfigError::unknown(&key, source));
                continue;
            };
            // A later source wins, but what an earlier one says must be right too: it counts again tomorrow.
            match (setting.set)(&mut config, &value) {
                Ok(()) => drop(from.insert(setting.key, source)),
                Err(wrong) => errors.push(ConfigError::invalid(setting, &value, source, wrong)),
            }
        }
        config.origin = config.origin.following(config.listen);
        let context = Context { from: &from };
        errors.extend(config.contradictions(&context));
        if errors.is_empty() { Ok(config) } else { Err(ConfigErrors(errors)) }
    }

    /// The same, listening at another address; an origin that was not given follows it. For port 0, once it is known.
    #[must_use]
    pub fn listening_at(mut self, listen: SocketAddr) -> Self {
        self.listen = listen;
        self.origin = self.origin.following(listen);
        self
    }

    /// What is allowed and yet hardly meant.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if !self.listen.ip().is_loopback() && !self.origin.is_secure() {
            warnings.push(format!(
                "`listen` = {} can be reached from outside but `origin` = {} is not https: sign-ins would travel in the \
                 clear; put a reverse proxy with TLS before Erfa and set `origin` to its https address",
                self.listen, self.origin
            ));
        }
        if !self.metrics_listen.ip().is_loopback() {
            warnings.push(format!(
                "`metrics_listen` = {} can be reached from outside: let only the monitoring reach it",
                self.metrics_listen
            ));
        }
        warnings
    }

    /// All settings as a configuration file, each with what it is for.
    pub fn to_toml(&self) -> String {
        let mut text = String::new();
        let mut table = "";
        for setting in settings() {
            let (of, name) = setting.key.split_once('.').unwrap_or(("", setting.key));
            if of != table {
                text += &format!("\n[{of}]\n");
                table = of;
            }
            text += &format!("# {}\n{name} = {}\n", setting.help, (setting.get)(self));
        }
        text
    }

    fn contradictions(&self, context: &Context<'_>) -> Vec<ConfigError> {
        let mut errors = Vec::new();
        if self.listen == self.metrics_listen && self.listen.port() != 0 {
            errors.push(context.contradiction(
                "metrics_listen",
                self.metrics_listen.to_string(),
                "is the same as `listen`",
                "give health and metrics a port of their own, such as 127.0.0.1:9464",
            ));
        }
        if self.data.exists() && !self.data.is_dir() {
            errors.push(context.contradiction(
                "data",
                self.data.display().to_string(),
                "is not a directory",
                "name a directory; one that does not exist is made",
            ));
        }
        errors
    }
}

#[cfg(test)]
mod tests;
