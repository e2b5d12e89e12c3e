//! The first block: who owns what, and which rules hold.

use std::collections::BTreeMap;

use alloy_consensus::{
    EMPTY_OMMER_ROOT_HASH, EMPTY_ROOT_HASH, Header, Sealable, Sealed, constants::EMPTY_WITHDRAWALS,
};
use alloy_eips::{
    eip1559::INITIAL_BASE_FEE,
    eip2935::{HISTORY_STORAGE_ADDRESS, HISTORY_STORAGE_CODE},
    eip4788::{BEACON_ROOTS_ADDRESS, BEACON_ROOTS_CODE},
    eip7002::{WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS, WITHDRAWAL_REQUEST_PREDEPLOY_CODE},
    eip7251::{CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS, CONSOLIDATION_REQUEST_PREDEPLOY_CODE},
    eip7685::EMPTY_REQUESTS_HASH,
};
use alloy_genesis::{ChainConfig, GenesisAccount};
use alloy_hardforks::EthereumHardforks;
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};

use crate::{
    error::GenesisError,
    rules::Rules,
    state::{Account, AccountChange, Changes},
};

mod check;
mod json;
#[cfg(test)]
mod tests;

/// What a chain starts from. Two chains with equal genesis have the same first block hash.
#[derive(Clone, Debug)]
pub struct Genesis(alloy_genesis::Genesis);

impl Genesis {
    /// A chain under the Osaka rules from its first block, with the system contracts of EIP-2935,
    /// EIP-4788, EIP-7002 and EIP-7251, and these balances in wei.
    pub fn new(chain_id: u64, balances_wei: BTreeMap<Address, U256>) -> Self {
        let account = |balance| GenesisAccount { balance, ..GenesisAccount::default() };
        let genesis = alloy_genesis::Genesis {
            config: osaka_from_the_start(chain_id),
            gas_limit: 60_000_000,
            base_fee_per_gas: Some(u128::from(INITIAL_BASE_FEE)),
            alloc: balances_wei.into_iter().map(|(who, wei)| (who, account(wei))).collect(),
            ..alloy_genesis::Genesis::default()
        };
        system_contracts().into_iter().fold(Self(genesis), |genesis, (address, code)| {
            let contract =
                GenesisAccount { nonce: Some(1), code: Some(code), ..GenesisAccount::default() };
            genesis.with_account(address, contract)
        })
    }

    /// The same genesis with one more account, or another one at that address.
    #[must_use]
    pub fn with_account(mut self, address: Address, account: GenesisAccount) -> Self {
        self.0.alloc.insert(address, account);
        self
    }

    /// The same genesis at another time, in seconds since 1970.
    #[must_use]
    pub fn with_timestamp_s(mut self, timestamp_s: u64) -> Self {
        self.0.timestamp = timestamp_s;
        self
    }

    /// The id that signatures bind to (EIP-155).
    pub fn chain_id(&self) -> u64 {
        self.0.config.chain_id
    }

    /// Hash of the first block.
    pub fn hash(&self) -> B256 {
        self.header(self.changes().into_state_root()).hash()
    }

    /// Reads a `genesis.json` in geth's format.
    ///
    /// # Errors
    ///
    /// [`GenesisError`] names the field and what it should be.
    pub fn from_json(json: &[u8]) -> Result<Self, GenesisError> {
        json::parse(json).map(Self)
    }

    /// The same genesis as a `genesis.json` in geth's format.
    #[expect(clippy::missing_panics_doc, reason = "such values can always be written")]
    pub fn to_json(&self) -> Vec<u8> {
        let mut genesis = self.0.clone();
        // As text: a number of JSON need not hold it.
        let terminal = genesis.config.terminal_total_difficulty.take();
        let infallible = "numbers, bytes and maps with text keys are JSON";
        let mut json = serde_json::to_value(&genesis).expect(infallible);
        if let (Some(terminal), Some(config)) = (terminal, json.get_mut("config")) {
            config["terminalTotalDifficulty"] = format!("{terminal:#x}").into();
        }
        serde_json::to_vec(&json).expect(infallible)
    }

