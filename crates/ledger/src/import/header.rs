//! What a header must be, given its parent.

use alloy_consensus::{EMPTY_OMMER_ROOT_HASH, Header, Sealed};
use alloy_eips::eip4844::DATA_GAS_PER_BLOB;
use alloy_hardforks::EthereumHardforks as _;
use alloy_primitives::{B64, U256};

use super::{difficulty::next_difficulty, require, same};
use crate::{
    error::{Field, InvalidBlock},
    executor::next_base_fee,
    rules::Rules,
};

/// Longest extra data, in bytes.
const EXTRA_DATA_MAX: usize = 32;
/// Least gas limit.
const GAS_LIMIT_MIN: u64 = 5_000;
/// What the first blocks after the DAO fork say, and nobody else's (EIP-779).
const DAO_EXTRA_DATA: &[u8] = b"dao-hard-fork";
/// Number of those blocks.
const DAO_BLOCKS: u64 = 10;

/// The block before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parent<'a> {
    /// Its header.
    pub(crate) header: &'a Sealed<Header>,
    /// Sum of the difficulties up to it.
    pub(crate) total_difficulty: U256,
}

/// Checks everything in a header that does not depend on the body.
pub(crate) fn check_header(
    rules: &Rules,
    parent: Parent<'_>,
    header: &Header,
) -> Result<(), InvalidBlock> {
    let number = parent.header.number.saturating_add(1);
    same(number, Field::Number, number, header.number)?;
    same(number, Field::ParentHash, parent.header.hash(), header.parent_hash)?;
    check_time(parent.header, header)?;
    check_seal(rules, parent, header)?;
    check_common(rules, parent.header, header)?;
    check_fork_fields(rules, header)?;
    check_blobs(rules, parent.header, header)
}

/// Checks the header of an ommer: as a block of its time, without its body.
pub(super) fn check_ommer_header(
    rules: &Rules,
    parent: &Header,
    header: &Header,
) -> Result<(), InvalidBlock> {
    let number = parent.number.saturating_add(1);
    same(number, Field::Number, number, header.number)?;
    check_time(parent, header)?;
    let expected = next_difficulty(rules, parent, header.timestamp);
    same(number, Field::Difficulty, expected, header.difficulty)?;
    check_common(rules, parent, header)?;
    check_fork_fields(rules, header)
}

fn check_time(parent: &Header, header: &Header) -> Result<(), InvalidBlock> {
    let time = header.timestamp;
    let after = || format!("more than {}", parent.timestamp);
    require(time > parent.timestamp, header.number, Field::Timestamp, after, time)
}

/// Proof of work before the merge, its absence after.
fn check_seal(rules: &Rules, parent: Parent<'_>, header: &Header) -> Result<(), InvalidBlock> {
    let number = header.number;
    if !has_merged(rules, parent, header) {
        let expected = next_difficulty(rules, parent.header, header.timestamp);
        return same(number, Field::Difficulty, expected, header.difficulty);
    }
    same(number, Field::Difficulty, U256::ZERO, header.difficulty)?;
    same(number, Field::Nonce, B64::ZERO, header.nonce)?;
    same(number, Field::OmmersHash, EMPTY_OMMER_ROOT_HASH, header.ommers_hash)
}

/// Whether the block after `parent` has no proof of work (EIP-3675).
fn has_merged(rules: &Rules, parent: Parent<'_>, header: &Header) -> bool {
    let config = rules.config();
    match config.terminal_total_difficulty {
        Some(terminal) => parent.total_difficulty >= terminal,
        None => rules.at(header).is_merged() && rules.is_paris_active_at_block(header.number),
    }
}

fn check_common(rules: &Rules, parent: &Header, header: &Header) -> Result<(), InvalidBlock> {
    let number = header.number;
    let length = header.extra_data.len();
    let short = || format!("at most {EXTRA_DATA_MAX} bytes");
    require(length <= EXTRA_DATA_MAX, number, Field::ExtraData, short, format!("{length} bytes"))?;
    check_dao_extra_data(rules, header)?;
    check_gas_limit(rules, parent, header)?;
    let (used, limit) = (header.gas_used, header.gas_limit);
    require(used <= limit, number, Field::GasUsed, || format!("at most {limit}"), used)?;
    same(number, Field::BaseFee, next_base_fee(rules, parent), header.base_fee_per_gas)
}

