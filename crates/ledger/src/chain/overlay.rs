//! A state that may be changed at will: what calls and simulations run on.
//!
//! It lies over the stored state after some block and is thrown away afterwards. Unlike a state
//! that a chain can have, it may hold accounts that exist and are empty: an override that sets a
//! nonce of zero creates one, and it stays until a transaction touches it (EIP-161).

use std::{
    collections::BTreeMap,
    fmt::{self, Debug},
};

use alloy_primitives::{Address, B256, U256, map::AddressMap};
use revm::{
    Database, DatabaseCommit,
    bytecode::Bytecode,
    database_interface::DatabaseRef,
    state::{Account as Loaded, AccountInfo},
};

use crate::{
    error::StoreError,
    state::{Account, AccountChange, Changes, StateAt},
};

/// Changes over the state after one block.
pub(super) struct Overlay<'r> {
    base: StateAt<'r>,
    /// Everything that was read or written.
    accounts: BTreeMap<Address, Layer>,
    codes: BTreeMap<B256, Bytecode>,
    hashes: BTreeMap<u64, B256>,
    /// What was written since [`Self::take_changes`].
    changes: Changes,
    /// EIP-161: an account that a transaction leaves empty ceases to exist.
    pub(super) clears_empty: bool,
}

impl Debug for Overlay<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Overlay").field("base", &self.base).finish_non_exhaustive()
    }
}

/// One account as it is now.
#[derive(Clone, Debug, Default)]
struct Layer {
    info: Option<AccountInfo>,
    /// The slots below are gone.
    wiped: bool,
    slots: BTreeMap<U256, U256>,
}

impl<'r> Overlay<'r> {
    /// The state itself, unchanged.
    pub(super) fn new(base: StateAt<'r>) -> Self {
        Self {
            base,
            accounts: BTreeMap::new(),
            codes: BTreeMap::new(),
            hashes: BTreeMap::new(),
            changes: Changes::default(),
            clears_empty: true,
        }
    }

    fn layer(&mut self, address: Address) -> Result<&mut Layer, StoreError> {
        use std::collections::btree_map::Entry;
        match self.accounts.entry(address) {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(entry) => {
                let info = self.base.basic_ref(address)?;
                Ok(entry.insert(Layer { info, ..Layer::default() }))
            }
        }
    }

    /// The account, `None` when it does not exist.
    pub(super) fn info(&mut self, address: Address) -> Result<Option<AccountInfo>, StoreError> {
        Ok(self.layer(address)?.info.clone())
    }

    /// Sets an account, which exists from now on even when it is empty.
    pub(super) fn set_info(
        &mut self,
        address: Address,
        info: AccountInfo,
    ) -> Result<(), StoreError> {
        self.remember_code(&info);
        let change = self.changes.accounts.entry(address).or_default();
        change.info = Some(plain(&info));
        self.layer(address)?.info = Some(AccountInfo { code: None, ..info });
        Ok(())
    }

    /// Clears all slots of an account.
    pub(super) fn wipe(&mut self, address: Address) -> Result<(), StoreError> {
        let layer = self.layer(address)?;
        layer.wiped = true;
        layer.slots.clear();
        let info = layer.info.as_ref().map(plain);
        self.changes
            .accounts
            .insert(address, AccountChange { info, wiped: true, ..AccountChange::default() });
        Ok(())
    }

    /// Sets a slot.
    pub(super) fn set_slot(
        &mut self,
        address: Address,
        slot: U256,
        value: U256,
    ) -> Result<(), StoreError> {
        let layer = self.layer(address)?;
        layer.slots.insert(slot, value);
        let info = layer.info.as_ref().map(plain);
        let change = self.changes.accounts.entry(address).or_default();
        change.info = info;
        change.storage.insert(slot, value);
        Ok(())
    }

    /// What `BLOCKHASH` gives for a number.
    pub(super) fn set_hash(&mut self, number: u64, hash: B256) {
        self.hashes.insert(number, hash);
    }