    /// Milliseconds between two blocks that the genesis asks for, in `config.openledger.blockMs`.
    pub fn block_ms(&self) -> Option<u64> {
        self.0.config.extra_fields.get(json::OPENLEDGER)?.get(json::BLOCK_MS)?.as_u64()
    }

    pub(crate) fn rules(&self) -> Rules {
        Rules::new(self.0.config.clone())
    }

    /// The allocation, as changes to an empty state.
    pub(crate) fn changes(&self) -> Changes {
        let mut changes = Changes::default();
        for (address, account) in &self.0.alloc {
            let mut code_hash = alloy_primitives::KECCAK256_EMPTY;
            if let Some(code) = account.non_empty_code() {
                code_hash = keccak256(code);
                changes.codes.insert(code_hash, code.clone());
            }
            let info = Account {
                nonce: account.nonce.unwrap_or_default(),
                balance: account.balance,
                code_hash,
            };
            let storage = account
                .storage_slots()
                .map(|(slot, value)| (U256::from_be_bytes(slot.0), value))
                .collect();
            let change = AccountChange { info: Some(info), wiped: false, storage };
            changes.accounts.insert(*address, change);
        }
        changes
    }

    /// The first header, on a state with this root.
    pub(crate) fn header(&self, state_root: B256) -> Sealed<Header> {
        let genesis = &self.0;
        let rules = self.rules();
        let number = genesis.number.unwrap_or_default();
        let time = genesis.timestamp;
        let london = rules.is_london_active_at_block(number);
        let cancun = rules.is_cancun_active_at_timestamp(time);
        let base_fee = genesis
            .base_fee_per_gas
            .map_or(INITIAL_BASE_FEE, |fee| u64::try_from(fee).unwrap_or(u64::MAX));
        Header {
            parent_hash: genesis.parent_hash.unwrap_or_default(),
            ommers_hash: EMPTY_OMMER_ROOT_HASH,
            beneficiary: genesis.coinbase,
            state_root,
            transactions_root: EMPTY_ROOT_HASH,
            receipts_root: EMPTY_ROOT_HASH,
            difficulty: genesis.difficulty,
            number,
            gas_limit: genesis.gas_limit,
            timestamp: time,
            extra_data: genesis.extra_data.clone(),
            mix_hash: genesis.mix_hash,
            nonce: genesis.nonce.into(),
            base_fee_per_gas: london.then_some(base_fee),
            withdrawals_root: rules
                .is_shanghai_active_at_timestamp(time)
                .then_some(EMPTY_WITHDRAWALS),
            blob_gas_used: cancun.then(|| genesis.blob_gas_used.unwrap_or_default()),
            excess_blob_gas: cancun.then(|| genesis.excess_blob_gas.unwrap_or_default()),
            parent_beacon_block_root: cancun.then_some(B256::ZERO),
            requests_hash: rules.is_prague_active_at_timestamp(time).then_some(EMPTY_REQUESTS_HASH),
            ..Header::default()
        }
        .seal_slow()
    }
}

fn osaka_from_the_start(chain_id: u64) -> ChainConfig {
    let now = Some(0);
    ChainConfig {
        chain_id,
        homestead_block: now,
        eip150_block: now,
        eip155_block: now,
        eip158_block: now,
        byzantium_block: now,
        constantinople_block: now,
        petersburg_block: now,
        istanbul_block: now,
        berlin_block: now,
        london_block: now,
        merge_netsplit_block: now,
        shanghai_time: now,
        cancun_time: now,
        prague_time: now,
        osaka_time: now,
        terminal_total_difficulty: Some(U256::ZERO),
        terminal_total_difficulty_passed: true,
        ..ChainConfig::default()
    }
}

fn system_contracts() -> [(Address, Bytes); 4] {
    [
        (BEACON_ROOTS_ADDRESS, BEACON_ROOTS_CODE.clone()),
        (HISTORY_STORAGE_ADDRESS, HISTORY_STORAGE_CODE.clone()),
        (WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS, WITHDRAWAL_REQUEST_PREDEPLOY_CODE.clone()),
        (CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS, CONSOLIDATION_REQUEST_PREDEPLOY_CODE.clone()),
    ]
}
