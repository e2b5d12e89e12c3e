//! Datanets, snapshots, adapters, contributions.

use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_sol_types::{SolCall, SolValue};
use primitives::{Adapter, AdapterId, DatanetId, Digest, Snapshot, SnapshotId, Wei};

use super::bindings::{IAdapters, IContributions, IDatanets};
use super::{Contracts, arguments, call, view};
use crate::chain::ChainClient;
use crate::error::ChainError;
use crate::transaction::ContractCall;

const GAS_REGISTER: u64 = 250_000;
const GAS_ANCHOR: u64 = 500_000;
const GAS_COMMIT: u64 = 200_000;

/// A Datanet as anchored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DatanetAnchor {
    /// Who decides about it; zero when it is not registered.
    pub owner: Address,
    /// Its last snapshot; zero before the first.
    pub last_snapshot: SnapshotId,
    /// Digest of its licence.
    pub licence: Digest,
}

/// An adapter as anchored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AdapterAnchor {
    /// The snapshot that it was trained on.
    pub snapshot: SnapshotId,
    /// Merkle root of its influence index.
    pub influence_root: Digest,
    /// keccak-256 of its rule's name.
    pub rule: Digest,
    /// Who is paid as its owner now; zero when it is not anchored.
    pub owner: Address,
}

/// A batch of records that somebody wants to be the first to have, without showing it yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commitment {
    /// Who gives the batch.
    pub contributor: Address,
    /// The Datanet that it is for.
    pub datanet: DatanetId,
    /// Merkle root over the record ids.
    pub root: B256,
    /// How many records it holds.
    pub records: u32,
    /// Keeps the root from being guessed.
    pub salt: B256,
}

/// Who had a batch first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FirstContribution {
    /// Who committed to it first; zero when nobody has revealed it.
    pub contributor: Address,
    /// When, Unix time in seconds.
    pub committed_s: u64,
    /// For which Datanet.
    pub datanet: DatanetId,
}

impl Contracts {
    /// Lets `host` register and anchor for the sender, or stops that.
    pub fn authorize_host(&self, host: Address, allowed: bool) -> ContractCall {
        let data = IDatanets::authorizeHostCall { host, allowed }.abi_encode();
        call(self.datanets, data, GAS_REGISTER)
    }

    /// Registers a Datanet. Sent by its owner or the owner's host.
    pub fn register_datanet(
        &self,
        datanet: DatanetId,
        owner: Address,
        licence: Digest,
    ) -> ContractCall {
        let arguments = IDatanets::registerDatanetCall { datanetId: datanet, owner, licence };
        call(self.datanets, arguments.abi_encode(), GAS_REGISTER)
    }

    /// Anchors a snapshot. Sent by the Datanet's owner or the owner's host.
    pub fn anchor_snapshot(&self, snapshot: &Snapshot) -> ContractCall {
        let data = arguments(IDatanets::anchorSnapshotCall::SELECTOR, &(snapshot.clone(),));
        call(self.datanets, data, GAS_ANCHOR)
    }

    /// Anchors an adapter. Sent by the Datanet's owner or the owner's host.
    pub fn anchor_adapter(&self, adapter: &Adapter) -> ContractCall {
        let data = arguments(IAdapters::anchorAdapterCall::SELECTOR, &(adapter.clone(),));
        call(self.adapters, data, GAS_ANCHOR)
    }

    /// What is committed to: `keccak256(abi.encode(chainId, contract, contributor, datanet, root,
    /// records, salt))`.
    pub fn commitment(&self, batch: &Commitment) -> B256 {
        let Commitment { contributor, datanet, root, records, salt } = *batch;
        let (chain, place) = (U256::from(self.chain_id), self.contributions);
        keccak256((chain, place, contributor, datanet, root, records, salt).abi_encode())
    }

    /// Commits to a batch that [`Contracts::reveal`] shows later; `bond` comes back then. Sent by
    /// its contributor.
    pub fn commit(&self, batch: &Commitment, bond: Wei) -> ContractCall {
        let arguments = IContributions::commitCall { commitment: self.commitment(batch) };
        let call = call(self.contributions, arguments.abi_encode(), GAS_COMMIT);
        ContractCall { value: bond, ..call }
    }

