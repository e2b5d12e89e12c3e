//! Difficulty of a proof of work, with the bomb and its delays.

use alloy_consensus::{EMPTY_OMMER_ROOT_HASH, Header};
use alloy_hardforks::{EthereumHardfork as Fork, EthereumHardforks as _};
use alloy_primitives::U256;

use crate::rules::Rules;

/// Least difficulty.
const DIFFICULTY_MIN: u64 = 131_072;
/// The bomb doubles once in so many blocks.
const BOMB_PERIOD: u64 = 100_000;

/// The difficulty that the block after `parent` must have at `timestamp_s`.
pub(super) fn next_difficulty(rules: &Rules, parent: &Header, timestamp_s: u64) -> U256 {
    let number = parent.number.saturating_add(1);
    let elapsed_s = timestamp_s.saturating_sub(parent.timestamp);
    // In 1/2048 of the parent's difficulty: what is added, what is taken away.
    let (up, down) = if rules.is_byzantium_active_at_block(number) {
        // EIP-100: ommers count as blocks.
        let up = if parent.ommers_hash == EMPTY_OMMER_ROOT_HASH { 1 } else { 2 };
        (up, elapsed_s / 9)
    } else if rules.is_homestead_active_at_block(number) {
        (1, elapsed_s / 10)
    } else {
        (u64::from(elapsed_s < 13), u64::from(elapsed_s >= 13))
    };
    let step = parent.difficulty.wrapping_shr(11);
    let adjusted = if up >= down {
        let change = step.saturating_mul(U256::from(up.saturating_sub(down)));
        parent.difficulty.saturating_add(change)
    } else {
        let steps = down.saturating_sub(up).min(99);
        parent.difficulty.saturating_sub(step.saturating_mul(U256::from(steps)))
    };
    adjusted.max(U256::from(DIFFICULTY_MIN)).saturating_add(bomb(rules, number))
}

/// Grows without end, so that miners would agree to the merge; each delay moves it back.
fn bomb(rules: &Rules, number: u64) -> U256 {
    let delays = [
        (Fork::GrayGlacier, 11_400_000),
        (Fork::ArrowGlacier, 10_700_000),
        (Fork::London, 9_700_000),
        (Fork::MuirGlacier, 9_000_000),
        (Fork::Constantinople, 5_000_000),
        (Fork::Byzantium, 3_000_000),
    ];
    let active = |fork: Fork| rules.ethereum_fork_activation(fork).active_at_block(number);
    let delay = delays.into_iter().find(|(fork, _)| active(*fork)).map_or(0u64, |(_, delay)| delay);
    let periods = number.saturating_sub(delay) / BOMB_PERIOD;
    match periods.checked_sub(2) {
        None => U256::ZERO,
        Some(exponent) => U256::ONE
            .checked_shl(usize::try_from(exponent).unwrap_or(usize::MAX))
            .unwrap_or(U256::MAX),
    }
}
