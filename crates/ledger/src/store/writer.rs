//! The write transactions: one per block, one per group of accepted transactions.

use alloy_consensus::{BlockHeader as _, Header, transaction::TxHashRef as _};
use alloy_primitives::{Address, Bytes, U256};
use redb::{Durability, ReadableTable as _, Table, WriteTransaction};

use super::{
    ACCOUNTS, ACCOUNTS_BEFORE, BODIES, CODES, DIFFICULTIES, GENESIS, HEADERS, NUMBERS, OMMERS,
    PLACES, POOL, RECEIPTS, STORAGE, STORAGE_BEFORE, Store, WITHDRAWALS, key, slot_key,
};
use crate::{
    block::{Block, encode_body, encode_receipts},
    error::StoreError,
    state::{Account, AccountChange, Changes},
};

/// Changes to the stored pool, applied in this order.
#[derive(Debug, Default)]
pub(crate) struct PoolChanges<'a> {
    /// Accepted transactions: position in the order of arrival, sender, EIP-2718 bytes.
    pub(crate) added: &'a [(u64, Address, Bytes)],
    /// Positions of transactions that no longer wait.
    pub(crate) removed: &'a [u64],
}

impl Store {
    /// Makes a block, its state and the pool without its transactions durable at once.
    pub(crate) fn write_block(
        &self,
        block: &Block,
        changes: &Changes,
        pool: &PoolChanges<'_>,
    ) -> Result<(), StoreError> {
        let write = self.database.begin_write()?;
        write_body(&write, block)?;
        write_state(&write, block.number(), changes)?;
        write_pool(&write, pool)?;
        write.commit()?;
        Ok(())
    }

    /// Adds a block and its state, durable with the next write that is: the disk has both or
    /// neither, and never a later block without an earlier one.
    pub(crate) fn add_block(&self, block: &Block, changes: &Changes) -> Result<(), StoreError> {
        let mut write = self.database.begin_write()?;
        write.set_durability(Durability::None)?;
        write_body(&write, block)?;
        write_state(&write, block.number(), changes)?;
        write.commit()?;
        Ok(())
    }

    /// Makes the first block and what it was made from durable at once.
    pub(crate) fn write_first(
        &self,
        block: &Block,
        changes: &Changes,
        genesis: &[u8],
    ) -> Result<(), StoreError> {
        let write = self.database.begin_write()?;
        write.open_table(GENESIS)?.insert((), genesis)?;
        write_body(&write, block)?;
        write_state(&write, block.number(), changes)?;
        write.commit()?;
        Ok(())
    }

    /// Makes changes to the pool durable.
    pub(crate) fn write_pool(&self, pool: &PoolChanges<'_>) -> Result<(), StoreError> {
        let write = self.database.begin_write()?;
        write_pool(&write, pool)?;
        write.commit()?;
        Ok(())
    }
}

fn write_pool(write: &WriteTransaction, pool: &PoolChanges<'_>) -> Result<(), StoreError> {
    let mut table = write.open_table(POOL)?;
    for (arrival, sender, bytes) in pool.added {
        table.insert(arrival, [sender.as_slice(), bytes].concat().as_slice())?;
    }
    for arrival in pool.removed {
        table.remove(arrival)?;
    }
    Ok(())
}

fn write_body(write: &WriteTransaction, block: &Block) -> Result<(), StoreError> {
    let (number, hash) = (block.number(), block.hash());
    let mut header = hash.to_vec();
    alloy_rlp::Encodable::encode(block.header.inner(), &mut header);
    write.open_table(HEADERS)?.insert(number, header.as_slice())?;
    write.open_table(NUMBERS)?.insert(&hash.0, number)?;
    if !block.header.difficulty().is_zero() {
        write_difficulty(write, &block.header)?;
    }
    if !block.ommers.is_empty() {
        write.open_table(OMMERS)?.insert(number, alloy_rlp::encode(&block.ommers).as_slice())?;
    }
    if let Some(withdrawals) = block.withdrawals.as_ref().filter(|list| !list.is_empty()) {
        write.open_table(WITHDRAWALS)?.insert(number, alloy_rlp::encode(withdrawals).as_slice())?;
    }
    if block.transactions.is_empty() {
        return Ok(());
    }
    write.open_table(BODIES)?.insert(number, encode_body(&block.transactions).as_slice())?;
    write.open_table(RECEIPTS)?.insert(number, encode_receipts(&block.receipts).as_slice())?;
    let mut places = write.open_table(PLACES)?;
    // In the order of the keys, so that each page is looked for once.
    let hashes = block.transactions.iter().map(|transaction| transaction.tx_hash().0);
    let mut sorted: Vec<_> = hashes.zip(0u32..).collect();
    sorted.sort_unstable();
    for (hash, index) in sorted {
        places.insert(&hash, (number, index))?;
    }
    Ok(())
}

