//! What governance decided, and the time that contracts see.
//!
//! An embedded chain makes blocks only when there is something to put into them, so its time stands
//! still while nothing happens. Whoever waits for a contract's clock calls [`Core::tick`] first.

use primitives::{Address, B256, SharePpm};
use settlement::{ChainError, Parties, SplitVersion};

use crate::assets::Assets;
use crate::clock::{Stopwatch, now_s};
use crate::core::Core;
use crate::error::ApiError;
use crate::hex::hex;
use crate::keys::lock;
use crate::wire;

/// What is remembered of the chain between two blocks.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// The split in force after the block with this hash.
    split: Option<(B256, SplitVersion)>,
    /// Since the last block that only moved the time.
    ticked: Option<Stopwatch>,
}

impl Core {
    /// Whom the fee of an answer names besides contributors; `owner` owns the adapter.
    pub(crate) fn parties(&self, owner: Address) -> Parties {
        self.contracts.parties(owner, self.keys.host())
    }

    /// Who owns an adapter now: whoever bought it, or whoever it was trained for.
    pub(crate) fn adapter_owner(&self, assets: &Assets) -> Result<Address, ApiError> {
        let anchor = self.contracts.adapter(&*self.chain, assets.id).map_err(ApiError::internal)?;
        let is_anchored = anchor.owner != Address::ZERO;
        Ok(if is_anchored { anchor.owner } else { assets.record.owner })
    }

    /// The split in force now, and a time at which it is: what an answer is stored with.
    pub(crate) fn split_in_force(&self) -> Result<(SplitVersion, u64), ApiError> {
        let head = self.chain.chain.head();
        let mut known = lock(&self.known);
        let version = match known.split {
            Some((block, version)) if block == head.hash() => version,
            _ => {
                let version = self.contracts.current_split(&*self.chain);
                let version = version.map_err(ApiError::internal)?;
                known.split = Some((head.hash(), version));
                version
            }
        };
        Ok((version, now_s().max(head.timestamp).max(version.from_s)))
    }

    /// A split by its number.
    pub(crate) fn split_version(&self, version: u32) -> Result<SplitVersion, ApiError> {
        match self.contracts.split_version(&*self.chain, version) {
            Ok(found) => Ok(found),
            Err(ChainError::Refused(_)) => {
                let message = format!("there is no version {version} of the split");
                Err(ApiError::not_found("no_such_split", message)
                    .hint("`openledger parameters show` has the one in force"))
            }
            Err(error) => Err(ApiError::internal(error)),
        }
    }

    /// The time that the next block will have, nearly.
    pub(crate) fn chain_now_s(&self) -> u64 {
        now_s().max(self.chain.chain.head().timestamp)
    }

    /// Moves the chain's time to the present, or a second on when it is there already; at most once
    /// a second.
    pub(crate) fn tick(&self) -> Result<(), ApiError> {
        let head_s = self.chain.chain.head().timestamp;
        {
            let mut known = lock(&self.known);
            let is_recent = known.ticked.is_some_and(|watch| watch.elapsed().as_millis() < 1000);
            if is_recent && head_s.saturating_add(1) >= now_s() {
                return Ok(());
            }
            known.ticked = Some(Stopwatch::start());
        }
        self.chain.tick().map_err(ApiError::internal)
    }
}

/// A split as the wire shows it.
pub(crate) fn shown_split(split: &SplitVersion) -> wire::SplitVersion {
    let parts = &split.options;
    wire::SplitVersion {
        version: split.version,
        from_s: split.from_s,
        contributors_ppm: parts.contributors_ppm.get(),
        owner_ppm: parts.owner_ppm.get(),
        host_ppm: parts.host_ppm.get(),
        validators_ppm: parts.validators_ppm.get(),
        treasury_ppm: parts.treasury_ppm.get(),
        burn_ppm: parts.burn_ppm.get(),
    }
}

impl Core {
    /// A version of the split as receipts name it.
    pub(crate) fn receipt_split(&self, version: u32) -> Result<wire::SplitOptions, ApiError> {
        let split = self.split_version(version)?;
        let ppm = SharePpm::get;
        let parts = &split.options;
        Ok(wire::SplitOptions {
            version,
            contributors_ppm: ppm(parts.contributors_ppm),
            owner_ppm: ppm(parts.owner_ppm),
            host_ppm: ppm(parts.host_ppm),
            validators_ppm: ppm(parts.validators_ppm),
            treasury_ppm: ppm(parts.treasury_ppm),
            burn_ppm: ppm(parts.burn_ppm),
            owner: String::new(),
            validators: hex(self.contracts.attestations),
            treasury: hex(self.contracts.timelock),
        })
    }
}
