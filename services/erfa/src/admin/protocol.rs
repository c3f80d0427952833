//! One line of JSON asks, lines of JSON answer: any number of [`Reply::Progress`], then one of the others.

use std::path::PathBuf;

use contracts::directory::Scope;
use event_log::{BackupEnd, LogIdentity};
use serde::{Deserialize, Serialize};

use crate::cli::Service;

/// How long a line may be, in bytes: room for the largest file of agencies, written as JSON.
pub(crate) const LINE_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// What is asked.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case")]
pub(crate) enum Ask {
    ImportAgencies { csv: String },
    IssueToken { person: String, label: String, scopes: Vec<Scope>, days: u16 },
    SignInLink { person: String },
    LogTail { events: usize },
    LogStats,
    LogVerify,
    LogBackup(Wanted),
    Rebuild { service: Option<Service> },
}

/// What is answered.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Reply {
    Progress(Progress),
    Done(serde_json::Value),
    Refused(Refusal),
    /// The blocks of this log follow, as `frames` has them.
    Blocks(LogIdentity),
}

/// Which blocks a backup wants.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Wanted {
    /// Its directory, to be named where something is wrong.
    pub(crate) dir: PathBuf,
    /// Where it ends.
    pub(crate) end: BackupEnd,
    /// Whether it wants those that are still to come.
    pub(crate) follow: bool,
}

/// How far it is.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Progress {
    pub(crate) done: u64,
    pub(crate) of: u64,
}

/// Why it was not done, in words that say what to do.
#[derive(Debug, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Refusal {
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(message: impl std::fmt::Display) -> Self {
        Self { message: message.to_string() }
    }
}
