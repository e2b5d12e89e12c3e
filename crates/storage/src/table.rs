//! Typed tables and their transactions.

use std::marker::PhantomData;
use std::ops::{Bound, RangeBounds};

use alloy_primitives::hex;
use alloy_sol_types::{SolType, SolValue};
use redb::{
    ReadableDatabase as _, ReadableTable, ReadableTableMetadata as _, TableDefinition, TableError,
};

use crate::error::StorageError;
use crate::key::TableKey;

type Definition = TableDefinition<'static, &'static [u8], &'static [u8]>;
type ReadOnlyTable = redb::ReadOnlyTable<&'static [u8], &'static [u8]>;

/// A value in a table: anything with a Solidity ABI encoding.
pub trait TableValue: SolValue + From<<Self::SolType as SolType>::RustType> {}

impl<T: SolValue + From<<T::SolType as SolType>::RustType>> TableValue for T {}

/// The name and types of a table. Declare each table once, as a constant.
#[derive(Debug)]
pub struct Table<K, V> {
    name: &'static str,
    types: PhantomData<fn(K) -> V>,
}

impl<K: TableKey, V: TableValue> Table<K, V> {
    /// The table `name`; it need not exist yet.
    pub const fn new(name: &'static str) -> Self {
        Self { name, types: PhantomData }
    }

    const fn definition(&self) -> Definition {
        TableDefinition::new(self.name)
    }

    fn row(&self, key: &[u8], value: &[u8]) -> Result<(K, V), StorageError> {
        let broken = || StorageError::TableKey { table: self.name, key: hex::encode(key) };
        Ok((K::read(key).ok_or_else(broken)?, self.value(key, value)?))
    }

    fn value(&self, key: &[u8], value: &[u8]) -> Result<V, StorageError> {
        V::abi_decode_validate(value).map_err(|error| StorageError::TableValue {
            table: self.name,
            key: hex::encode(key),
            source: Box::new(error),
        })
    }
}

/// All tables of a store.
#[derive(Debug)]
pub struct Tables {
    database: redb::Database,
}

/// A consistent view of all tables.
pub struct Reader {
    transaction: redb::ReadTransaction,
}

/// One write transaction; sees its own writes.
pub struct Writer {
    transaction: redb::WriteTransaction,
}

impl Tables {
    pub(crate) const fn new(database: redb::Database) -> Self {
        Self { database }
    }

    /// Reads through one consistent view.
    ///
    /// # Errors
    /// What `read` returns, and [`StorageError::Database`].
    pub fn read<T, E: From<StorageError>>(
        &self,
        read: impl FnOnce(&Reader) -> Result<T, E>,
    ) -> Result<T, E> {
        let transaction = self.database.begin_read().map_err(|e| database_error("read", e))?;
        read(&Reader { transaction })
    }

    /// Writes all of what `write` writes, durably, if it returns `Ok`, and none of it otherwise.
    /// One transaction runs at a time; others wait.
    ///
    /// # Errors
    /// What `write` returns, and [`StorageError::Database`].
    pub fn write<T, E: From<StorageError>>(
        &self,
        write: impl FnOnce(&mut Writer) -> Result<T, E>,
    ) -> Result<T, E> {
        let transaction = self.database.begin_write().map_err(|e| database_error("write", e))?;
        let mut writer = Writer { transaction };
        match write(&mut writer) {
            Ok(value) => {
                writer.transaction.commit().map_err(|e| database_error("commit", e))?;
                Ok(value)
            }
            Err(error) => {
                writer.transaction.abort().map_err(|e| database_error("abort", e))?;
                Err(error)
            }
        }
    }
}

impl Reader {
    fn open(&self, definition: Definition) -> Result<Option<ReadOnlyTable>, StorageError> {
        match self.transaction.open_table(definition) {
            Ok(table) => Ok(Some(table)),
            Err(TableError::TableDoesNotExist(_)) => Ok(None),
            Err(error) => Err(database_error("open", error)),
        }
    }

    /// The value under `key`.
    ///
    /// # Errors
    /// [`StorageError::Database`], and [`StorageError::TableValue`] for bytes that are no `V`.
    pub fn get<K: TableKey, V: TableValue>(
        &self,
        table: &Table<K, V>,
        key: &K,
    ) -> Result<Option<V>, StorageError> {
        self.open(table.definition())?.map_or(Ok(None), |opened| get(table, &opened, key))
    }

    /// Up to `limit` rows with keys in `range`, by rising key.
    ///
    /// # Errors
    /// As [`Reader::get`], and [`StorageError::TableKey`] for bytes that are no `K`.
    pub fn scan<K: TableKey, V: TableValue>(
        &self,
        table: &Table<K, V>,
        range: impl RangeBounds<K>,
        limit: usize,
    ) -> Result<Vec<(K, V)>, StorageError> {
        let opened = self.open(table.definition())?;
        opened.map_or_else(|| Ok(Vec::new()), |opened| scan(table, &opened, range, limit))
    }

    /// The row with the greatest key.
    ///
    /// # Errors
    /// As [`Reader::scan`].
    pub fn last<K: TableKey, V: TableValue>(
        &self,
        table: &Table<K, V>,
    ) -> Result<Option<(K, V)>, StorageError> {
        self.open(table.definition())?.map_or(Ok(None), |opened| last(table, &opened))
    }

    /// How many rows the table has.
    ///
    /// # Errors
    /// [`StorageError::Database`].
    pub fn len<K: TableKey, V: TableValue>(
        &self,
        table: &Table<K, V>,
    ) -> Result<u64, StorageError> {
        let opened = self.open(table.definition())?;
        opened.map_or(Ok(0), |opened| opened.len().map_err(|e| database_error("count", e)))
    }
}

