//! Accounts, and what a block changes in them.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, keccak256};
use alloy_trie::TrieAccount;
use revm::{
    bytecode::Bytecode,
    database::{BundleAccount, BundleState},
    database_interface::DatabaseRef,
    state::AccountInfo,
};

use crate::{
    error::StoreError,
    store::Reader,
    trie::{Leaf, Trie},
};

/// An account without its storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// Transactions sent, or contracts created.
    pub nonce: u64,
    /// Balance in wei.
    pub balance: U256,
    /// Keccak-256 of the code.
    pub code_hash: B256,
}

impl Default for Account {
    fn default() -> Self {
        Self { nonce: 0, balance: U256::ZERO, code_hash: KECCAK256_EMPTY }
    }
}

/// New values of one account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AccountChange {
    /// The account, `None` when it ceased to exist.
    pub(crate) info: Option<Account>,
    /// The storage that was there before is gone.
    pub(crate) wiped: bool,
    /// Slots that changed; zero means cleared.
    pub(crate) storage: BTreeMap<U256, U256>,
}

/// Everything that one block changes, in the order of the addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    pub(crate) accounts: BTreeMap<Address, AccountChange>,
    /// New code by hash.
    pub(crate) codes: BTreeMap<B256, Bytes>,
}

impl Changes {
    pub(crate) fn from_bundle(bundle: BundleState) -> Self {
        let accounts = bundle
            .state
            .into_iter()
            .filter_map(|(address, account)| Some((address, changed(account)?)))
            .collect();
        let codes = bundle
            .contracts
            .into_iter()
            .filter(|(_, code)| !code.is_empty())
            .map(|(hash, code)| (hash, code.original_bytes()))
            .collect();
        Self { accounts, codes }
    }

    /// Brings the state trie from before the block to after it.
    pub(crate) fn apply(&self, state: &mut Trie) {
        for (address, change) in &self.accounts {
            let key = keccak256(address);
            let Some(info) = change.info else {
                state.remove(key);
                continue;
            };
            let mut storage = match state.get(key) {
                Some(leaf) if !change.wiped => leaf.storage.clone(),
                _ => Trie::default(),
            };
            for (slot, value) in &change.storage {
                set_slot(&mut storage, *slot, *value);
            }
            state.insert(key, account_leaf(info, storage));
        }
    }

    /// State root when nothing was there before.
    pub(crate) fn into_state_root(self) -> B256 {
        let mut state = Trie::default();
        self.apply(&mut state);
        state.root()
    }
}

/// Leaf of an account in the state trie.
pub(crate) fn account_leaf(info: Account, storage: Trie) -> Leaf {
    let account = TrieAccount::new(info.nonce, info.balance, storage.root(), info.code_hash);
    Leaf { value: alloy_rlp::encode(account), storage }
}

/// Sets or, with zero, clears a slot in a storage trie.
pub(crate) fn set_slot(storage: &mut Trie, slot: U256, value: U256) {
    let key = keccak256(slot.to_be_bytes::<32>());
    if value.is_zero() {
        storage.remove(key);
    } else {
        storage.insert(key, Leaf { value: alloy_rlp::encode(value), storage: Trie::default() });
    }
}

fn changed(account: BundleAccount) -> Option<AccountChange> {
    let wiped = account.was_destroyed();
    let info_changed = account.is_info_changed();
    let storage: BTreeMap<_, _> = account
        .storage
        .into_iter()
        .filter(|(_, slot)| wiped || slot.is_changed())
        .map(|(slot, value)| (slot, value.present_value))
        .collect();
    let info = account.info.map(|info| Account {
        nonce: info.nonce,
        balance: info.balance,
        code_hash: info.code_hash,
    });
    (wiped || info_changed || !storage.is_empty()).then_some(AccountChange { info, wiped, storage })
}

/// The state after one block, for the EVM.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StateAt<'r> {
    reader: &'r Reader,
    number: u64,
}

impl<'r> StateAt<'r> {
    /// The state after block `number`.
    pub(crate) fn new(reader: &'r Reader, number: u64) -> Self {
        Self { reader, number }
    }

    pub(crate) fn account(&self, address: Address) -> Result<Option<Account>, StoreError> {
        self.reader.account(address, self.number)
    }

    pub(crate) fn storage(&self, address: Address, slot: U256) -> Result<U256, StoreError> {
        self.reader.storage(address, slot, self.number)
    }

    pub(crate) fn code(&self, address: Address) -> Result<Bytes, StoreError> {
        match self.account(address)? {
            Some(account) => self.reader.code(account.code_hash),
            None => Ok(Bytes::new()),
        }
    }
}

impl DatabaseRef for StateAt<'_> {
    type Error = StoreError;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, StoreError> {
        let account = self.account(address)?;
        Ok(account.map(|account| AccountInfo {
            balance: account.balance,
            nonce: account.nonce,
            code_hash: account.code_hash,
            account_id: None,
            code: None,
        }))
    }

    fn code_by_hash_ref(&self, code_hash: B256) -> Result<Bytecode, StoreError> {
        let code = self.reader.code(code_hash)?;
        Bytecode::new_raw_checked(code).ok().ok_or(StoreError::Damaged { what: "code" })
    }

    fn storage_ref(&self, address: Address, slot: U256) -> Result<U256, StoreError> {
        self.storage(address, slot)
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, StoreError> {
        Ok(self.reader.hash(number)?.unwrap_or_default())
    }
}
