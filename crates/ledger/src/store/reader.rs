//! Reads from one snapshot.

mod history;

use std::{collections::BTreeMap, fmt};

use alloy_consensus::{
    EMPTY_OMMER_ROOT_HASH, Header, ReceiptEnvelope, Sealed, TxEnvelope,
    constants::EMPTY_WITHDRAWALS, transaction::Recovered,
};
use alloy_eips::eip4895::Withdrawals;
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, keccak256};
use alloy_rlp::Decodable as _;
use alloy_trie::{
    TrieAccount,
    root::{state_root_unhashed, storage_root_unhashed},
};
use redb::{ReadOnlyTable, ReadTransaction, ReadableTable as _, ReadableTableMetadata as _};

use super::{
    ACCOUNTS, ACCOUNTS_BEFORE, BODIES, CODES, DIFFICULTIES, GENESIS, HEADERS, NUMBERS, OMMERS,
    PLACES, POOL, RECEIPTS, STORAGE, STORAGE_BEFORE, WITHDRAWALS, key, slot_key,
};
use crate::{
    block::{Block, decode_body, decode_receipts},
    error::StoreError,
    state::{Account, account_leaf},
    trie::{Leaf, Trie},
};

/// Threads that hash a state when it is loaded.
const WORKERS: usize = 4;

/// The chain as of one committed block.
pub(crate) struct Reader {
    headers: ReadOnlyTable<u64, &'static [u8]>,
    bodies: ReadOnlyTable<u64, &'static [u8]>,
    receipts: ReadOnlyTable<u64, &'static [u8]>,
    numbers: ReadOnlyTable<&'static [u8; 32], u64>,
    places: ReadOnlyTable<&'static [u8; 32], (u64, u32)>,
    accounts: ReadOnlyTable<&'static [u8; 20], &'static [u8; 72]>,
    storage: ReadOnlyTable<&'static [u8; 52], &'static [u8; 32]>,
    codes: ReadOnlyTable<&'static [u8; 32], &'static [u8]>,
    accounts_before: ReadOnlyTable<&'static [u8; 28], &'static [u8]>,
    storage_before: ReadOnlyTable<&'static [u8; 60], &'static [u8; 32]>,
    pool: ReadOnlyTable<u64, &'static [u8]>,
    head: Option<u64>,
    /// For the tables that few reads need.
    rest: ReadTransaction,
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("head", &self.head).finish_non_exhaustive()
    }
}

impl Reader {
    pub(super) fn open(read: ReadTransaction) -> Result<Self, StoreError> {
        let headers = read.open_table(HEADERS)?;
        let head = headers.last()?.map(|(number, _)| number.value());
        Ok(Self {
            headers,
            bodies: read.open_table(BODIES)?,
            receipts: read.open_table(RECEIPTS)?,
            numbers: read.open_table(NUMBERS)?,
            places: read.open_table(PLACES)?,
            accounts: read.open_table(ACCOUNTS)?,
            storage: read.open_table(STORAGE)?,
            codes: read.open_table(CODES)?,
            accounts_before: read.open_table(ACCOUNTS_BEFORE)?,
            storage_before: read.open_table(STORAGE_BEFORE)?,
            pool: read.open_table(POOL)?,
            head,
            rest: read,
        })
    }

    /// Number of the last block, none in a new database.
    pub(crate) fn head(&self) -> Option<u64> {
        self.head
    }

    /// Number of the first block.
    pub(crate) fn first(&self) -> Result<Option<u64>, StoreError> {
        Ok(self.headers.first()?.map(|(number, _)| number.value()))
    }

    pub(crate) fn header(&self, number: u64) -> Result<Option<Sealed<Header>>, StoreError> {
        let Some(stored) = self.headers.get(number)? else { return Ok(None) };
        let damaged = StoreError::Damaged { what: "header" };
        let Some((hash, mut rlp)) = stored.value().split_first_chunk::<32>() else {
            return Err(damaged);
        };
        match Header::decode(&mut rlp) {
            Ok(header) => Ok(Some(Sealed::new_unchecked(header, B256::from(*hash)))),
            Err(_) => Err(damaged),
        }
    }

    /// Hash of the block with this number.
    pub(crate) fn hash(&self, number: u64) -> Result<Option<B256>, StoreError> {
        let stored = self.headers.get(number)?;
        Ok(stored.and_then(|stored| stored.value().first_chunk::<32>().map(B256::from)))
    }

    /// Number of the block with this hash.
    pub(crate) fn number(&self, hash: B256) -> Result<Option<u64>, StoreError> {
        Ok(self.numbers.get(&hash.0)?.map(|number| number.value()))
    }

