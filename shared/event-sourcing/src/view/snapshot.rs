//! What can be read at one moment.

use redb::{
    Key, MultimapTableDefinition, ReadOnlyMultimapTable, ReadOnlyTable, ReadTransaction, TableDefinition, Value,
};
use types::{LogEpoch, Position};

use crate::ViewError;

/// The view's tables as they were at one position; it does not change. Keep it for a request, not longer.
pub struct Snapshot {
    tx: ReadTransaction,
    position: Position,
    epoch: LogEpoch,
}

impl Snapshot {
    /// The position that the tables have reached.
    pub fn position(&self) -> Position {
        self.position
    }

    /// The epoch of the log that they were made from.
    pub fn epoch(&self) -> LogEpoch {
        self.epoch
    }

    /// A table.
    pub fn table<K: Key + 'static, V: Value + 'static>(
        &self,
        definition: TableDefinition<'_, K, V>,
    ) -> Result<ReadOnlyTable<K, V>, ViewError> {
        Ok(self.tx.open_table(definition)?)
    }

    /// A table of several values for a key.
    pub fn multimap<K: Key + 'static, V: Key + 'static>(
        &self,
        definition: MultimapTableDefinition<'_, K, V>,
    ) -> Result<ReadOnlyMultimapTable<K, V>, ViewError> {
        Ok(self.tx.open_multimap_table(definition)?)
    }
}