fn check_gas_limit(rules: &Rules, parent: &Header, header: &Header) -> Result<(), InvalidBlock> {
    let number = header.number;
    let mut before = parent.gas_limit;
    if rules.is_london_active_at_block(number) && !rules.is_london_active_at_block(parent.number) {
        // The limit doubles with the target's meaning (EIP-1559).
        before = before.saturating_mul(2);
    }
    let bound = before / 1024;
    let lowest = before.saturating_sub(bound).saturating_add(1).max(GAS_LIMIT_MIN);
    let highest = before.saturating_add(bound).saturating_sub(1).min(i64::MAX.unsigned_abs());
    let limit = header.gas_limit;
    let range = || format!("{lowest} to {highest}");
    require((lowest..=highest).contains(&limit), number, Field::GasLimit, range, limit)
}

fn check_dao_extra_data(rules: &Rules, header: &Header) -> Result<(), InvalidBlock> {
    let config = rules.config();
    let Some(first) = config.dao_fork_block else { return Ok(()) };
    let after = header.number.checked_sub(first);
    if after.is_none_or(|blocks| blocks >= DAO_BLOCKS) {
        return Ok(());
    }
    let says_so = header.extra_data.as_ref() == DAO_EXTRA_DATA;
    let expected = || {
        let verb = if config.dao_fork_support { "is" } else { "is not" };
        format!("extra data that {verb} \"dao-hard-fork\"")
    };
    let fits = says_so == config.dao_fork_support;
    require(fits, header.number, Field::ExtraData, expected, &header.extra_data)
}

/// Fields that came with a fork are there from it on, and not before.
fn check_fork_fields(rules: &Rules, header: &Header) -> Result<(), InvalidBlock> {
    let (number, time) = (header.number, header.timestamp);
    let shanghai = rules.is_shanghai_active_at_timestamp(time);
    let cancun = rules.is_cancun_active_at_timestamp(time);
    let prague = rules.is_prague_active_at_timestamp(time);
    let fields = [
        (Field::WithdrawalsRoot, shanghai, header.withdrawals_root.is_some()),
        (Field::BlobGasUsed, cancun, header.blob_gas_used.is_some()),
        (Field::ExcessBlobGas, cancun, header.excess_blob_gas.is_some()),
        (Field::ParentBeaconRoot, cancun, header.parent_beacon_block_root.is_some()),
        (Field::RequestsHash, prague, header.requests_hash.is_some()),
        (Field::Unknown, false, has_unknown_fields(header)),
    ];
    let word = |is_there| if is_there { "present" } else { "absent" };
    for (field, expected, found) in fields {
        require(expected == found, number, field, || word(expected).to_owned(), word(found))?;
    }
    Ok(())
}

/// Fields of forks after the newest one that is executed here.
fn has_unknown_fields(header: &Header) -> bool {
    header.block_access_list_hash.is_some() || header.slot_number.is_some()
}

fn check_blobs(rules: &Rules, parent: &Header, header: &Header) -> Result<(), InvalidBlock> {
    let (number, time) = (header.number, header.timestamp);
    let Some(blobs) = rules.blob_params(time) else { return Ok(()) };
    let used = header.blob_gas_used.unwrap_or_default();
    let most = blobs.max_blob_gas_per_block();
    let expected = || format!("a multiple of {DATA_GAS_PER_BLOB} up to {most}");
    let fits = used <= most && used.is_multiple_of(DATA_GAS_PER_BLOB);
    require(fits, number, Field::BlobGasUsed, expected, used)?;
    // The first block with blobs follows one without the fields.
    let excess = parent.next_block_excess_blob_gas(blobs).unwrap_or_default();
    same(number, Field::ExcessBlobGas, Some(excess), header.excess_blob_gas)
}
