//! Keys and values of the tokens read so far.

use std::ops::Range;

use crate::config::Config;

/// The keys and values of one sequence in every layer.
///
/// Layout of each: `[layer, kv_head, capacity, head_width]`. A cache belongs
/// to the network and the adapter that filled it; a clone continues the same
/// prefix independently.
#[derive(Debug, Clone)]
pub struct KvCache {
    kv_heads: usize,
    head_width: usize,
    capacity: usize,
    pub(crate) length: usize,
    keys: Vec<f32>,
    values: Vec<f32>,
}

impl KvCache {
    /// An empty cache for `capacity` tokens, or for the network's context if that is less.
    pub fn new(config: &Config, capacity: usize) -> Self {
        let capacity = capacity.min(config.context);
        let size = config.layers * config.kv_width() * capacity;
        Self {
            kv_heads: config.kv_heads,
            head_width: config.head_width,
            capacity,
            length: 0,
            keys: vec![0.0; size],
            values: vec![0.0; size],
        }
    }

    /// Number of tokens read so far.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether nothing was read yet.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Number of tokens that fit.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Size of the keys and values in memory, in bytes.
    pub fn bytes(&self) -> usize {
        (self.keys.len() + self.values.len()) * size_of::<f32>()
    }

    /// Forgets all tokens after the first `length`.
    pub fn truncate(&mut self, length: usize) {
        self.length = self.length.min(length);
    }

    /// Stores the keys and values `[kv_heads, head_width]` of one position.
    pub(crate) fn store(&mut self, layer: usize, position: usize, keys: &[f32], values: &[f32]) {
        let width = self.head_width;
        for head in 0..self.kv_heads {
            let place = self.rows(layer, head, position..position + 1);
            self.keys[place.clone()].copy_from_slice(&keys[head * width..][..width]);
            self.values[place].copy_from_slice(&values[head * width..][..width]);
        }
    }

    /// The first `length` keys of one head, `[length, head_width]`.
    pub(crate) fn keys(&self, layer: usize, kv_head: usize, length: usize) -> &[f32] {
        &self.keys[self.rows(layer, kv_head, 0..length)]
    }

    /// The first `length` values of one head, `[length, head_width]`.
    pub(crate) fn values(&self, layer: usize, kv_head: usize, length: usize) -> &[f32] {
        &self.values[self.rows(layer, kv_head, 0..length)]
    }

    fn rows(&self, layer: usize, kv_head: usize, positions: Range<usize>) -> Range<usize> {
        let first = (layer * self.kv_heads + kv_head) * self.capacity;
        (first + positions.start) * self.head_width..(first + positions.end) * self.head_width
    }
}
