//! Comparing two databases, entry by entry.

use std::{borrow::Borrow, cmp::Ordering};

use alloy_primitives::Bytes;
use redb::{
    Key, ReadTransaction, ReadableDatabase as _, ReadableTable as _, TableDefinition, Value,
};

use super::{
    ACCOUNTS, ACCOUNTS_BEFORE, BODIES, CODES, DIFFICULTIES, GENESIS, HEADERS, NUMBERS, OMMERS,
    PLACES, RECEIPTS, STORAGE, STORAGE_BEFORE, Store, WITHDRAWALS,
};
use crate::error::StoreError;

/// The first entry in which two databases differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// Name of the table.
    pub(crate) table: &'static str,
    /// Stored key.
    pub(crate) key: Bytes,
    /// Value in the first database.
    pub(crate) left: Option<Bytes>,
    /// Value in the second database.
    pub(crate) right: Option<Bytes>,
}

impl Store {
    /// Compares everything but the pool; gives the number of equal entries.
    pub(crate) fn compare(&self, other: &Self) -> Result<Result<u64, Difference>, StoreError> {
        let pair = Pair { left: self.database.begin_read()?, right: other.database.begin_read()? };
        let mut entries = 0u64;
        macro_rules! compare {
            ($($name:literal: $table:ident),*) => {$(
                match pair.compare($name, $table)? {
                    Ok(equal) => entries = entries.saturating_add(equal),
                    Err(difference) => return Ok(Err(difference)),
                }
            )*};
        }
        compare!(
            "genesis": GENESIS, "headers": HEADERS, "numbers": NUMBERS, "bodies": BODIES,
            "ommers": OMMERS, "withdrawals": WITHDRAWALS, "difficulties": DIFFICULTIES,
            "receipts": RECEIPTS, "places": PLACES, "accounts": ACCOUNTS, "storage": STORAGE,
            "codes": CODES, "accounts_before": ACCOUNTS_BEFORE, "storage_before": STORAGE_BEFORE
        );
        Ok(Ok(entries))
    }
}

struct Pair {
    left: ReadTransaction,
    right: ReadTransaction,
}

impl Pair {
    fn compare<K: Key + 'static, V: Value + 'static>(
        &self,
        name: &'static str,
        table: TableDefinition<'_, K, V>,
    ) -> Result<Result<u64, Difference>, StoreError> {
        let (left, right) = (self.left.open_table(table)?, self.right.open_table(table)?);
        let (mut left, mut right) = (left.iter()?, right.iter()?);
        let mut equal = 0u64;
        loop {
            let (stored, other) = (left.next().transpose()?, right.next().transpose()?);
            let stored =
                stored.map(|(key, value)| (of_key::<K>(key.value()), of::<V>(value.value())));
            let other =
                other.map(|(key, value)| (of_key::<K>(key.value()), of::<V>(value.value())));
            if stored.is_none() && other.is_none() {
                return Ok(Ok(equal));
            }
            if stored != other {
                return Ok(Err(difference::<K>(name, stored, other)));
            }
            equal = equal.saturating_add(1);
        }
    }
}

type Entry = Option<(Bytes, Bytes)>;

fn difference<K: Key>(table: &'static str, left: Entry, right: Entry) -> Difference {
    match (left, right) {
        (Some((key, left)), Some((other, right))) => match K::compare(&key, &other) {
            Ordering::Equal => Difference { table, key, left: Some(left), right: Some(right) },
            Ordering::Less => Difference { table, key, left: Some(left), right: None },
            Ordering::Greater => Difference { table, key: other, left: None, right: Some(right) },
        },
        (Some((key, value)), None) => Difference { table, key, left: Some(value), right: None },
        (None, right) => {
            let (key, value) = right.unwrap_or_default();
            Difference { table, key, left: None, right: Some(value) }
        }
    }
}

fn of_key<K: Key + 'static>(key: K::SelfType<'_>) -> Bytes {
    of::<K>(key)
}

fn of<V: Value + 'static>(value: V::SelfType<'_>) -> Bytes {
    Bytes::copy_from_slice(V::as_bytes(value.borrow()).as_ref())
}
