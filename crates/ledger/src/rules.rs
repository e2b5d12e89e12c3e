//! Which rules hold in which block, as the genesis states.

use alloy_consensus::BlockHeader;
use alloy_eips::{eip7840::BlobParams, eip7892::BlobScheduleBlobParams};
use alloy_evm::{EvmEnv, eth::spec::EthExecutorSpec};
use alloy_genesis::ChainConfig;
use alloy_hardforks::{EthereumHardfork, EthereumHardforks, ForkCondition};
use alloy_primitives::{Address, U256};

mod forks;

/// Fork schedule, chain id and blob parameters.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    config: ChainConfig,
    blobs: BlobScheduleBlobParams,
}

impl Rules {
    pub(crate) fn new(config: ChainConfig) -> Self {
        let blobs = config.blob_schedule_blob_params();
        Self { config, blobs }
    }

    pub(crate) fn chain_id(&self) -> u64 {
        self.config.chain_id
    }

    /// Blob parameters at a time, none before Cancun.
    pub(crate) fn blob_params(&self, timestamp_s: u64) -> Option<BlobParams> {
        if let Some(params) = self.blobs.active_scheduled_params_at_timestamp(timestamp_s) {
            Some(*params)
        } else if self.is_osaka_active_at_timestamp(timestamp_s) {
            Some(self.blobs.osaka)
        } else if self.is_prague_active_at_timestamp(timestamp_s) {
            Some(self.blobs.prague)
        } else {
            self.is_cancun_active_at_timestamp(timestamp_s).then_some(self.blobs.cancun)
        }
    }

    /// Environment in which the transactions of `header` run.
    pub(crate) fn environment(&self, header: &impl BlockHeader) -> EvmEnv {
        let blobs = self.blob_params(header.timestamp());
        EvmEnv::for_eth_block(header, self.at(header), self.chain_id(), blobs)
    }

    /// The rules of the block with this header.
    pub(crate) fn at(&self, header: &impl BlockHeader) -> RulesAt<'_> {
        let by_difficulty = self.config.terminal_total_difficulty.is_some()
            && header.difficulty().is_zero()
            && header.number() > 0;
        let merged = by_difficulty || self.is_paris_active_at_block(header.number());
        RulesAt { rules: self, merged }
    }

    /// The genesis' configuration.
    pub(crate) fn config(&self) -> &ChainConfig {
        &self.config
    }

    /// Whether signatures may bind to the chain (EIP-155) in block `number`.
    pub(crate) fn is_replay_protected(&self, number: u64) -> bool {
        self.config.eip155_block.is_some_and(|first| number >= first)
    }

    /// Whether block `number` is the one in which the DAO's balances move (EIP-779).
    pub(crate) fn moves_dao_balances(&self, number: u64) -> bool {
        self.config.dao_fork_support && self.config.dao_fork_block == Some(number)
    }

    fn paris(&self) -> ForkCondition {
        let config = &self.config;
        let merged = match config.merge_netsplit_block {
            Some(block) => block,
            None if config.terminal_total_difficulty == Some(U256::ZERO) => 0,
            None if config.terminal_total_difficulty_passed => 0,
            None => return ForkCondition::Never,
        };
        ForkCondition::TTD {
            activation_block_number: merged,
            fork_block: None,
            total_difficulty: config.terminal_total_difficulty.unwrap_or_default(),
        }
    }
}

impl EthereumHardforks for Rules {
    fn ethereum_fork_activation(&self, fork: EthereumHardfork) -> ForkCondition {
        use EthereumHardfork as Fork;
        let config = &self.config;
        let block = |number: Option<u64>| number.map_or(ForkCondition::Never, ForkCondition::Block);
        let time = |time: Option<u64>| time.map_or(ForkCondition::Never, ForkCondition::Timestamp);
        match fork {
            Fork::Frontier => ForkCondition::ZERO_BLOCK,
            Fork::Homestead => block(config.homestead_block),
            Fork::Dao => block(config.dao_fork_block.filter(|_| config.dao_fork_support)),
            Fork::Tangerine => block(config.eip150_block),
            Fork::SpuriousDragon => block(config.eip158_block),
            Fork::Byzantium => block(config.byzantium_block),
            Fork::Constantinople => block(config.constantinople_block),
            Fork::Petersburg => block(config.petersburg_block),
            Fork::Istanbul => block(config.istanbul_block),
            Fork::MuirGlacier => block(config.muir_glacier_block),
            Fork::Berlin => block(config.berlin_block),
            Fork::London => block(config.london_block),
            Fork::ArrowGlacier => block(config.arrow_glacier_block),
            Fork::GrayGlacier => block(config.gray_glacier_block),
            Fork::Paris => self.paris(),
            Fork::Shanghai => time(config.shanghai_time),
            Fork::Cancun => time(config.cancun_time),
            Fork::Prague => time(config.prague_time),
            Fork::Osaka => time(config.osaka_time),
            Fork::Bpo1 => time(config.bpo1_time),
            Fork::Bpo2 => time(config.bpo2_time),
            Fork::Bpo3 => time(config.bpo3_time),
            Fork::Bpo4 => time(config.bpo4_time),
            Fork::Bpo5 => time(config.bpo5_time),
            Fork::Amsterdam => time(config.amsterdam_time),
            _ => ForkCondition::Never,
        }
    }
}

/// The rules of one block.
///
/// That the chain has merged is not a matter of the number alone: without a proof of work, a block
/// has no difficulty (EIP-3675). The DAO's balances are moved by [`Run`](crate::executor::Run),
/// before the transactions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RulesAt<'a> {
    rules: &'a Rules,
    merged: bool,
}

impl RulesAt<'_> {
    /// Whether the block needs no proof of work.
    pub(crate) fn is_merged(&self) -> bool {
        self.merged
    }
}

impl EthereumHardforks for RulesAt<'_> {
    fn ethereum_fork_activation(&self, fork: EthereumHardfork) -> ForkCondition {
        match fork {
            EthereumHardfork::Paris if self.merged => ForkCondition::ZERO_BLOCK,
            EthereumHardfork::Paris | EthereumHardfork::Dao => ForkCondition::Never,
            fork => self.rules.ethereum_fork_activation(fork),
        }
    }
}

impl EthExecutorSpec for RulesAt<'_> {
    fn deposit_contract_address(&self) -> Option<Address> {
        self.rules.deposit_contract_address()
    }
}

impl EthExecutorSpec for Rules {
    fn deposit_contract_address(&self) -> Option<Address> {
        self.config.deposit_contract_address
    }
}