    /// Shows a batch that was committed to. Sent by its contributor.
    pub fn reveal(&self, batch: &Commitment) -> ContractCall {
        let arguments = IContributions::revealCall {
            datanetId: batch.datanet,
            root: batch.root,
            records: batch.records,
            salt: batch.salt,
        };
        call(self.contributions, arguments.abi_encode(), GAS_COMMIT)
    }

    /// Takes the bond of a commitment that was not revealed in time. Sent by anybody.
    pub fn forfeit(&self, contributor: Address, commitment: B256) -> ContractCall {
        let arguments = IContributions::forfeitCall { contributor, commitment };
        call(self.contributions, arguments.abi_encode(), GAS_COMMIT)
    }

    /// Who committed first to a batch that was revealed.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn first_contribution(
        &self,
        chain: &impl ChainClient,
        root: B256,
    ) -> Result<FirstContribution, ChainError> {
        let found = view(chain, self.contributions, &IContributions::firstCall { root })?;
        Ok(FirstContribution {
            contributor: found.contributor,
            committed_s: found.committedS,
            datanet: found.datanetId,
        })
    }

    /// Whether `host` may register and anchor for `owner`.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn is_host(
        &self,
        chain: &impl ChainClient,
        owner: Address,
        host: Address,
    ) -> Result<bool, ChainError> {
        view(chain, self.datanets, &IDatanets::isHostCall { owner, host })
    }

    /// A Datanet's owner, last snapshot and licence.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn datanet(
        &self,
        chain: &impl ChainClient,
        datanet: DatanetId,
    ) -> Result<DatanetAnchor, ChainError> {
        let found = view(chain, self.datanets, &IDatanets::datanetCall { datanetId: datanet })?;
        let (owner, last_snapshot) = (found.owner, found.lastSnapshot);
        Ok(DatanetAnchor { owner, last_snapshot, licence: found.licence })
    }

    /// How many snapshots of a Datanet are anchored.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn snapshot_count(
        &self,
        chain: &impl ChainClient,
        datanet: DatanetId,
    ) -> Result<u64, ChainError> {
        let call = IDatanets::snapshotCountCall { datanetId: datanet };
        Ok(view(chain, self.datanets, &call)?.saturating_to())
    }

    /// The `index`th snapshot of a Datanet, from 0.
    ///
    /// # Errors
    /// [`ChainError::Refused`] past the last one; as [`ChainClient::call`].
    pub fn snapshot_at(
        &self,
        chain: &impl ChainClient,
        datanet: DatanetId,
        index: u64,
    ) -> Result<SnapshotId, ChainError> {
        let call = IDatanets::snapshotAtCall { datanetId: datanet, index: U256::from(index) };
        view(chain, self.datanets, &call)
    }

    /// Whether a snapshot is anchored.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn is_snapshot_anchored(
        &self,
        chain: &impl ChainClient,
        snapshot: SnapshotId,
    ) -> Result<bool, ChainError> {
        let call = IDatanets::snapshotCall { snapshotId: snapshot };
        Ok(view(chain, self.datanets, &call)?.datanetId != B256::ZERO)
    }

    /// What is anchored of an adapter.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn adapter(
        &self,
        chain: &impl ChainClient,
        adapter: AdapterId,
    ) -> Result<AdapterAnchor, ChainError> {
        let found = view(chain, self.adapters, &IAdapters::adapterCall { adapterId: adapter })?;
        Ok(AdapterAnchor {
            snapshot: found.snapshotId,
            influence_root: found.influenceRoot,
            rule: found.ruleDigest,
            owner: found.owner,
        })
    }

    /// Who owned an adapter at `time_s`, Unix time in seconds; zero before it was anchored.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn adapter_owner_at(
        &self,
        chain: &impl ChainClient,
        adapter: AdapterId,
        time_s: u64,
    ) -> Result<Address, ChainError> {
        let call = IAdapters::ownerAtCall { adapterId: adapter, timeS: time_s };
        view(chain, self.adapters, &call)
    }

    /// Whether an adapter is anchored.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn is_adapter_anchored(
        &self,
        chain: &impl ChainClient,
        adapter: AdapterId,
    ) -> Result<bool, ChainError> {
        Ok(self.adapter(chain, adapter)?.owner != Address::ZERO)
    }
}
