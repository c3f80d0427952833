//! fjall, a log-structured merge tree.

use std::path::Path;

use bytes::Bytes;
use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};

pub(super) struct Fjall {
    database: Database,
    events: Keyspace,
}

impl Fjall {
    pub(super) fn create(dir: &Path) -> anyhow::Result<Self> {
        let database = Database::builder(dir).open()?;
        let events = database.keyspace("events", KeyspaceCreateOptions::default)?;
        Ok(Self { database, events })
    }
}

impl super::Store for Fjall {
    fn append(&mut self, first: u64, events: &[&Bytes]) -> anyhow::Result<()> {
        let mut batch = self.database.batch().durability(Some(PersistMode::SyncData));
        for (event, number) in events.iter().zip(first..) {
            batch.insert(&self.events, number.to_be_bytes(), &event[..]);
        }
        Ok(batch.commit()?)
    }
}
