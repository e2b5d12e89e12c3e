//! Merkle tree whose vertices carry the sum of the amounts below them.
//!
//! ```text
//! leaf    = (keccak256(0x00 ‖ keccak256(domain) ‖ keccak256(data)), amount)
//! vertex  = (keccak256(0x02 ‖ left.hash ‖ left.sum ‖ right.hash ‖ right.sum), left.sum + right.sum)
//! padding = (0, 0)
//! ```
//!
//! Sums are hashed as 16 big-endian bytes. Positions are those of
//! [`MerkleTree`](crate::MerkleTree): leaves are padded to the next power of two and the bits of a
//! leaf's index say on which side its siblings are. A proof states the sums beside its way up, so
//! whoever checks one leaf against the root *and* the total knows that all leaves together cannot
//! hold more than the total, whatever else the tree contains (proof of liabilities; Chalkias et
//! al., "Distributed Auditing Proofs of Liabilities", 2020, with each sum under its parent's hash).

use alloy_primitives::{B256, Keccak256};

use crate::amount::Wei;
use crate::error::MerkleError;
use crate::merkle::{DEPTH_MAX, LeafDomain, merkle_leaf};

/// One vertex: its hash and the sum of the amounts below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SumVertex {
    /// Its hash; of a leaf, that of its data.
    pub hash: B256,
    /// What the leaves below it hold together.
    pub sum: Wei,
}

impl SumVertex {
    /// The vertex above these two.
    fn above(left: Self, right: Self) -> Result<Self, MerkleError> {
        let mut hasher = Keccak256::new();
        hasher.update([0x02]);
        for side in [left, right] {
            hasher.update(side.hash);
            hasher.update(side.sum.get().to_be_bytes());
        }
        let sum = left.sum.checked_add(right.sum).ok().ok_or(MerkleError::SumTooLarge)?;
        Ok(Self { hash: hasher.finalize(), sum })
    }
}

/// A complete binary tree over leaves that hold an amount each.
#[derive(Debug, Clone)]
pub struct MerkleSumTree {
    /// `levels[0]` are the padded leaves, the last level is the root alone.
    levels: Vec<Vec<SumVertex>>,
    leaves: usize,
}

impl MerkleSumTree {
    /// The tree over `leaves`, each the data to hash and the amount that it holds, in the given
    /// order.
    ///
    /// # Errors
    /// [`MerkleError::TooManyLeaves`] above 2³² leaves, [`MerkleError::SumTooLarge`] past 128 bits.
    pub fn new<T: AsRef<[u8]>>(
        domain: LeafDomain,
        leaves: impl IntoIterator<Item = (T, Wei)>,
    ) -> Result<Self, MerkleError> {
        let leaf =
            |(data, sum): (T, Wei)| SumVertex { hash: merkle_leaf(domain, data.as_ref()), sum };
        let mut level: Vec<SumVertex> = leaves.into_iter().map(leaf).collect();
        let leaves = level.len();
        if leaves.next_power_of_two().trailing_zeros() > DEPTH_MAX {
            return Err(MerkleError::TooManyLeaves { leaves });
        }
        level.resize(leaves.next_power_of_two(), SumVertex::default());
        let mut levels = vec![level];
        while let Some(below) = levels.last().filter(|level| level.len() > 1) {
            let above = below.chunks_exact(2).map(|pair| SumVertex::above(pair[0], pair[1]));
            levels.push(above.collect::<Result<_, _>>()?);
        }
        Ok(Self { levels, leaves })
    }

    /// The root and the total; zero and zero for an empty tree.
    pub fn root(&self) -> SumVertex {
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
    pub fn proof(&self, index: usize) -> Result<MerkleSumProof, MerkleError> {
        if index >= self.leaves {
            return Err(MerkleError::NoSuchLeaf { index, leaves: self.leaves });
        }
        let below_root = &self.levels[..self.levels.len() - 1];
        let siblings =
            below_root.iter().enumerate().map(|(height, level)| level[(index >> height) ^ 1]);
        Ok(MerkleSumProof { index: index as u64, siblings: siblings.collect() })
    }
}

/// The way from one leaf to the root, with what stands beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MerkleSumProof {
    /// 0-based position of the leaf.
    pub index: u64,
    /// One sibling per level, from the leaf up.
    pub siblings: Vec<SumVertex>,
}

impl MerkleSumProof {
    /// The root that `data` with `amount` at this position leads to; `None` if the index needs more
    /// levels or the sums do not fit 128 bits.
    pub fn root(&self, domain: LeafDomain, data: &[u8], amount: Wei) -> Option<SumVertex> {
        let depth = u32::try_from(self.siblings.len()).ok().filter(|depth| *depth <= DEPTH_MAX)?;
        if self.index >> depth != 0 {
            return None;
        }
        let leaf = SumVertex { hash: merkle_leaf(domain, data), sum: amount };
        let climb = |below, (height, sibling): (usize, &SumVertex)| {
            let (left, right) =
                if (self.index >> height) & 1 == 0 { (below, *sibling) } else { (*sibling, below) };
            SumVertex::above(left, right).ok()
        };
        self.siblings.iter().enumerate().try_fold(leaf, climb)
    }

    /// Checks that `data` with `amount` is the leaf at this position of the tree with `root`, its
    /// total included.
    ///
    /// # Errors
    /// [`MerkleError::WrongRoot`] when it is not.
    pub fn verify(
        &self,
        root: SumVertex,
        domain: LeafDomain,
        data: &[u8],
        amount: Wei,
    ) -> Result<(), MerkleError> {
        if self.root(domain, data, amount) == Some(root) {
            return Ok(());
        }
        Err(MerkleError::WrongRoot { index: self.index })
    }
}
