//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};
use service_kit::Flags;

/// Erfa: agencies exchange experience, live, on a record that nothing is lost from.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
pub(crate) struct Cli {
    /// What to do; `serve` if nothing is said.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) flags: Flags,
    /// Answer in JSON, for scripts.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Clone, Debug, Default, Subcommand)]
pub(crate) enum Command {
    /// Start Erfa, everything in one process.
    #[default]
    Serve,
    /// Start a lively invented exchange, on this machine only; sign in as anyone by a click.
    Demo,
    /// Take in what others keep.
    #[command(subcommand)]
    Import(Import),
    /// API tokens.
    #[command(subcommand)]
    Token(Token),
    /// Make a one-time sign-in link for a person.
    SignInLink {
        /// Their mail address or id.
        #[arg(long)]
        person: String,
    },
    /// Look into the event log.
    #[command(subcommand)]
    Log(LogCommand),
    /// Make the views of a service, or of all, anew from the log.
    Rebuild {
        /// Which.
        #[arg(value_enum)]
        service: Option<Service>,
    },
    /// The configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Import {
    /// Agencies from a CSV file: name,short_name,website,former_or_other_names (separated by `|`).
    Agencies {
        /// The file, in UTF-8.
        file: PathBuf,
    },
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Token {
    /// Issue an API token to a person. It is printed once, alone on standard output.
    Issue {
        /// Their mail address or id.
        #[arg(long)]
        person: String,
        /// What it may be used for.
        #[arg(long, value_enum, value_delimiter = ',', default_value = "read")]
        scopes: Vec<Scope>,
        /// How long it works.
        #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=366))]
        days: u16,
        /// What it is called in lists.
        #[arg(long, default_value = "erfa token issue")]
        label: String,
    },
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum LogCommand {
    /// Show the newest events, without their content.
    Tail {
        /// How many.
        #[arg(short = 'n', long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=4096))]
        lines: u16,
    },
    /// Show how much there is.
    Stats,
    /// Walk through everything: chain, revisions, index. Says what is wrong first, and where.
    Verify,
    /// Write the log to a directory of plain files, or what has come since the last time.
    Backup {
        /// The directory: an empty one, or that of a backup that shall go on.
        dir: PathBuf,
        /// Go on with what comes, until it is ended.
        #[arg(long)]
        follow: bool,
    },
    /// Make the log of this data directory, which has none, from a backup.
    Restore {
        /// The backup's directory.
        dir: PathBuf,
        /// Restore nothing that comes after this position.
        #[arg(long)]
        to: Option<u64>,
    },
    /// Take a log into use again that can't be opened because something in it is lost: keeps what is whole.
    AcceptLoss {
        /// Do it; without this, only says what would be lost.
        #[arg(long)]
        yes: bool,
    },
    /// Make the log's index again from its events.
    Reindex,
}

#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Say everything that is wrong with the configuration.
    Check,
    /// Show the configuration in force.
    Show,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Service {
    Directory,
    Forum,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scope {
    Read,
    Write,
}

impl From<Scope> for contracts::directory::Scope {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Read => Self::Read,
            Scope::Write => Self::Write,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Cli::command().debug_assert();
    }
}
