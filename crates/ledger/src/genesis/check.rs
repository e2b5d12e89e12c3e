//! What a genesis must be beyond its form.

use alloy_genesis::{ChainConfig, Genesis};
use alloy_primitives::U256;
use revm::bytecode::Bytecode;

use crate::error::GenesisError;

/// Least gas limit of any block.
const GAS_LIMIT_MIN: u64 = 5_000;
/// Highest base fee to start from, in wei; it leaves room to grow.
const BASE_FEE_MAX: u128 = 1 << 60;
/// Most blobs per block.
const BLOBS_MAX: u64 = 4_096;
/// Highest excess of blob gas to start from, in multiples of the update fraction: e^40 wei.
const EXCESS_FRACTIONS_MAX: u128 = 40;

/// Whether a fork may be left out where later ones are scheduled.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Required,
    Optional,
}

pub(super) fn check(genesis: &Genesis) -> Result<(), GenesisError> {
    let config = &genesis.config;
    let wrong = |field: &str, found: String, expected| {
        Err(GenesisError::Value { field: field.to_owned(), found, expected })
    };
    if config.chain_id == 0 {
        return wrong("config.chainId", "0".to_owned(), "a number above zero");
    }
    for (fork, time) in
        [("amsterdamTime", config.amsterdam_time), ("bogotaTime", config.bogota_time)]
    {
        if time.is_some() {
            return Err(GenesisError::UnknownFork { fork });
        }
    }
    check_order(&block_forks(config))?;
    check_order(&time_forks(config))?;
    check_blobs(genesis)?;
    if genesis.gas_limit < GAS_LIMIT_MIN || genesis.gas_limit > i64::MAX.unsigned_abs() {
        return wrong("gasLimit", genesis.gas_limit.to_string(), "5000 to 2^63 - 1");
    }
    if let Some(fee) = genesis.base_fee_per_gas.filter(|fee| *fee > BASE_FEE_MAX) {
        return wrong("baseFeePerGas", fee.to_string(), "at most 2^60 wei");
    }
    let mut supply = U256::ZERO;
    for (address, account) in &genesis.alloc {
        if let Some(code) = account.non_empty_code()
            && Bytecode::new_raw_checked(code.clone()).is_err()
        {
            let field = format!("alloc.{address:#x}.code");
            return wrong(&field, code.to_string(), "code, or a whole delegation (EIP-7702)");
        }
        let Some(sum) = supply.checked_add(account.balance) else {
            return wrong("alloc", "more".to_owned(), "balances below 2^256 wei in sum");
        };
        supply = sum;
    }
    Ok(())
}

type Scheduled = (&'static str, Option<u64>, Need);

fn block_forks(config: &ChainConfig) -> [Scheduled; 15] {
    use Need::{Optional, Required};
    [
        ("homesteadBlock", config.homestead_block, Required),
        ("daoForkBlock", config.dao_fork_block, Optional),
        ("eip150Block", config.eip150_block, Required),
        ("eip155Block", config.eip155_block, Required),
        ("eip158Block", config.eip158_block, Required),
        ("byzantiumBlock", config.byzantium_block, Required),
        ("constantinopleBlock", config.constantinople_block, Required),
        ("petersburgBlock", config.petersburg_block, Required),
        ("istanbulBlock", config.istanbul_block, Required),
        ("muirGlacierBlock", config.muir_glacier_block, Optional),
        ("berlinBlock", config.berlin_block, Required),
        ("londonBlock", config.london_block, Required),
        ("arrowGlacierBlock", config.arrow_glacier_block, Optional),
        ("grayGlacierBlock", config.gray_glacier_block, Optional),
        ("mergeNetsplitBlock", config.merge_netsplit_block, Optional),
    ]
}

fn time_forks(config: &ChainConfig) -> [Scheduled; 9] {
    use Need::{Optional, Required};
    [
        ("shanghaiTime", config.shanghai_time, Required),
        ("cancunTime", config.cancun_time, Required),
        ("pragueTime", config.prague_time, Required),
        ("osakaTime", config.osaka_time, Required),
        ("bpo1Time", config.bpo1_time, Optional),
        ("bpo2Time", config.bpo2_time, Optional),
        ("bpo3Time", config.bpo3_time, Optional),
        ("bpo4Time", config.bpo4_time, Optional),
        ("bpo5Time", config.bpo5_time, Optional),
    ]
}

/// Each fork after the ones before it, which must be scheduled too unless they are optional.
fn check_order(forks: &[Scheduled]) -> Result<(), GenesisError> {
    let mut before: Option<(&'static str, u64)> = None;
    let mut left_out: Option<&'static str> = None;
    for (fork, at, need) in forks {
        let Some(at) = at else {
            if *need == Need::Required {
                left_out = left_out.or(Some(fork));
            }
            continue;
        };
        if let Some(missing) = left_out {
            return Err(GenesisError::MissingFork { missing, scheduled: fork });
        }
        if let Some((earlier, earlier_at)) = before.filter(|(_, earlier)| earlier > at) {
            return Err(GenesisError::ForkOrder {
                earlier,
                earlier_at,
                later: fork,
                later_at: *at,
            });
        }
        before = Some((fork, *at));
    }
    Ok(())
}

fn check_blobs(genesis: &Genesis) -> Result<(), GenesisError> {
    let config = &genesis.config;
    for (fork, params) in &config.blob_schedule {
        let (target, max) = (params.target_blob_count, params.max_blob_count);
        if params.update_fraction == 0 || max == 0 || target > max || max > BLOBS_MAX {
            return Err(GenesisError::Value {
                field: format!("config.blobSchedule.{fork}"),
                found: format!("target {target}, max {max}, fraction {}", params.update_fraction),
                expected: "target ≤ max, 0 < max ≤ 4096, and a fraction above zero",
            });
        }
    }
    let own =
        [config.bpo1_time, config.bpo2_time, config.bpo3_time, config.bpo4_time, config.bpo5_time];
    for (fork, _) in (1..).zip(own).filter(|(_, time)| time.is_some()) {
        let key = format!("bpo{fork}");
        if !config.blob_schedule.contains_key(&key) {
            return Err(GenesisError::Missing { field: format!("config.blobSchedule.{key}") });
        }
    }
    let excess = genesis.excess_blob_gas.unwrap_or_default();
    let fractions = config.blob_schedule.values().map(|params| params.update_fraction);
    let fraction = fractions.min().unwrap_or(alloy_eips::eip4844::BLOB_GASPRICE_UPDATE_FRACTION);
    if u128::from(excess) > fraction.saturating_mul(EXCESS_FRACTIONS_MAX) {
        return Err(GenesisError::Value {
            field: "excessBlobGas".to_owned(),
            found: excess.to_string(),
            expected: "at most forty update fractions",
        });
    }
    Ok(())
}