    pub(crate) fn block(&self, number: u64) -> Result<Option<Block>, StoreError> {
        let Some(header) = self.header(number)? else { return Ok(None) };
        let ommers = self.ommers(&header)?;
        let withdrawals = self.withdrawals(&header)?;
        let (transactions, receipts) = (self.body(number)?, self.receipts(number)?);
        Ok(Some(Block { header, transactions, receipts, ommers, withdrawals }))
    }

    /// Ommers of the block with this header.
    pub(crate) fn ommers(&self, header: &Header) -> Result<Vec<Header>, StoreError> {
        if header.ommers_hash == EMPTY_OMMER_ROOT_HASH {
            return Ok(Vec::new());
        }
        let stored = self.rest.open_table(OMMERS)?.get(header.number)?;
        let ommers = stored.and_then(|stored| Vec::decode(&mut stored.value()).ok());
        ommers.ok_or(StoreError::Damaged { what: "ommers" })
    }

    fn withdrawals(&self, header: &Header) -> Result<Option<Withdrawals>, StoreError> {
        match header.withdrawals_root {
            None => Ok(None),
            Some(EMPTY_WITHDRAWALS) => Ok(Some(Withdrawals::default())),
            Some(_) => {
                let stored = self.rest.open_table(WITHDRAWALS)?.get(header.number)?;
                let withdrawals =
                    stored.and_then(|stored| Withdrawals::decode(&mut stored.value()).ok());
                withdrawals.map(Some).ok_or(StoreError::Damaged { what: "withdrawals" })
            }
        }
    }

    /// Sum of the difficulties up to and with block `number`.
    pub(crate) fn total_difficulty(&self, number: u64) -> Result<U256, StoreError> {
        let table = self.rest.open_table(DIFFICULTIES)?;
        let last = table.range(..=number)?.next_back().transpose()?;
        Ok(last.map_or(U256::ZERO, |(_, total)| U256::from_be_bytes(*total.value())))
    }

    /// What the chain was started from; none in a database that an older version made.
    pub(crate) fn genesis(&self) -> Result<Option<Vec<u8>>, StoreError> {
        let stored = self.rest.open_table(GENESIS)?.get(())?;
        Ok(stored.map(|stored| stored.value().to_vec()))
    }

    fn body(&self, number: u64) -> Result<Vec<Recovered<TxEnvelope>>, StoreError> {
        let Some(stored) = self.bodies.get(number)? else { return Ok(Vec::new()) };
        decode_body(stored.value()).ok_or(StoreError::Damaged { what: "block body" })
    }

    fn receipts(&self, number: u64) -> Result<Vec<ReceiptEnvelope>, StoreError> {
        let Some(stored) = self.receipts.get(number)? else { return Ok(Vec::new()) };
        decode_receipts(stored.value()).ok_or(StoreError::Damaged { what: "receipts" })
    }

    /// Block number and index of a transaction.
    pub(crate) fn place(&self, transaction: B256) -> Result<Option<(u64, usize)>, StoreError> {
        let Some(stored) = self.places.get(&transaction.0)? else { return Ok(None) };
        let (number, index) = stored.value();
        let index = usize::try_from(index).ok().ok_or(StoreError::Damaged { what: "index" })?;
        Ok(Some((number, index)))
    }

    /// The account after block `number`: the first value that a later block replaced, or else the
    /// current one.
    pub(crate) fn account(
        &self,
        address: Address,
        number: u64,
    ) -> Result<Option<Account>, StoreError> {
        if Some(number) < self.head {
            let first: [u8; 28] = key(&address.0.0, number.saturating_add(1));
            let last: [u8; 28] = key(&address.0.0, u64::MAX);
            if let Some(entry) = self.accounts_before.range::<&[u8; 28]>(&first..=&last)?.next() {
                return decode_account(entry?.1.value());
            }
        }
        match self.accounts.get(&address.0.0)? {
            Some(stored) => decode_account(stored.value()),
            None => Ok(None),
        }
    }

    /// The slot after block `number`, as [`Self::account`].
    pub(crate) fn storage(
        &self,
        address: Address,
        slot: U256,
        number: u64,
    ) -> Result<U256, StoreError> {
        let place = slot_key(address, slot);
        if Some(number) < self.head {
            let first: [u8; 60] = key(&place, number.saturating_add(1));
            let last: [u8; 60] = key(&place, u64::MAX);
            if let Some(entry) = self.storage_before.range::<&[u8; 60]>(&first..=&last)?.next() {
                return Ok(U256::from_be_bytes(*entry?.1.value()));
            }
        }
        let stored = self.storage.get(&place)?;
        Ok(stored.map_or(U256::ZERO, |stored| U256::from_be_bytes(*stored.value())))
    }

