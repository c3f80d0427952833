//! Values of a view's tables as JSON, and ids as keys, so that folds are short.
//!
//! ```
//! use event_sourcing::{ViewError, json_value::{self, IdKey, Json, key}, redb::{TableDefinition, WriteTransaction}};
//!
//! const NAMES: TableDefinition<IdKey, Json<String>> = TableDefinition::new("names");
//!
//! fn name(tx: &WriteTransaction, id: uuid::Uuid) -> Result<Option<String>, ViewError> {
//!     let mut names = tx.open_table(NAMES)?;
//!     json_value::put(&mut names, key(id), &"Arena".to_owned())?;
//!     json_value::update(&mut names, key(id), |name| name.push('!'))?;
//!     json_value::get(&names, key(id))
//! }
//! ```

use std::{borrow::Borrow, borrow::Cow, fmt, marker::PhantomData};

use redb::{Key, ReadableTable, Table, TypeName, Value};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::ViewError;

/// An id as the key of a table; ids of version 7 stand in the order in which they were made.
pub type IdKey = [u8; 16];

/// The key of an id, such as `key(thread.uuid())`.
pub fn key(id: Uuid) -> IdKey {
    id.into_bytes()
}

/// The value type of a table that keeps a `T` as JSON.
pub struct Json<T>(PhantomData<fn() -> T>);

/// A `T` as it stands in a table.
pub struct Encoded<'a, T> {
    json: Cow<'a, [u8]>,
    _value: PhantomData<fn() -> T>,
}

impl<T: Serialize> Encoded<'static, T> {
    /// The value, to be put into a table.
    pub fn of(value: &T) -> Result<Self, ViewError> {
        Ok(Self { json: serde_json::to_vec(value)?.into(), _value: PhantomData })
    }
}

impl<T: DeserializeOwned> Encoded<'_, T> {
    /// The value.
    pub fn read(&self) -> Result<T, ViewError> {
        Ok(serde_json::from_slice(&self.json)?)
    }
}

/// The value of a key.
pub fn get<'k, K: Key + 'static, T: DeserializeOwned + 'static>(
    table: &impl ReadableTable<K, Json<T>>,
    key: impl Borrow<K::SelfType<'k>>,
) -> Result<Option<T>, ViewError> {
    table.get(key)?.map(|value| value.value().read()).transpose()
}

/// Sets the value of a key.
pub fn put<'k, K: Key + 'static, T: Serialize + 'static>(
    table: &mut Table<'_, K, Json<T>>,
    key: impl Borrow<K::SelfType<'k>>,
    value: &T,
) -> Result<(), ViewError> {
    table.insert(key, Encoded::of(value)?)?;
    Ok(())
}

/// Changes the value of a key, if there is one; says whether there was.
pub fn update<'k, K: Key + 'static, T: Serialize + DeserializeOwned + 'static>(
    table: &mut Table<'_, K, Json<T>>,
    key: impl Borrow<K::SelfType<'k>>,
    change: impl FnOnce(&mut T),
) -> Result<bool, ViewError> {
    let key = key.borrow();
    let Some(mut value) = get(table, key)? else { return Ok(false) };
    change(&mut value);
    put(table, key, &value)?;
    Ok(true)
}

impl<T> fmt::Debug for Json<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Json")
    }
}

impl<T> fmt::Debug for Encoded<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.json))
    }
}

impl<T: 'static> Value for Json<T> {
    type SelfType<'a> = Encoded<'a, T>;
    type AsBytes<'a> = &'a [u8];

    fn fixed_width() -> Option<usize> {
        None
    }

    fn from_bytes<'a>(data: &'a [u8]) -> Encoded<'a, T>
    where
        Self: 'a,
    {
        Encoded { json: data.into(), _value: PhantomData }
    }

    fn as_bytes<'a, 'b: 'a>(value: &'a Encoded<'b, T>) -> &'a [u8]
    where
        Self: 'b,
    {
        &value.json
    }

    fn type_name() -> TypeName {
        TypeName::new("erfa::Json")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use redb::{Database, TableDefinition, WriteTransaction, backends::InMemoryBackend};

    use super::*;

    const TEXTS: TableDefinition<'_, IdKey, Json<Vec<String>>> = TableDefinition::new("texts");

    fn transaction() -> WriteTransaction {
        Database::builder().create_with_backend(InMemoryBackend::new()).unwrap().begin_write().unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(50))]
        #[test]
        fn values_are_read_as_they_were_put_and_ids_stand_in_their_order(
            texts in prop::collection::btree_map(any::<u128>(), prop::collection::vec(".{0,20}", 0..3), 1..10)
        ) {
            let tx = transaction();
            let mut table = tx.open_table(TEXTS).unwrap();
            for (id, text) in &texts {
                put(&mut table, key(Uuid::from_u128(*id)), text).unwrap();
            }
            let rows = table.iter().unwrap().map(|row| {
                let (key, value) = row.unwrap();
                (Uuid::from_bytes(key.value()).as_u128(), value.value().read().unwrap())
            });
            prop_assert!(rows.eq(texts));
        }
    }

    #[test]
    fn what_is_there_can_be_changed() {
        let tx = transaction();
        let mut table = tx.open_table(TEXTS).unwrap();
        let id = key(Uuid::from_u128(1));
        assert!(!update(&mut table, id, |texts| texts.push("a".into())).unwrap());
        assert_eq!(get(&table, id).unwrap(), None);
        put(&mut table, id, &vec!["a".into()]).unwrap();
        assert!(update(&mut table, id, |texts| texts.push("b".into())).unwrap());
        assert_eq!(get(&table, id).unwrap(), Some(vec!["a".into(), "b".into()]));
    }

    #[test]
    fn a_value_of_another_kind_is_an_error() {
        let tx = transaction();
        let id = key(Uuid::from_u128(1));
        let numbers = TableDefinition::<IdKey, Json<u32>>::new("texts");
        put(&mut tx.open_table(numbers).unwrap(), id, &7).unwrap();
        assert!(matches!(get(&tx.open_table(TEXTS).unwrap(), id), Err(ViewError::Value(_))));
    }
}
