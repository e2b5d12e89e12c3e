//! A Merkle Patricia trie that lives in memory and shares its unchanged parts between versions.
//!
//! Cloning a [`Trie`] costs one reference count. A write copies only the vertices on its path
//! that another version still uses, so the chain can prepare the next state beside the current
//! one and throw it away when the disk refuses the block. Each vertex keeps its own RLP
//! reference, so a new root hashes only what changed.
//!
//! Keys are always 32 bytes (hashes), hence no branch carries a value. Source: Ethereum yellow
//! paper, appendix D. The complete rebuild in `alloy-trie` is the oracle of the tests.

use std::sync::{Arc, OnceLock};

use alloy_primitives::{B256, Bytes, keccak256};
use alloy_trie::{
    EMPTY_ROOT_HASH, Nibbles, TrieMask,
    nodes::{BranchNodeRef, ExtensionNodeRef, LeafNodeRef, RlpNode},
};

mod build;
#[cfg(test)]
mod tests;

/// One version of a trie. The default is empty.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trie {
    root: Slot,
}

type Slot = Option<Arc<Vertex>>;

/// What a key maps to: the RLP value and, for an account, the trie of its storage.
#[derive(Clone, Debug, Default)]
pub(crate) struct Leaf {
    /// RLP encoding that is hashed.
    pub(crate) value: Vec<u8>,
    /// Storage of the account; empty in a storage trie.
    pub(crate) storage: Trie,
}

#[derive(Debug)]
struct Vertex {
    kind: Kind,
    /// RLP of the vertex, or of its hash from 32 bytes on; filled on first use.
    reference: OnceLock<RlpNode>,
}

#[derive(Clone, Debug)]
enum Kind {
    Leaf { path: Nibbles, leaf: Leaf },
    Extension { path: Nibbles, child: Arc<Vertex> },
    Branch { children: [Slot; 16] },
}

/// A copy exists to be changed, so it starts without a reference.
impl Clone for Vertex {
    fn clone(&self) -> Self {
        Self::new(self.kind.clone())
    }
}

impl Trie {
    /// The leaf under `key`.
    pub(crate) fn get(&self, key: B256) -> Option<&Leaf> {
        let mut slot = &self.root;
        let mut path = Nibbles::unpack(key);
        loop {
            match &slot.as_ref()?.kind {
                Kind::Leaf { path: own, leaf } => return (*own == path).then_some(leaf),
                Kind::Extension { path: own, child } => {
                    if !path.starts_with(own) {
                        return None;
                    }
                    path = path.slice(own.len()..);
                    let Kind::Branch { children } = &child.kind else { return None };
                    slot = &children[usize::from(path.first()?)];
                    path = path.slice(1..);
                }
                Kind::Branch { children } => {
                    slot = &children[usize::from(path.first()?)];
                    path = path.slice(1..);
                }
            }
        }
    }

    /// Sets the leaf under `key`.
    pub(crate) fn insert(&mut self, key: B256, leaf: Leaf) {
        insert(&mut self.root, Nibbles::unpack(key), leaf);
    }

    /// Removes the leaf under `key`; nothing happens when there is none.
    pub(crate) fn remove(&mut self, key: B256) {
        // Looking first keeps shared vertices shared when there is nothing to remove.
        if self.get(key).is_some() {
            remove(&mut self.root, Nibbles::unpack(key));
        }
    }

    /// Root hash.
    pub(crate) fn root(&self) -> B256 {
        let Some(vertex) = &self.root else { return EMPTY_ROOT_HASH };
        let reference = vertex.reference();
        reference.as_hash().unwrap_or_else(|| keccak256(reference.as_slice()))
    }

    /// RLP of the vertices from the root towards `key`, as in `eth_getProof`: it ends at the leaf,
    /// or at the vertex that shows that there is none. Vertices shorter than 32 bytes are part of
    /// their parent and not listed.
    pub(crate) fn proof(&self, key: B256) -> Vec<Bytes> {
        let mut proof = Vec::new();
        let mut next = self.root.as_ref();
        let mut path = Nibbles::unpack(key);
        while let Some(vertex) = next {
            let encoded = vertex.encode();
            if proof.is_empty() || encoded.len() >= 32 {
                proof.push(Bytes::from(encoded));
            }
            next = match &vertex.kind {
                Kind::Extension { path: own, child } if path.starts_with(own) => {
                    path = path.slice(own.len()..);
                    Some(child)
                }
                Kind::Leaf { .. } | Kind::Extension { .. } => None,
                Kind::Branch { children } => {
                    let Some(nibble) = path.first() else { break };
                    path = path.slice(1..);
                    children[usize::from(nibble)].as_ref()
                }
            };
        }
        proof
    }
}

impl Vertex {
    fn new(kind: Kind) -> Self {
        Self { kind, reference: OnceLock::new() }
    }

    fn leaf(path: Nibbles, leaf: Leaf) -> Arc<Self> {
        Arc::new(Self::new(Kind::Leaf { path, leaf }))
    }

