//! Settings on the command line.

use std::path::PathBuf;

/// The flags of every command that reads settings. The values are looked at by [`Config::load`](super::Config::load),
/// together with those of file and environment.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Settings")]
pub struct Flags {
    /// The configuration file [default: erfa.toml, if it is there]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where everything is kept [default: ./data]
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<String>,
    /// Where people and programs connect [default: 127.0.0.1:8080]
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    pub listen: Option<String>,
    /// Where health and metrics are read [default: 127.0.0.1:9464]
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    pub metrics_listen: Option<String>,
    /// How the outside reaches Erfa [default: http://<listen>]
    #[arg(long, global = true, value_name = "URL")]
    pub origin: Option<String>,
    /// How the program tells what happens: text or json [default: text]
    #[arg(long, global = true, value_name = "FORMAT")]
    pub log_format: Option<String>,
    /// How much it tells: error, warn, info, debug, trace [default: info]
    #[arg(long, global = true, value_name = "FILTER")]
    pub log_filter: Option<String>,
    /// Any setting by its name, as in limits.connections_max=100; can be given several times
    #[arg(long, global = true, value_name = "SETTING=VALUE")]
    pub set: Vec<String>,
}

impl Flags {
    /// The settings that were given: key, value, flag.
    pub(super) fn given(&self) -> Vec<(String, String, String)> {
        let named = [
            ("data", "--data", &self.data),
            ("listen", "--listen", &self.listen),
            ("metrics_listen", "--metrics-listen", &self.metrics_listen),
            ("origin", "--origin", &self.origin),
            ("log.format", "--log-format", &self.log_format),
            ("log.filter", "--log-filter", &self.log_filter),
        ];
        let set = self.set.iter().map(|text| {
            let (key, value) = text.split_once('=').unwrap_or((text, ""));
            (key.trim().to_owned(), value.to_owned(), "--set".to_owned())
        });
        let named = named.into_iter().filter_map(|(key, flag, value)| Some((key.into(), value.clone()?, flag.into())));
        set.chain(named).collect()
    }
}
