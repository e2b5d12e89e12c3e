//! A trie from all its leaves at once, several times as fast as one insertion after the other.

use std::sync::Arc;

use alloy_primitives::B256;
use alloy_trie::Nibbles;

use super::{Kind, Leaf, Slot, Trie, Vertex};

/// Fewer leaves than this are not worth a thread.
const PER_WORKER_MIN: usize = 4_096;

impl Trie {
    /// The trie of these leaves, whose keys differ, in any order. Its hashes are computed on
    /// `workers` threads, which end before this returns.
    pub(crate) fn from_leaves(mut leaves: Vec<(B256, Leaf)>, workers: usize) -> Self {
        leaves.sort_unstable_by_key(|(key, _)| *key);
        let workers = workers.min(leaves.len() / PER_WORKER_MIN);
        let mut parts: Vec<&mut [(B256, Leaf)]> =
            leaves.chunk_by_mut(|(one, _), (next, _)| one[0] >> 4 == next[0] >> 4).collect();
        if workers < 2 || parts.len() < 2 {
            return Self { root: subtrie(&mut leaves, 0) };
        }
        // Keys are hashes: each first nibble has about as many.
        let share = parts.len().div_ceil(workers);
        let built = std::thread::scope(|scope| {
            let build = |parts: &mut [&mut [(B256, Leaf)]]| -> Vec<(usize, Slot)> {
                let built = parts.iter_mut().map(|part| (first_nibble(part), hashed(part)));
                built.collect()
            };
            let threads = parts.chunks_mut(share).map(|parts| scope.spawn(move || build(parts)));
            let threads: Vec<_> = threads.collect();
            let built = threads.into_iter().map(|thread| thread.join().expect("it only hashes"));
            built.flatten().collect::<Vec<_>>()
        });
        let mut children: [Slot; 16] = Default::default();
        for (nibble, slot) in built {
            children[nibble] = slot;
        }
        Self { root: Some(Arc::new(Vertex::new(Kind::Branch { children }))) }
    }
}

fn first_nibble(part: &[(B256, Leaf)]) -> usize {
    part.first().map_or(0, |(key, _)| usize::from(key[0] >> 4))
}

/// The subtrie below the first nibble, with its hashes.
fn hashed(part: &mut [(B256, Leaf)]) -> Slot {
    let slot = subtrie(part, 1);
    if let Some(vertex) = &slot {
        vertex.reference();
    }
    slot
}

/// The trie of sorted leaves whose keys agree in the first `depth` nibbles.
fn subtrie(leaves: &mut [(B256, Leaf)], depth: usize) -> Slot {
    let (first, last) = (leaves.first()?.0, leaves.last()?.0);
    let first = Nibbles::unpack(first).slice(depth..);
    if let [(_, leaf)] = leaves {
        return Some(Vertex::leaf(first, std::mem::take(leaf)));
    }
    let shared = first.common_prefix_length(&Nibbles::unpack(last).slice(depth..));
    let at = depth.saturating_add(shared);
    let mut children: [Slot; 16] = Default::default();
    for part in leaves.chunk_by_mut(|(one, _), (next, _)| nibble(one, at) == nibble(next, at)) {
        if let Some(index) = part.first().map(|(key, _)| nibble(key, at)) {
            children[index] = subtrie(part, at.saturating_add(1));
        }
    }
    let branch = Arc::new(Vertex::new(Kind::Branch { children }));
    Some(Vertex::extended(first.slice(..shared), branch))
}

fn nibble(key: &B256, index: usize) -> usize {
    let byte = key.get(index / 2).copied().unwrap_or_default();
    usize::from(if index.is_multiple_of(2) { byte >> 4 } else { byte & 0x0f })
}
