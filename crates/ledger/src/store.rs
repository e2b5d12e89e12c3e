//! The database: tables, the snapshot that reads see, and the one write per block.
//!
//! Everything lives in one redb file. A block, the state after it, the values that it replaced
//! and the pool without its transactions become visible and durable together, or not at all.
//! Readers see the last committed block and never wait.

mod compare;
mod reader;
mod writer;

use redb::{Database, ReadableDatabase as _, TableDefinition};

use crate::error::StoreError;

pub(crate) use reader::Reader;
pub(crate) use writer::PoolChanges;

/// Header hash and RLP header, by number.
const HEADERS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("headers");
/// Transactions with their senders, by block number.
const BODIES: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("bodies");
/// RLP list of ommers, by block number, where there are some.
const OMMERS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("ommers");
/// RLP list of withdrawals, by block number, where there are some.
const WITHDRAWALS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("withdrawals");
/// Sum of the difficulties up to a block, by its number, before the merge.
const DIFFICULTIES: TableDefinition<'_, u64, &[u8; 32]> = TableDefinition::new("difficulties");
/// What the chain was started from, in geth's format; one entry.
const GENESIS: TableDefinition<'_, (), &[u8]> = TableDefinition::new("genesis");
/// Receipts, by block number.
const RECEIPTS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("receipts");
/// Block number, by block hash.
const NUMBERS: TableDefinition<'_, &[u8; 32], u64> = TableDefinition::new("numbers");
/// Block number and index, by transaction hash.
const PLACES: TableDefinition<'_, &[u8; 32], (u64, u32)> = TableDefinition::new("places");
/// Nonce, balance and code hash, by address.
const ACCOUNTS: TableDefinition<'_, &[u8; 20], &[u8; 72]> = TableDefinition::new("accounts");
/// Value, by address and slot; zero is absent.
const STORAGE: TableDefinition<'_, &[u8; 52], &[u8; 32]> = TableDefinition::new("storage");
/// Code, by its hash.
const CODES: TableDefinition<'_, &[u8; 32], &[u8]> = TableDefinition::new("codes");
/// Account before a block, by address and block number; empty means that there was none.
const ACCOUNTS_BEFORE: TableDefinition<'_, &[u8; 28], &[u8]> =
    TableDefinition::new("accounts_before");
/// Slot before a block, by address, slot and block number.
const STORAGE_BEFORE: TableDefinition<'_, &[u8; 60], &[u8; 32]> =
    TableDefinition::new("storage_before");
/// Sender and EIP-2718 bytes of waiting transactions, by order of arrival: what arrives together
/// lies together, which keeps the write of a group small.
const POOL: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("waiting");

/// The open database.
#[derive(Debug)]
pub(crate) struct Store {
    database: Database,
}

impl Store {
    /// Takes a database and makes sure that every table exists.
    pub(crate) fn new(database: Database) -> Result<Self, StoreError> {
        let write = database.begin_write()?;
        {
            write.open_table(HEADERS)?;
            write.open_table(BODIES)?;
            write.open_table(OMMERS)?;
            write.open_table(WITHDRAWALS)?;
            write.open_table(DIFFICULTIES)?;
            write.open_table(GENESIS)?;
            write.open_table(RECEIPTS)?;
            write.open_table(NUMBERS)?;
            write.open_table(PLACES)?;
            write.open_table(ACCOUNTS)?;
            write.open_table(STORAGE)?;
            write.open_table(CODES)?;
            write.open_table(ACCOUNTS_BEFORE)?;
            write.open_table(STORAGE_BEFORE)?;
            write.open_table(POOL)?;
        }
        write.commit()?;
        Ok(Self { database })
    }

    /// A snapshot of the last committed block.
    pub(crate) fn reader(&self) -> Result<Reader, StoreError> {
        Reader::open(self.database.begin_read()?)
    }
}

/// `first` followed by the number, which sorts by number.
fn key<const A: usize, const B: usize>(first: &[u8; A], number: u64) -> [u8; B] {
    let mut bytes = [0; B];
    let (head, tail) = bytes.split_at_mut(A);
    head.copy_from_slice(first);
    tail.copy_from_slice(&number.to_be_bytes());
    bytes
}

/// Address and slot.
fn slot_key(address: alloy_primitives::Address, slot: alloy_primitives::U256) -> [u8; 52] {
    let mut bytes = [0; 52];
    let (head, tail) = bytes.split_at_mut(20);
    head.copy_from_slice(address.as_slice());
    tail.copy_from_slice(&slot.to_be_bytes::<32>());
    bytes
}