impl Writer {
    fn open(
        &self,
        definition: Definition,
    ) -> Result<redb::Table<'_, &'static [u8], &'static [u8]>, StorageError> {
        self.transaction.open_table(definition).map_err(|e| database_error("open", e))
    }

    /// As [`Reader::get`].
    ///
    /// # Errors
    /// As [`Reader::get`].
    pub fn get<K: TableKey, V: TableValue>(
        &self,
        table: &Table<K, V>,
        key: &K,
    ) -> Result<Option<V>, StorageError> {
        get(table, &self.open(table.definition())?, key)
    }

    /// As [`Reader::scan`].
    ///
    /// # Errors
    /// As [`Reader::scan`].
    pub fn scan<K: TableKey, V: TableValue>(
        &self,
        table: &Table<K, V>,
        range: impl RangeBounds<K>,
        limit: usize,
    ) -> Result<Vec<(K, V)>, StorageError> {
        scan(table, &self.open(table.definition())?, range, limit)
    }

    /// As [`Reader::last`].
    ///
    /// # Errors
    /// As [`Reader::last`].
    pub fn last<K: TableKey, V: TableValue>(
        &self,
        table: &Table<K, V>,
    ) -> Result<Option<(K, V)>, StorageError> {
        last(table, &self.open(table.definition())?)
    }

    /// Puts `value` under `key`, over any old one.
    ///
    /// # Errors
    /// [`StorageError::Database`].
    pub fn insert<K: TableKey, V: TableValue>(
        &mut self,
        table: &Table<K, V>,
        key: &K,
        value: &V,
    ) -> Result<(), StorageError> {
        let mut opened = self.open(table.definition())?;
        let inserted = opened.insert(key.to_key().as_slice(), value.abi_encode().as_slice());
        inserted.map(drop).map_err(|e| database_error("insert into", e))
    }

    /// Removes the row under `key`, if there is one.
    ///
    /// # Errors
    /// [`StorageError::Database`].
    pub fn remove<K: TableKey, V: TableValue>(
        &mut self,
        table: &Table<K, V>,
        key: &K,
    ) -> Result<(), StorageError> {
        let mut opened = self.open(table.definition())?;
        opened
            .remove(key.to_key().as_slice())
            .map(drop)
            .map_err(|e| database_error("remove from", e))
    }

    /// Adds `value` to a journal and returns its sequence number: 0, 1, 2, … without gaps.
    ///
    /// # Errors
    /// As [`Reader::last`].
    pub fn append<V: TableValue>(
        &mut self,
        journal: &Table<u64, V>,
        value: &V,
    ) -> Result<u64, StorageError> {
        let sequence =
            last_key(journal, &self.open(journal.definition())?)?.map_or(0, |key| key + 1);
        self.insert(journal, &sequence, value)?;
        Ok(sequence)
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reader")
    }
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Writer")
    }
}

fn get<K: TableKey, V: TableValue>(
    table: &Table<K, V>,
    opened: &impl ReadableTable<&'static [u8], &'static [u8]>,
    key: &K,
) -> Result<Option<V>, StorageError> {
    let key = key.to_key();
    let found = opened.get(key.as_slice()).map_err(|e| database_error("read", e))?;
    found.map(|value| table.value(&key, value.value())).transpose()
}

fn scan<K: TableKey, V: TableValue>(
    table: &Table<K, V>,
    opened: &impl ReadableTable<&'static [u8], &'static [u8]>,
    range: impl RangeBounds<K>,
    limit: usize,
) -> Result<Vec<(K, V)>, StorageError> {
    let (start, end) = (bound(range.start_bound()), bound(range.end_bound()));
    let bounds = (start.as_ref().map(Vec::as_slice), end.as_ref().map(Vec::as_slice));
    let rows = opened.range::<&[u8]>(bounds).map_err(|e| database_error("scan", e))?;
    let row = |row: Result<(redb::AccessGuard<'_, _>, redb::AccessGuard<'_, _>), _>| {
        let (key, value) = row.map_err(|e: redb::StorageError| database_error("scan", e))?;
        let (key, value): (&[u8], &[u8]) = (key.value(), value.value());
        table.row(key, value)
    };
    rows.take(limit).map(row).collect()
}

fn last<K: TableKey, V: TableValue>(
    table: &Table<K, V>,
    opened: &impl ReadableTable<&'static [u8], &'static [u8]>,
) -> Result<Option<(K, V)>, StorageError> {
    let row = opened.last().map_err(|e| database_error("read", e))?;
    row.map(|(key, value)| table.row(key.value(), value.value())).transpose()
}

fn last_key<V: TableValue>(
    table: &Table<u64, V>,
    opened: &impl ReadableTable<&'static [u8], &'static [u8]>,
) -> Result<Option<u64>, StorageError> {
    let row = opened.last().map_err(|e| database_error("read", e))?;
    let key = |key: &[u8]| {
        let broken = || StorageError::TableKey { table: table.name, key: hex::encode(key) };
        u64::read(key).ok_or_else(broken)
    };
    row.map(|(found, _)| key(found.value())).transpose()
}

fn bound<K: TableKey>(bound: Bound<&K>) -> Bound<Vec<u8>> {
    bound.map(TableKey::to_key)
}

fn database_error(action: &'static str, source: impl Into<redb::Error>) -> StorageError {
    StorageError::Database { action, source: Box::new(source.into()) }
}
