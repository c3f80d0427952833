//! What can be read at one moment.

use std::sync::Arc;

use redb::{
    Key, MultimapTableDefinition, ReadOnlyMultimapTable, ReadOnlyTable, ReadTransaction, TableDefinition, Value,
};
use types::{LogEpoch, Position};

use super::{ViewError, store::Store};

/// The view's tables as they were at one position; they do not change. Keep it as long as the tables that it gave, and
/// for one request, not longer: what it shows can't be freed meanwhile.
pub struct Snapshot {
    tx: ReadTransaction,
    position: Position,
    /// Keeps the file open for `tx`, also after a rebuild has put another in its place.
    store: Arc<Store>,
}

impl Snapshot {
    pub(super) fn of(store: Arc<Store>) -> Result<Self, ViewError> {
        let (tx, position) = store.read()?;
        Ok(Self { tx, position, store })
    }

    /// The position that the tables have reached.
    pub fn position(&self) -> Position {
        self.position
    }

    /// The epoch of the log that they were made from.
    pub fn epoch(&self) -> LogEpoch {
        self.store.epoch()
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
