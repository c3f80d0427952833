//! How far a backup is, in words or for scripts.

use event_log::BackupEnd;
use serde_json::json;
use types::Position;

use crate::output::Output;

/// What was told so far.
pub(super) struct Report {
    output: Output,
    follow: bool,
    told: Option<Position>,
    has_caught_up: bool,
    is_away: bool,
}

impl Report {
    pub(super) fn new(output: Output, follow: bool) -> Self {
        Self { output, follow, told: None, has_caught_up: false, is_away: false }
    }

    /// Whether the log's head was reached for the first time since the server went away.
    pub(super) fn has_caught_up(&mut self) -> bool {
        !std::mem::replace(&mut self.has_caught_up, true)
    }

    /// Tells how far the backup is durable, if that is news.
    pub(super) fn now(&mut self, end: BackupEnd) -> anyhow::Result<()> {
        self.is_away = false;
        if self.told == Some(end.position) {
            return Ok(());
        }
        if self.follow {
            self.tell(end)
        } else {
            self.output.note(&format!("at position {} …", end.position));
            Ok(())
        }
    }

    /// Tells that the server went away, once.
    pub(super) fn away(&mut self) {
        self.has_caught_up = false;
        if !std::mem::replace(&mut self.is_away, true) {
            self.output.note("No server answers; waiting for it …");
        }
    }

    /// Tells how far the backup is in the end.
    pub(super) fn last(&mut self, end: BackupEnd) -> anyhow::Result<()> {
        if self.follow && self.told == Some(end.position) { Ok(()) } else { self.tell(end) }
    }

    fn tell(&mut self, end: BackupEnd) -> anyhow::Result<()> {
        self.told = Some(end.position);
        let words = format!("backed up to position {}, chain {}", end.position, end.chain);
        let json = json!({ "position": end.position, "chain": end.chain, "origin": end.origin });
        Ok(self.output.result(&words, &json)?)
    }
}