    pub(crate) fn code(&self, hash: B256) -> Result<Bytes, StoreError> {
        if hash == KECCAK256_EMPTY {
            return Ok(Bytes::new());
        }
        let stored = self.codes.get(&hash.0)?.ok_or(StoreError::Damaged { what: "code" })?;
        Ok(Bytes::copy_from_slice(stored.value()))
    }

    /// Waiting transactions: position in the order of arrival, sender, EIP-2718 bytes.
    pub(crate) fn pool(&self) -> Result<Vec<(u64, Address, Bytes)>, StoreError> {
        let mut waiting = Vec::new();
        for entry in self.pool.iter()? {
            let (arrival, stored) = entry?;
            let damaged = StoreError::Damaged { what: "waiting transaction" };
            let (sender, bytes) = stored.value().split_first_chunk::<20>().ok_or(damaged)?;
            waiting.push((arrival.value(), sender.into(), Bytes::copy_from_slice(bytes)));
        }
        Ok(waiting)
    }

    /// Sum of all balances in wei.
    pub(crate) fn supply(&self) -> Result<U256, StoreError> {
        let mut supply = U256::ZERO;
        for entry in self.accounts.iter()? {
            let account = decode_account(entry?.1.value())?.unwrap_or_default();
            supply = supply
                .checked_add(account.balance)
                .ok_or(StoreError::Damaged { what: "sum of balances" })?;
        }
        Ok(supply)
    }

    /// The state root of the last block, by a complete rebuild that shares nothing with [`Trie`].
    pub(crate) fn state_root(&self) -> Result<B256, StoreError> {
        let mut slots: BTreeMap<Address, BTreeMap<B256, U256>> = BTreeMap::new();
        for entry in self.storage.iter()? {
            let (place, value) = entry?;
            let (address, slot) = place.value().split_at(20);
            let of_account = slots.entry(Address::from_slice(address)).or_default();
            of_account.insert(B256::from_slice(slot), U256::from_be_bytes(*value.value()));
        }
        let mut accounts = Vec::new();
        for entry in self.accounts.iter()? {
            let (address, account) = entry?;
            let address = Address::from(address.value());
            let info = decode_account(account.value())?.unwrap_or_default();
            let storage_root = storage_root_unhashed(slots.remove(&address).unwrap_or_default());
            let leaf = TrieAccount::new(info.nonce, info.balance, storage_root, info.code_hash);
            accounts.push((address, leaf));
        }
        Ok(state_root_unhashed(accounts))
    }

    /// The state trie of the last block, built from every account and slot.
    pub(crate) fn state_trie(&self) -> Result<Trie, StoreError> {
        let mut leaves = Vec::with_capacity(usize::try_from(self.accounts.len()?).unwrap_or(0));
        let mut slots = self.storage.iter()?.peekable();
        for entry in self.accounts.iter()? {
            let (address, account) = entry?;
            let mut storage = Vec::new();
            while let Some(slot) = slots.next_if(|slot| {
                slot.as_ref().is_ok_and(|(key, _)| key.value().starts_with(address.value()))
            }) {
                let (place, value) = slot?;
                let (_, slot) = place.value().split_at(20);
                storage.push(slot_leaf(slot, U256::from_be_bytes(*value.value())));
            }
            let storage = Trie::from_leaves(storage, WORKERS);
            let info = decode_account(account.value())?.unwrap_or_default();
            leaves.push((keccak256(address.value()), account_leaf(info, storage)));
        }
        match slots.next() {
            None => Ok(Trie::from_leaves(leaves, WORKERS)),
            Some(_) => Err(StoreError::Damaged { what: "storage without account" }),
        }
    }
}

fn slot_leaf(slot: &[u8], value: U256) -> (B256, Leaf) {
    (keccak256(slot), Leaf { value: alloy_rlp::encode(value), storage: Trie::default() })
}

/// Empty bytes are no account.
fn decode_account(bytes: &[u8]) -> Result<Option<Account>, StoreError> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let parts = bytes.split_first_chunk::<8>().and_then(|(nonce, rest)| {
        let (balance, code_hash) = rest.split_first_chunk::<32>()?;
        Some((nonce, balance, <[u8; 32]>::try_from(code_hash).ok()?))
    });
    let (nonce, balance, code_hash) = parts.ok_or(StoreError::Damaged { what: "account" })?;
    Ok(Some(Account {
        nonce: u64::from_be_bytes(*nonce),
        balance: U256::from_be_bytes(*balance),
        code_hash: code_hash.into(),
    }))
}
