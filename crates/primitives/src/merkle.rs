//! Merkle tree with double-hashed, domain-separated leaves and positions.
//!
//! ```text
//! leaf   = keccak256(0x00 ‖ keccak256(domain) ‖ keccak256(data))
//! vertex = keccak256(0x01 ‖ left ‖ right)
//! ```
//!
//! Leaves are padded with zero words to the next power of two, so a proof has one sibling per level
//! and the bits of the leaf's index say on which side. A leaf can never be read as a vertex (first
//! byte), nor as a leaf of another kind of tree (domain).

use alloy_primitives::{B256, Keccak256, keccak256};

use crate::error::MerkleError;

/// Levels that a proof may have at most.
pub(crate) const DEPTH_MAX: u32 = 32;

/// What the leaves of a tree are; part of every leaf's hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeafDomain {
    /// Records of a contribution's file.
    Contribution,
    /// Admitted records of a snapshot.
    Snapshot,
    /// Ids of contributions, of attribution receipts, or of other records.
    Ids,
    /// Rows of an influence index.
    InfluenceIndex,
    /// `(account, cumulative amount)` pairs of a payout.
    Payout,
    /// Answers that a payout pays, each with its lines.
    Answers,
}

impl LeafDomain {
    /// The domain's name; its keccak-256 is what enters the leaf.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Contribution => "openledger.contribution.v1",
            Self::Snapshot => "openledger.snapshot.v1",
            Self::Ids => "openledger.ids.v1",
            Self::InfluenceIndex => "openledger.influence-index.v1",
            Self::Payout => "openledger.payout.v1",
            Self::Answers => "openledger.answers.v1",
        }
    }
}

/// Hash of a leaf of kind `domain` that holds `data`.
pub fn merkle_leaf(domain: LeafDomain, data: &[u8]) -> B256 {
    let mut hasher = Keccak256::new();
    hasher.update([0x00]);
    hasher.update(keccak256(domain.name()));
    hasher.update(keccak256(data));
    hasher.finalize()
}

fn vertex(left: B256, right: B256) -> B256 {
    let mut hasher = Keccak256::new();
    hasher.update([0x01]);
    hasher.update(left);
    hasher.update(right);
    hasher.finalize()
}

/// A complete binary tree over hashed leaves.
#[derive(Debug, Clone)]
pub struct MerkleTree {
    /// `levels[0]` are the padded leaves, the last level is the root alone.
    levels: Vec<Vec<B256>>,
    leaves: usize,
}

impl MerkleTree {
    /// The tree over `data` in the given order; the root of an empty tree is zero.
    ///
    /// # Errors
    /// [`MerkleError::TooManyLeaves`] above 2³² leaves.
    pub fn new<T: AsRef<[u8]>>(
        domain: LeafDomain,
        data: impl IntoIterator<Item = T>,
    ) -> Result<Self, MerkleError> {
        let leaves: Vec<B256> =
            data.into_iter().map(|bytes| merkle_leaf(domain, bytes.as_ref())).collect();
        Self::from_leaves(leaves)
    }

    fn from_leaves(mut level: Vec<B256>) -> Result<Self, MerkleError> {
        let leaves = level.len();
        if leaves.next_power_of_two().trailing_zeros() > DEPTH_MAX {
            return Err(MerkleError::TooManyLeaves { leaves });
        }
        level.resize(leaves.next_power_of_two(), B256::ZERO);
        let mut levels = vec![level];
        while let Some(below) = levels.last().filter(|level| level.len() > 1) {
            levels.push(below.chunks_exact(2).map(|pair| vertex(pair[0], pair[1])).collect());
        }
        Ok(Self { levels, leaves })
    }

    /// The root; zero for an empty tree.
    pub fn root(&self) -> B256 {
        self.levels.last().and_then(|level| level.first()).copied().unwrap_or_default()
    }

    /// How many leaves were given.
    pub const fn len(&self) -> usize {
        self.leaves
    }

    /// Whether no leaf was given.
    pub const fn is_empty(&self) -> bool {
        self.leaves == 0
    }

    /// Proof of leaf `index`.
    ///
    /// # Errors
    /// [`MerkleError::NoSuchLeaf`] past the last given leaf.
    pub fn proof(&self, index: usize) -> Result<MerkleProof, MerkleError> {
        if index >= self.leaves {
            return Err(MerkleError::NoSuchLeaf { index, leaves: self.leaves });
        }
        let below_root = &self.levels[..self.levels.len() - 1];
        let siblings =
            below_root.iter().enumerate().map(|(height, level)| level[(index >> height) ^ 1]);
        Ok(MerkleProof { index: index as u64, siblings: siblings.collect() })
    }
}

/// The way from one leaf to the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MerkleProof {
    /// 0-based position of the leaf.
    pub index: u64,
    /// One sibling per level, from the leaf up.
    pub siblings: Vec<B256>,
}

impl MerkleProof {
    /// The root that `data` at this position leads to; `None` if the index needs more levels.
    pub fn root(&self, domain: LeafDomain, data: &[u8]) -> Option<B256> {
        let depth = u32::try_from(self.siblings.len()).ok().filter(|depth| *depth <= DEPTH_MAX)?;
        if self.index >> depth != 0 {
            return None;
        }
        let climb = |below, (height, sibling): (usize, &B256)| {
            if (self.index >> height) & 1 == 0 {
                vertex(below, *sibling)
            } else {
                vertex(*sibling, below)
            }
        };
        Some(self.siblings.iter().enumerate().fold(merkle_leaf(domain, data), climb))
    }

    /// Checks that `data` is the leaf at this position of the tree with `root`.
    ///
    /// # Errors
    /// [`MerkleError::WrongRoot`] when it is not.
    pub fn verify(&self, root: B256, domain: LeafDomain, data: &[u8]) -> Result<(), MerkleError> {
        if self.root(domain, data) == Some(root) {
            return Ok(());
        }
        Err(MerkleError::WrongRoot { index: self.index })
    }
}