    /// `child` behind `path`; an empty path needs no extension.
    fn extended(path: Nibbles, child: Arc<Self>) -> Arc<Self> {
        if path.is_empty() { child } else { Arc::new(Self::new(Kind::Extension { path, child })) }
    }

    fn reference(&self) -> &RlpNode {
        self.reference.get_or_init(|| RlpNode::from_rlp(&self.encode()))
    }

    fn encode(&self) -> Vec<u8> {
        // A branch of hashes has 532 bytes, a leaf of an account some 110.
        let mut rlp = Vec::with_capacity(match &self.kind {
            Kind::Branch { .. } => 544,
            Kind::Leaf { .. } | Kind::Extension { .. } => 128,
        });
        match &self.kind {
            Kind::Leaf { path, leaf } => {
                LeafNodeRef { key: path, value: &leaf.value }.rlp(&mut rlp);
            }
            Kind::Extension { path, child } => {
                ExtensionNodeRef { key: path, child: child.reference().as_slice() }.rlp(&mut rlp);
            }
            Kind::Branch { children } => {
                let mut mask = TrieMask::default();
                let mut stack = Vec::with_capacity(16);
                for (nibble, child) in (0u8..).zip(children) {
                    if let Some(child) = child {
                        mask.set_bit(nibble);
                        stack.push(child.reference().clone());
                    }
                }
                BranchNodeRef::new(&stack, mask).rlp(&mut rlp);
            }
        }
        rlp
    }
}

/// The vertex of a slot, private to this version and without its old reference.
fn unshare(vertex: &mut Arc<Vertex>) -> &mut Vertex {
    let vertex = Arc::make_mut(vertex);
    vertex.reference.take();
    vertex
}

fn insert(slot: &mut Slot, path: Nibbles, leaf: Leaf) {
    match slot {
        None => *slot = Some(Vertex::leaf(path, leaf)),
        Some(vertex) => insert_into(vertex, path, leaf),
    }
}

fn insert_into(vertex: &mut Arc<Vertex>, path: Nibbles, leaf: Leaf) {
    match &mut unshare(vertex).kind {
        Kind::Branch { children } => {
            let nibble = path.get_unchecked(0);
            insert(&mut children[usize::from(nibble)], path.slice(1..), leaf);
        }
        Kind::Extension { path: own, child } => {
            let shared = own.common_prefix_length(&path);
            if shared == own.len() {
                return insert_into(child, path.slice(shared..), leaf);
            }
            let (own, child) = (*own, Arc::clone(child));
            let below = Vertex::extended(own.slice(shared.saturating_add(1)..), child);
            *vertex = fork(path, shared, leaf, own.get_unchecked(shared), below);
        }
        Kind::Leaf { path: own, leaf: current } => {
            if *own == path {
                *current = leaf;
                return;
            }
            let (own, current) = (*own, current.clone());
            let shared = own.common_prefix_length(&path);
            let below = Vertex::leaf(own.slice(shared.saturating_add(1)..), current);
            *vertex = fork(path, shared, leaf, own.get_unchecked(shared), below);
        }
    }
}

/// A branch after the first `shared` nibbles of `path`, between the new leaf and what was there.
fn fork(
    path: Nibbles,
    shared: usize,
    leaf: Leaf,
    other_nibble: u8,
    other: Arc<Vertex>,
) -> Arc<Vertex> {
    let mut children: [Slot; 16] = Default::default();
    let below = path.slice(shared.saturating_add(1)..);
    children[usize::from(path.get_unchecked(shared))] = Some(Vertex::leaf(below, leaf));
    children[usize::from(other_nibble)] = Some(other);
    let branch = Arc::new(Vertex::new(Kind::Branch { children }));
    Vertex::extended(path.slice(..shared), branch)
}

/// Removes a leaf that is known to exist below `slot`.
fn remove(slot: &mut Slot, path: Nibbles) {
    let Some(vertex) = slot else { return };
    match &mut unshare(vertex).kind {
        Kind::Leaf { .. } => *slot = None,
        Kind::Extension { path: own, child } => {
            let mut below = Some(Arc::clone(child));
            remove(&mut below, path.slice(own.len()..));
            *slot = below.map(|below| joined(*own, below));
        }
        Kind::Branch { children } => {
            let nibble = path.get_unchecked(0);
            remove(&mut children[usize::from(nibble)], path.slice(1..));
            let mut left = (0u8..).zip(children).filter(|(_, child)| child.is_some());
            if let (Some((nibble, child)), None) = (left.next(), left.next()) {
                let nibble = Nibbles::from_nibbles([nibble]);
                *slot = child.take().map(|child| joined(nibble, child));
            }
        }
    }
}

/// `below` behind `path`, merged with it where the two would be one vertex.
fn joined(path: Nibbles, below: Arc<Vertex>) -> Arc<Vertex> {
    match &below.kind {
        Kind::Leaf { path: own, leaf } => Vertex::leaf(path.join(own), leaf.clone()),
        Kind::Extension { path: own, child } => Vertex::extended(path.join(own), Arc::clone(child)),
        Kind::Branch { .. } => Vertex::extended(path, below),
    }
}