fn write_difficulty(write: &WriteTransaction, header: &Header) -> Result<(), StoreError> {
    let mut table = write.open_table(DIFFICULTIES)?;
    let before = table.last()?.map_or(U256::ZERO, |(_, total)| U256::from_be_bytes(*total.value()));
    let total = before.saturating_add(header.difficulty);
    table.insert(header.number, &total.to_be_bytes())?;
    Ok(())
}

fn write_state(write: &WriteTransaction, number: u64, changes: &Changes) -> Result<(), StoreError> {
    let mut accounts = write.open_table(ACCOUNTS)?;
    let mut accounts_before = write.open_table(ACCOUNTS_BEFORE)?;
    let mut slots = SlotTables {
        storage: write.open_table(STORAGE)?,
        before: write.open_table(STORAGE_BEFORE)?,
    };
    for (address, change) in &changes.accounts {
        let old = match change.info {
            Some(info) => accounts.insert(&address.0.0, &encode_account(info))?,
            None => accounts.remove(&address.0.0)?,
        };
        let old = old.map_or_else(Vec::new, |old| old.value().to_vec());
        let place: [u8; 28] = key(&address.0.0, number);
        accounts_before.insert(&place, old.as_slice())?;
        slots.write(number, *address, change)?;
    }
    let mut codes = write.open_table(CODES)?;
    for (hash, code) in &changes.codes {
        codes.insert(&hash.0, code.as_ref())?;
    }
    Ok(())
}

struct SlotTables<'w> {
    storage: Table<'w, &'static [u8; 52], &'static [u8; 32]>,
    before: Table<'w, &'static [u8; 60], &'static [u8; 32]>,
}

impl SlotTables<'_> {
    fn write(
        &mut self,
        number: u64,
        address: Address,
        change: &AccountChange,
    ) -> Result<(), StoreError> {
        if change.wiped || change.info.is_none() {
            self.clear(number, address)?;
        }
        for (slot, value) in &change.storage {
            self.set(number, slot_key(address, *slot), value.to_be_bytes())?;
        }
        Ok(())
    }

    fn set(&mut self, number: u64, place: [u8; 52], value: [u8; 32]) -> Result<(), StoreError> {
        let old = if value == [0; 32] {
            self.storage.remove(&place)?
        } else {
            self.storage.insert(&place, &value)?
        };
        let old = old.map_or([0; 32], |old| *old.value());
        let before: [u8; 60] = key(&place, number);
        // A cleared and rewritten slot keeps the value from before the block.
        if self.before.get(&before)?.is_none() {
            self.before.insert(&before, &old)?;
        }
        Ok(())
    }

    fn clear(&mut self, number: u64, address: Address) -> Result<(), StoreError> {
        let (first, last) = (slot_key(address, U256::ZERO), { slot_key(address, U256::MAX) });
        let mut places = Vec::new();
        for entry in self.storage.range::<&[u8; 52]>(&first..=&last)? {
            places.push(*entry?.0.value());
        }
        for place in places {
            self.set(number, place, [0; 32])?;
        }
        Ok(())
    }
}

fn encode_account(account: Account) -> [u8; 72] {
    let mut bytes = [0; 72];
    let (nonce, rest) = bytes.split_at_mut(8);
    let (balance, code_hash) = rest.split_at_mut(32);
    nonce.copy_from_slice(&account.nonce.to_be_bytes());
    balance.copy_from_slice(&account.balance.to_be_bytes::<32>());
    code_hash.copy_from_slice(account.code_hash.as_slice());
    bytes
}
