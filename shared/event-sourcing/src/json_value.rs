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
