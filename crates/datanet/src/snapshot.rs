//! Freezing a Datanet: manifest, tree and the record that names them.

use alloy_sol_types::{SolValue, sol};
use primitives::{
    Address, ChainRecord as _, ContributionId, DatanetId, LeafDomain, MerkleTree, Snapshot,
    SnapshotId, keccak256,
};

use crate::admission::clusters;
use crate::error::DatanetError;
use crate::licence::conjunction;
use crate::options::Options;
use crate::record::Record;

sol! {
    /// One record of a snapshot.
    #[derive(Debug, PartialEq, Eq)]
    struct ManifestEntry {
        /// The record.
        bytes32 record;
        /// Who is paid for it.
        address contributor;
        /// The contribution that brought it.
        bytes32 contribution;
        /// Position of the earliest record that says the same; its own when it is the first.
        uint32 cluster;
        /// 0-based position, in order of admission; its leaf in the snapshot's tree.
        uint32 position;
    }

    /// What a snapshot holds; its canonical bytes are the Solidity ABI encoding.
    #[derive(Debug, PartialEq, Eq)]
    struct Manifest {
        /// The Datanet.
        bytes32 datanet;
        /// SPDX expression that holds for all the records together.
        string licence;
        /// The records in order of admission.
        ManifestEntry[] entries;
    }
}

impl ManifestEntry {
    /// The data of its leaf: `abi.encode(record, contributor, contribution)`.
    pub fn leaf(&self) -> Vec<u8> {
        (self.record, self.contributor, self.contribution).abi_encode()
    }
}

impl Manifest {
    /// The canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        self.abi_encode()
    }

    /// Reads canonical bytes; `None` for any others.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        Self::abi_decode_validate(bytes).ok().filter(|manifest| manifest.abi_encode() == bytes)
    }

    /// The tree over the entries' leaves; its root is the snapshot's.
    ///
    /// # Errors
    /// [`DatanetError::Merkle`] for more entries than a tree holds.
    pub fn tree(&self) -> Result<MerkleTree, DatanetError> {
        Ok(MerkleTree::new(LeafDomain::Snapshot, self.entries.iter().map(ManifestEntry::leaf))?)
    }

    /// The contributions that the entries came with, by first entry.
    pub fn contributions(&self) -> Vec<ContributionId> {
        // A contribution is admitted as a whole, so its records stand together.
        let mut contributions: Vec<ContributionId> =
            self.entries.iter().map(|entry| entry.contribution).collect();
        contributions.dedup();
        contributions
    }

    /// The snapshot that this manifest describes, after the snapshot `parent` (zero for the first).
    ///
    /// # Errors
    /// As [`Manifest::tree`].
    pub fn snapshot(&self, parent: SnapshotId, time_s: u64) -> Result<Snapshot, DatanetError> {
        Ok(Snapshot {
            datanet: self.datanet,
            parent,
            root: self.tree()?.root(),
            records: u32::try_from(self.entries.len()).unwrap_or(u32::MAX),
            contributions: MerkleTree::new(LeafDomain::Ids, self.contributions())?.root(),
            licence: keccak256(&self.licence),
            timeS: time_s,
        })
    }
}

/// A snapshot with what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    /// The record that is anchored on chain.
    pub snapshot: Snapshot,
    /// What it holds.
    pub manifest: Manifest,
}

impl Frozen {
    /// The snapshot's id.
    pub fn id(&self) -> SnapshotId {
        self.snapshot.id()
    }
}

/// A record to be frozen, and where it is from.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// The record.
    pub record: &'a Record,
    /// Who gave it.
    pub contributor: Address,
    /// With which contribution.
    pub contribution: ContributionId,
}

/// Freezes `records`, in order of admission, after the snapshot `parent` (zero for the first).
///
/// # Errors
/// [`DatanetError::Merkle`] for more records than a tree holds.
pub fn freeze(
    datanet: DatanetId,
    parent: SnapshotId,
    records: &[Origin<'_>],
    time_s: u64,
    options: &Options,
) -> Result<Frozen, DatanetError> {
    let clusters = clusters(records.iter().map(|origin| origin.record), options);
    let entry = |((position, origin), cluster): ((u32, &Origin<'_>), u32)| ManifestEntry {
        record: origin.record.id(),
        contributor: origin.contributor,
        contribution: origin.contribution,
        cluster,
        position,
    };
    let manifest = Manifest {
        datanet,
        licence: conjunction(records.iter().map(|origin| origin.record.licence.as_str())),
        entries: (0..).zip(records).zip(clusters).map(entry).collect(),
    };
    Ok(Frozen { snapshot: manifest.snapshot(parent, time_s)?, manifest })
}
