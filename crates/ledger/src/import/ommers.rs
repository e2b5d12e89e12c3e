//! Which stale siblings of ancestors a block may name.

use alloy_consensus::Header;
use alloy_primitives::B256;

use super::{header::check_ommer_header, invalid};
use crate::{
    error::{Field, InvalidBlock},
    rules::Rules,
};

/// Most ommers of one block.
const OMMERS_MAX: usize = 2;
/// How many generations back an ommer's parent may be.
pub(crate) const GENERATIONS: u64 = 7;

/// The last [`GENERATIONS`] blocks before a block, and the ommers that they named.
#[derive(Debug, Default)]
pub(crate) struct Relatives {
    /// Headers with their hashes, the parent first.
    pub(crate) ancestors: Vec<(B256, Header)>,
    /// Hashes of the ommers that they named.
    pub(crate) named: Vec<B256>,
}

/// Checks the ommers of the block `number`.
pub(crate) fn check_ommers(
    rules: &Rules,
    number: u64,
    ommers: &[Header],
    relatives: &Relatives,
) -> Result<(), InvalidBlock> {
    if let Some(index) = (ommers.len() > OMMERS_MAX).then_some(OMMERS_MAX) {
        let found = format!("{} ommers", ommers.len());
        return Err(invalid(number, Field::Ommer { index }, "at most two ommers", found));
    }
    let mut named = relatives.named.clone();
    for (index, ommer) in ommers.iter().enumerate() {
        let field = Field::Ommer { index };
        let hash = ommer.hash_slow();
        let refuse = |expected: &str| Err(invalid(number, field, expected, hash.to_string()));
        if named.contains(&hash) {
            return refuse("an ommer that was not named before");
        }
        if relatives.ancestors.iter().any(|(ancestor, _)| *ancestor == hash) {
            return refuse("an ommer that is no ancestor");
        }
        let mut elders = relatives.ancestors.iter().skip(1);
        let Some((_, parent)) = elders.find(|(elder, _)| *elder == ommer.parent_hash) else {
            return refuse("a child of one of the seven ancestors before the parent's");
        };
        if let Err(cause) = check_ommer_header(rules, parent, ommer) {
            let found = format!("{} of {}", cause.field, cause.found);
            return Err(invalid(
                number,
                field,
                format!("{} of {}", cause.field, cause.expected),
                found,
            ));
        }
        named.push(hash);
    }
    Ok(())
}
