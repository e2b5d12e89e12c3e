//! Which blocks a request means: gaps filled, every number and time known.

use alloy_consensus::Header;
use alloy_primitives::U256;

use super::SimulateBlock;
use crate::error::SimulateError;

/// Most blocks in one request, those in gaps included.
const BLOCKS_MAX: u64 = 256;
/// Time from one block to the next unless told otherwise, in seconds.
const INTERVAL_S: u64 = 12;

/// A block whose number and time are known.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) number: u64,
    pub(super) timestamp_s: u64,
    pub(super) block: SimulateBlock,
}

/// The blocks in the order of their numbers, without gaps, after `base`.
pub(super) fn plan(
    blocks: Vec<SimulateBlock>,
    base: &Header,
) -> Result<Vec<Planned>, SimulateError> {
    let limit = BLOCKS_MAX;
    if blocks.is_empty() {
        return Err(SimulateError::Empty);
    }
    if u64::try_from(blocks.len()).unwrap_or(u64::MAX) > limit {
        return Err(SimulateError::TooManyBlocks { limit });
    }
    let last = base.number.saturating_add(limit);
    let mut planned = Vec::new();
    let (mut previous, mut previous_s) = (base.number, base.timestamp);
    for block in blocks {
        let number = block.header.number;
        let number = number.unwrap_or_else(|| U256::from(previous).saturating_add(U256::ONE));
        if number <= U256::from(previous) {
            let number = number.saturating_to();
            return Err(SimulateError::BlockOrder { number, previous });
        }
        if number > U256::from(last) {
            return Err(SimulateError::TooManyBlocks { limit });
        }
        let number = number.saturating_to();
        for gap in previous.saturating_add(1)..number {
            previous_s = previous_s.saturating_add(INTERVAL_S);
            let block = SimulateBlock::default();
            planned.push(Planned { number: gap, timestamp_s: previous_s, block });
        }
        let following_s = previous_s.saturating_add(INTERVAL_S);
        let timestamp_s = block.header.time.unwrap_or(following_s);
        if timestamp_s <= previous_s {
            return Err(SimulateError::TimeOrder { timestamp_s, previous_s });
        }
        planned.push(Planned { number, timestamp_s, block });
        (previous, previous_s) = (number, timestamp_s);
    }
    Ok(planned)
}
