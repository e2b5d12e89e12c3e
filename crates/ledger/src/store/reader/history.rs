//! How the state was before the latest blocks.

use alloy_primitives::{Address, U256};
use redb::ReadableTable as _;

use super::{Reader, key};
use crate::{error::StoreError, state::Changes};

impl Reader {
    /// The values after block `number` of every account and slot that a later block changed, as
    /// changes that lead back from the latest state. One pass over the whole history.
    pub(crate) fn values_after(&self, number: u64) -> Result<Changes, StoreError> {
        let mut changes = Changes::default();
        for entry in self.accounts_before.iter()? {
            let (place, _) = entry?;
            let (address, block) = place.value().split_at(20);
            if is_later(block, number) {
                changes.accounts.entry(Address::from_slice(address)).or_default();
            }
        }
        for entry in self.storage_before.iter()? {
            let (place, value) = entry?;
            let (address, rest) = place.value().split_at(20);
            let (slot, block) = rest.split_at(32);
            if is_later(block, number) {
                let change = changes.accounts.entry(Address::from_slice(address)).or_default();
                // Entries of a slot rise with the block: the first one is the value then.
                let value = U256::from_be_bytes(*value.value());
                change.storage.entry(U256::from_be_slice(slot)).or_insert(value);
            }
        }
        for (address, change) in &mut changes.accounts {
            change.info = self.account(*address, number)?;
        }
        Ok(changes)
    }

    /// Whether block `number` changed nonce, balance or code of the account.
    pub(crate) fn changes_account(
        &self,
        address: Address,
        number: u64,
    ) -> Result<bool, StoreError> {
        let place: [u8; 28] = key(&address.0.0, number);
        Ok(self.accounts_before.get(&place)?.is_some())
    }
}

fn is_later(block: &[u8], number: u64) -> bool {
    block.first_chunk::<8>().is_some_and(|block| u64::from_be_bytes(*block) > number)
}
