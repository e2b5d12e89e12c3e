//! What a call sees differently from the chain: accounts, precompiles, fields of the block.

use std::collections::{BTreeMap, BTreeSet};

use alloy_consensus::Header;
use alloy_evm::{
    Evm as _, EvmEnv, EvmFactory as _,
    eth::{EthEvm, EthEvmContext, EthEvmFactory},
    precompiles::PrecompilesMap,
};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_rpc_types_eth::{
    BlockOverrides,
    state::{AccountOverride, StateOverride},
};
use revm::{
    Inspector, bytecode::Bytecode, context::JournalTr as _,
    context_interface::block::BlobExcessGasAndPrice,
};

use super::overlay::Overlay;
use crate::{
    error::{CallError, StoreError},
    rules::Rules,
};

/// An EVM on an overlay.
pub(super) type OverlayEvm<'o, 'r, I> = EthEvm<&'o mut Overlay<'r>, &'o mut I, PrecompilesMap>;

/// Accounts and fields of the block that are not as the chain has them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// Accounts, by address.
    pub state: StateOverride,
    /// Fields of the block in which the call runs.
    pub block: BlockOverrides,
}

/// Account overrides in the order of their addresses.
pub(super) type Accounts = BTreeMap<Address, AccountOverride>;

/// Changes the accounts. An account that is named with a value exists afterwards.
pub(super) fn apply_accounts(
    overlay: &mut Overlay<'_>,
    accounts: &Accounts,
) -> Result<(), CallError> {
    for (address, account) in accounts {
        if account.state.is_some() && account.state_diff.is_some() {
            let reason = format!("account {address} has both 'state' and 'stateDiff'");
            return Err(CallError::Invalid { reason });
        }
        apply_account(overlay, *address, account)?;
    }
    Ok(())
}

fn apply_account(
    overlay: &mut Overlay<'_>,
    address: Address,
    account: &AccountOverride,
) -> Result<(), StoreError> {
    let slots = account.state.as_ref().or(account.state_diff.as_ref());
    let has_value = account.nonce.is_some() || account.balance.is_some() || account.code.is_some();
    if !has_value && slots.is_none() {
        return Ok(());
    }
    let mut info = overlay.info(address)?.unwrap_or_default();
    info.nonce = account.nonce.unwrap_or(info.nonce);
    info.balance = account.balance.unwrap_or(info.balance);
    if let Some(code) = &account.code {
        info.code_hash = keccak256(code);
        info.code = Some(bytecode(code.clone()));
    }
    if account.state.is_some() {
        overlay.wipe(address)?;
    }
    overlay.set_info(address, info)?;
    let slots: BTreeMap<B256, B256> = slots.cloned().unwrap_or_default().into_iter().collect();
    for (slot, value) in slots {
        overlay.set_slot(address, slot.into(), value.into())?;
    }
    Ok(())
}

/// Code that starts like a delegation (EIP-7702) without being one is ordinary code.
fn bytecode(code: Bytes) -> Bytecode {
    Bytecode::new_raw_checked(code.clone()).unwrap_or_else(|_| Bytecode::new_legacy(code))
}

/// An EVM in which overridden precompiles are gone, or somewhere else.
///
/// Their old addresses stay warm (EIP-2929), as the list of precompiles belongs to the fork.
pub(super) fn evm<'o, 'r, I>(
    overlay: &'o mut Overlay<'r>,
    environment: EvmEnv,
    inspector: &'o mut I,
    accounts: &Accounts,
) -> Result<OverlayEvm<'o, 'r, I>, CallError>
where
    I: Inspector<EthEvmContext<&'o mut Overlay<'r>>>,
{
    let mut evm =
        EthEvmFactory::default().create_evm_with_inspector(overlay, environment, inspector);
    let known: BTreeSet<Address> = evm.precompiles().addresses().copied().collect();
    let moves = accounts
        .iter()
        .any(|(address, account)| known.contains(address) || account.move_precompile_to.is_some());
    if moves {
        let warm = known.iter().copied().collect();
        evm.ctx_mut().journaled_state.warm_precompiles(&warm);
        move_precompiles(evm.precompiles_mut(), accounts)?;
    }
    Ok(evm)
}

fn move_precompiles(map: &mut PrecompilesMap, accounts: &Accounts) -> Result<(), CallError> {
    for (from, account) in accounts {
        let exists = map.addresses().any(|address| address == from);
        let mut taken = None;
        if exists {
            map.apply_precompile(from, |precompile| {
                taken = precompile;
                None
            });
        }
        let Some(to) = account.move_precompile_to else { continue };
        if taken.is_none() {
            let reason = format!("account {from} is not a precompile");
            return Err(CallError::Invalid { reason });
        }
        if accounts.contains_key(&to) {
            let reason = format!("account {to} is already overridden");
            return Err(CallError::Invalid { reason });
        }
        map.apply_precompile(&to, |_| taken);
    }
    Ok(())
}

/// Changes the fields of a header that the EVM or the rules look at.
pub(super) fn apply_header(header: &mut Header, overrides: &BlockOverrides) {
    if let Some(number) = overrides.number {
        header.number = number.saturating_to();
    }
    header.timestamp = overrides.time.unwrap_or(header.timestamp);
    header.difficulty = overrides.difficulty.unwrap_or(header.difficulty);
    header.gas_limit = overrides.gas_limit.unwrap_or(header.gas_limit);
    header.beneficiary = overrides.coinbase.unwrap_or(header.beneficiary);
    header.mix_hash = overrides.random.unwrap_or(header.mix_hash);
    if let Some(base_fee) = overrides.base_fee {
        header.base_fee_per_gas = Some(base_fee.saturating_to());
    }
}

/// Environment of a header, with a blob base fee that may be overridden. Checks that only protect
/// blocks are off: EIP-3607, EIP-7825 and the gas limit of the block.
pub(super) fn environment(rules: &Rules, header: &Header, blob_base_fee: Option<U256>) -> EvmEnv {
    let mut environment = rules.environment(header);
    if let Some(price) = blob_base_fee {
        let excess = environment.block_env.blob_excess_gas_and_price.map(|now| now.excess_blob_gas);
        environment.block_env.blob_excess_gas_and_price = Some(BlobExcessGasAndPrice {
            excess_blob_gas: excess.unwrap_or_default(),
            blob_gasprice: price.saturating_to(),
        });
    }
    let allowed = &mut environment.cfg_env;
    allowed.disable_eip3607 = true;
    allowed.disable_block_gas_limit = true;
    allowed.tx_gas_limit_cap = Some(u64::MAX);
    environment
}