    /// Everything that was written since the last time.
    pub(super) fn take_changes(&mut self) -> Changes {
        std::mem::take(&mut self.changes)
    }

    fn remember_code(&mut self, info: &AccountInfo) {
        if let Some(code) = info.code.as_ref().filter(|code| !code.is_empty()) {
            self.codes.entry(info.code_hash).or_insert_with(|| code.clone());
        }
    }

    fn commit_account(&mut self, address: Address, account: Loaded) {
        let gone = account.is_selfdestructed() || (account.is_empty() && self.clears_empty);
        let layer = self.accounts.entry(address).or_default();
        let change = self.changes.accounts.entry(address).or_default();
        if gone {
            *layer = Layer { wiped: true, ..Layer::default() };
            *change = AccountChange { wiped: true, ..AccountChange::default() };
            return;
        }
        if account.is_created() {
            *layer = Layer { wiped: true, ..Layer::default() };
            *change = AccountChange { wiped: true, ..AccountChange::default() };
        }
        change.info = Some(plain(&account.info));
        for (slot, value) in account.storage.iter().filter(|(_, value)| value.is_changed()) {
            layer.slots.insert(*slot, value.present_value);
            change.storage.insert(*slot, value.present_value);
        }
        layer.info = Some(AccountInfo { code: None, ..account.info.clone() });
        self.remember_code(&account.info);
    }
}

fn plain(info: &AccountInfo) -> Account {
    Account { nonce: info.nonce, balance: info.balance, code_hash: info.code_hash }
}

impl Database for Overlay<'_> {
    type Error = StoreError;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, StoreError> {
        self.info(address)
    }

    fn code_by_hash(&mut self, code_hash: B256) -> Result<Bytecode, StoreError> {
        if let Some(code) = self.codes.get(&code_hash) {
            return Ok(code.clone());
        }
        let code = self.base.code_by_hash_ref(code_hash)?;
        self.codes.insert(code_hash, code.clone());
        Ok(code)
    }

    fn storage(&mut self, address: Address, slot: U256) -> Result<U256, StoreError> {
        let base = self.base;
        let layer = self.layer(address)?;
        if let Some(value) = layer.slots.get(&slot) {
            return Ok(*value);
        }
        let value = if layer.wiped { U256::ZERO } else { base.storage(address, slot)? };
        layer.slots.insert(slot, value);
        Ok(value)
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, StoreError> {
        match self.hashes.get(&number) {
            Some(hash) => Ok(*hash),
            None => self.base.block_hash_ref(number),
        }
    }
}

/// The same reads, without keeping what they find.
impl DatabaseRef for Overlay<'_> {
    type Error = StoreError;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, StoreError> {
        match self.accounts.get(&address) {
            Some(layer) => Ok(layer.info.clone()),
            None => self.base.basic_ref(address),
        }
    }

    fn code_by_hash_ref(&self, code_hash: B256) -> Result<Bytecode, StoreError> {
        match self.codes.get(&code_hash) {
            Some(code) => Ok(code.clone()),
            None => self.base.code_by_hash_ref(code_hash),
        }
    }

    fn storage_ref(&self, address: Address, slot: U256) -> Result<U256, StoreError> {
        let layer = self.accounts.get(&address);
        match layer.and_then(|layer| layer.slots.get(&slot)) {
            Some(value) => Ok(*value),
            None if layer.is_some_and(|layer| layer.wiped) => Ok(U256::ZERO),
            None => self.base.storage(address, slot),
        }
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, StoreError> {
        match self.hashes.get(&number) {
            Some(hash) => Ok(*hash),
            None => self.base.block_hash_ref(number),
        }
    }
}

impl DatabaseCommit for Overlay<'_> {
    fn commit(&mut self, changes: AddressMap<Loaded>) {
        let touched: BTreeMap<_, _> =
            changes.into_iter().filter(|(_, account)| account.is_touched()).collect();
        for (address, account) in touched {
            self.commit_account(address, account);
        }
    }
}
