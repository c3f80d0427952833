//! redb, a B-tree that is copied on write.

use std::path::Path;

use bytes::Bytes;
use redb::{Database, Durability, TableDefinition};

const EVENTS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("events");

pub(super) struct Redb(Database);

impl Redb {
    pub(super) fn create(dir: &Path) -> anyhow::Result<Self> {
        Ok(Self(Database::create(dir.join("redb"))?))
    }
}

impl super::Store for Redb {
    fn append(&mut self, first: u64, events: &[&Bytes]) -> anyhow::Result<()> {
        let mut transaction = self.0.begin_write()?;
        transaction.set_durability(Durability::Immediate)?;
        let mut table = transaction.open_table(EVENTS)?;
        for (event, number) in events.iter().zip(first..) {
            table.insert(number, &event[..])?;
        }
        drop(table);
        Ok(transaction.commit()?)
    }
}
