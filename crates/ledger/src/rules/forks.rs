//! The fork schedule as a node tells it to others: fork ids, precompiles, system contracts.

use std::collections::BTreeMap;

use alloy_eips::{
    eip7840::BlobParams,
    eip7910::{EthConfig, EthForkConfig, SystemContract},
};
use alloy_genesis::ChainConfig;
use alloy_hardforks::{EthereumHardfork as Fork, EthereumHardforks as _};
use alloy_primitives::{Address, B256, Bytes};

use super::Rules;

/// Reversed polynomial of CRC-32 (IEEE 802.3), which fork ids use.
const CRC32_POLYNOMIAL: u32 = 0xedb8_8320;

/// Precompiled contracts: number, name (EIP-7910), fork that brought it.
const PRECOMPILES: [(u16, &str, Fork); 18] = [
    (1, "ECREC", Fork::Frontier),
    (2, "SHA256", Fork::Frontier),
    (3, "RIPEMD160", Fork::Frontier),
    (4, "ID", Fork::Frontier),
    (5, "MODEXP", Fork::Byzantium),
    (6, "BN254_ADD", Fork::Byzantium),
    (7, "BN254_MUL", Fork::Byzantium),
    (8, "BN254_PAIRING", Fork::Byzantium),
    (9, "BLAKE2F", Fork::Istanbul),
    (10, "KZG_POINT_EVALUATION", Fork::Cancun),
    (11, "BLS12_G1ADD", Fork::Prague),
    (12, "BLS12_G1MSM", Fork::Prague),
    (13, "BLS12_G2ADD", Fork::Prague),
    (14, "BLS12_G2MSM", Fork::Prague),
    (15, "BLS12_PAIRING_CHECK", Fork::Prague),
    (16, "BLS12_MAP_FP_TO_G1", Fork::Prague),
    (17, "BLS12_MAP_FP2_TO_G2", Fork::Prague),
    (256, "P256VERIFY", Fork::Osaka),
];

impl Rules {
    /// The present, the next and the last scheduled fork at a time (EIP-7910). None before Cancun,
    /// where the description begins.
    pub(crate) fn schedule(&self, genesis: B256, genesis_s: u64, now_s: u64) -> Option<EthConfig> {
        let times = fork_times(&self.config);
        let describe = |time: u64| self.describe(genesis, genesis_s, time);
        let past = times.iter().rev().find(|time| **time <= now_s);
        let mut coming = times.iter().copied().filter(|time| *time > now_s);
        let next = coming.next();
        let last = coming.next_back().or(next);
        Some(EthConfig {
            // A fork that was there from the start was activated at 0, whatever its time says.
            current: describe(past.copied().filter(|time| *time > genesis_s).unwrap_or(0))?,
            next: next.and_then(describe),
            last: last.and_then(describe),
        })
    }

    fn describe(&self, genesis: B256, genesis_s: u64, time: u64) -> Option<EthForkConfig> {
        let moment = time.max(genesis_s);
        let BlobParams { .. } = self.blob_params(moment)?;
        let is_active = |fork: Fork| {
            // Forks by number are all in the past where blobs are.
            let condition = self.ethereum_fork_activation(fork);
            condition.active_at_timestamp(moment) || condition.active_at_block(u64::MAX)
        };
        let precompiles = PRECOMPILES.iter().filter(|(_, _, fork)| is_active(*fork));
        let mut system_contracts = BTreeMap::from(SystemContract::cancun());
        if self.is_prague_active_at_timestamp(moment) {
            let deposit = self.config.deposit_contract_address;
            system_contracts.extend(SystemContract::prague(deposit));
        }
        Some(EthForkConfig {
            activation_time: time,
            blob_schedule: self.blob_params(moment)?,
            chain_id: self.chain_id(),
            fork_id: self.fork_id(genesis, genesis_s, time),
            precompiles: precompiles
                .map(|(number, name, _)| ((*name).to_owned(), low_address(*number)))
                .collect(),
            system_contracts,
        })
    }

    /// The checksum over genesis and past forks that tells peers apart (EIP-2124, EIP-6122).
    fn fork_id(&self, genesis: B256, genesis_s: u64, time: u64) -> Bytes {
        let mut blocks = fork_blocks(&self.config);
        blocks.sort_unstable();
        blocks.dedup();
        let times = fork_times(&self.config);
        let times = times.into_iter().filter(|fork| *fork > genesis_s && *fork <= time);
        let mut bytes = genesis.to_vec();
        for fork in blocks.into_iter().filter(|block| *block > 0).chain(times) {
            bytes.extend_from_slice(&fork.to_be_bytes());
        }
        Bytes::copy_from_slice(&crc32(&bytes).to_be_bytes())
    }
}

fn fork_blocks(config: &ChainConfig) -> Vec<u64> {
    let blocks = [
        config.homestead_block,
        config.dao_fork_block,
        config.eip150_block,
        config.eip155_block,
        config.eip158_block,
        config.byzantium_block,
        config.constantinople_block,
        config.petersburg_block,
        config.istanbul_block,
        config.muir_glacier_block,
        config.berlin_block,
        config.london_block,
        config.arrow_glacier_block,
        config.gray_glacier_block,
        config.merge_netsplit_block,
    ];
    blocks.into_iter().flatten().collect()
}

/// Times of the forks, each once, in order.
fn fork_times(config: &ChainConfig) -> Vec<u64> {
    let times = [
        config.shanghai_time,
        config.cancun_time,
        config.prague_time,
        config.osaka_time,
        config.bpo1_time,
        config.bpo2_time,
        config.bpo3_time,
        config.bpo4_time,
        config.bpo5_time,
    ];
    let mut times: Vec<u64> = times.into_iter().flatten().collect();
    times.sort_unstable();
    times.dedup();
    times
}

fn low_address(number: u16) -> Address {
    let mut address = [0; 20];
    let (_, low) = address.split_at_mut(18);
    low.copy_from_slice(&number.to_be_bytes());
    address.into()
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| {
        let mask = if sum & 1 == 1 { CRC32_POLYNOMIAL } else { 0 };
        sum.wrapping_shr(1) ^ mask
    };
    let sum = bytes.iter().fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), step));
    !sum
}
