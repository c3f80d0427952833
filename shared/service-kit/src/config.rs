//! The settings of a process: from a TOML file, the environment and flags, the later before the earlier.
//!
//! Every setting stands once, in the table of `config/settings.rs`. Whatever is wrong is found in one go, so that nobody
//! mends a configuration one error at a time.

mod error;
mod flags;
mod openid;
mod origin;
mod settings;
mod sources;
mod value;

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, time::Duration};

pub use error::{ConfigError, ConfigErrors};
pub use flags::Flags;
pub use openid::{ClaimMapping, OpenIdProvider, StepUp};
pub use origin::Origin;
pub use sources::{Source, Sources};

use crate::{Proxies, Rates, TlsFiles};
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
    /// How connections are encrypted, here or before.
    pub tls: TlsOptions,
    /// What is written about what happens.
    pub log: LogOptions,
    /// What no request and no connection may exceed.
    pub limits: Limits,
    /// How many requests are taken in a minute, and from whom.
    pub rates: Rates,
    /// With whom people sign in, in the order of their names.
    pub openid: Vec<OpenIdProvider>,
}

/// How connections are encrypted, here or before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsOptions {
    /// The certificate's file, if TLS is spoken here.
    pub certificate: Option<PathBuf>,
    /// Its key's file.
    pub key: Option<PathBuf>,
    /// Whether a proxy speaks TLS with the outside, so that plain http may be listened for beyond this machine.
    pub terminated_by_proxy: bool,
}

impl TlsOptions {
    /// Whether TLS is spoken here.
    pub fn is_on(&self) -> bool {
        self.files().is_some()
    }

    /// The files that it needs.
    pub fn files(&self) -> Option<TlsFiles> {
        let (certificate, key) = self.certificate.clone().zip(self.key.clone())?;
        Some(TlsFiles { certificate, key })
    }
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
    /// From the taking of a connection to the end of its TLS handshake.
    pub tls_handshake_max: Duration,
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
            tls_handshake_max: Duration::from_secs(10),
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
            origin: Origin::of_listener(listen, false),
            secretariat: "Kansliet".to_owned(),
            secretariat_mail: None,
            at_least_wait: Duration::from_secs(2),
            proxies: Proxies::default(),
            tls: TlsOptions::default(),
            log: LogOptions { format: LogFormat::Text, filter: "info".to_owned() },
            limits: Limits::default(),
            rates: Rates::default(),
            openid: Vec::new(),
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
            if key == openid::TABLE {
                config.openid = openid::read(value, &source, &mut errors);
                continue;
            }
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
        config.origin = config.origin.following(config.listen, config.tls.is_on());
        let context = Context { from: &from };
        errors.extend(config.contradictions(&context));
        if errors.is_empty() { Ok(config) } else { Err(ConfigErrors(errors)) }
    }

    /// The same, listening at another address; an origin that was not given follows it. For port 0, once it is known.
    #[must_use]
    pub fn listening_at(mut self, listen: SocketAddr) -> Self {
        self.listen = listen;
        self.origin = self.origin.following(listen, self.tls.is_on());
        self
    }

    /// What is allowed and yet hardly meant.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.tls.terminated_by_proxy && !self.origin.is_secure() {
            warnings.push(format!(
                "`tls.terminated_by_proxy` is set but `origin` = {} is not https: cookies would be sent in the clear; set \
                 `origin` to the address that the proxy has outside",
                self.origin
            ));
        }
        if self.tls.terminated_by_proxy && self.proxies.trusted.is_empty() {
            warnings.push(
                "`tls.terminated_by_proxy` is set but `proxies.trusted` names no proxy: everybody who is not signed in \
                 shares the proxy's limits"
                    .to_owned(),
            );
        }
        if !self.metrics_listen.ip().is_loopback() {
            warnings.push(format!(
                "`metrics_listen` = {} can be reached from outside: let only the monitoring reach it",
                self.metrics_listen
            ));
        }
        warnings.extend(self.openid.iter().filter_map(OpenIdProvider::warning));
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
        self.openid.iter().for_each(|provider| text += &provider.to_toml());
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
        errors.extend(self.tls_contradictions(context));
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

impl Config {
    fn tls_contradictions(&self, context: &Context<'_>) -> Vec<ConfigError> {
        let mut errors = Vec::new();
        let TlsOptions { certificate, key, terminated_by_proxy } = &self.tls;
        let shown = |path: &Option<PathBuf>| path.as_ref().map_or_else(String::new, |path| path.display().to_string());
        match (certificate, key) {
            (Some(_), None) => errors.push(context.contradiction(
                "tls.certificate",
                shown(certificate),
                "has no key",
                "name the file of its private key in `tls.key`",
            )),
            (None, Some(_)) => errors.push(context.contradiction(
                "tls.key",
                shown(key),
                "has no certificate",
                "name the file of its certificate in `tls.certificate`",
            )),
            (Some(_), Some(_)) if !self.origin.is_secure() => errors.push(context.contradiction(
                "origin",
                self.origin.to_string(),
                "is not https, which is what `tls.certificate` is for",
                "write https:// and the name that the certificate is for",
            )),
            (None, None) if !self.listen.ip().is_loopback() && !terminated_by_proxy => errors.push(context.contradiction(
                "listen",
                self.listen.to_string(),
                "can be reached from outside without TLS: sign-ins would travel in the clear",
                "name certificate and key in `tls.certificate` and `tls.key`; or, if a proxy speaks TLS with the outside, \
                 set `tls.terminated_by_proxy` to true; or listen at 127.0.0.1",
            )),
            _ => {}
        }
        errors
    }
}

#[cfg(test)]
mod tests;
