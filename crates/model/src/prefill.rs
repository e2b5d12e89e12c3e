//! Reading many tokens at once, by matrix products.

use crate::{
    attention::{BLOCK, Block},
    cache::KvCache,
    decode::Decode,
    error::SequenceError,
    kernel,
    llama::{Group, Llama},
    lora::Lora,
    matrix::{Into, Matrix, MatrixMut, multiply},
};

/// Tokens per pass; bounds the buffers.
const CHUNK: usize = 256;

/// Buffers of one pass, `[rows, …]`.
struct Buffers {
    stream: Vec<f32>,
    normed: Vec<f32>,
    inverse: Vec<f32>,
    qkv: Vec<f32>,
    attended: Vec<f32>,
    gate_up: Vec<f32>,
    activated: Vec<f32>,
    z: Vec<f32>,
    logsum: Vec<f32>,
    scores: Vec<f32>,
}

impl Llama {
    /// Appends `tokens` to the cache and returns the logits after the last, `[vocabulary]`.
    ///
    /// A single token takes the path of [`Self::decode`].
    ///
    /// # Errors
    /// No token, a token outside the vocabulary, or more than the cache can hold.
    /// The cache is unchanged then.
    pub fn forward(
        &self,
        lora: Option<&Lora>,
        tokens: &[u32],
        cache: &mut KvCache,
    ) -> Result<Vec<f32>, SequenceError> {
        if let &[token] = tokens {
            return self.decode(&mut [Decode { lora, token, cache }]);
        }
        self.check_room(tokens, cache)?;
        let mut last = Vec::new();
        for tokens in tokens.chunks(CHUNK) {
            last = self.prefill(lora, tokens, cache);
        }
        let row = last.len() - self.config.hidden;
        let mut logits = vec![0.0; self.config.vocabulary];
        let normed = self.final_norm(&last[row..]);
        let output = &self.weights[self.layout.output()];
        kernel::matrix_rows(&mut logits, output, &normed, self.config.hidden);
        Ok(logits)
    }

    /// Appends `tokens` to the cache and returns the logits after each, `[tokens, vocabulary]`.
    ///
    /// # Errors
    /// As [`Self::forward`].
    pub fn forward_all(
        &self,
        lora: Option<&Lora>,
        tokens: &[u32],
        cache: &mut KvCache,
    ) -> Result<Vec<f32>, SequenceError> {
        self.check_room(tokens, cache)?;
        let (width, vocabulary) = (self.config.hidden, self.config.vocabulary);
        let output = Matrix::dense(&self.weights[self.layout.output()], vocabulary, width);
        let mut logits = vec![0.0; tokens.len() * vocabulary];
        let chunks = tokens.chunks(CHUNK).zip(logits.chunks_mut(CHUNK * vocabulary));
        for (tokens, logits) in chunks {
            let normed = self.final_norm(&self.prefill(lora, tokens, cache));
            let logits = MatrixMut::dense(logits, tokens.len(), vocabulary);
            let normed = Matrix::dense(&normed, tokens.len(), width);
            multiply(logits, Into::Overwrite, 1.0, normed, output.t());
        }
        Ok(logits)
    }

    fn check_room(&self, tokens: &[u32], cache: &KvCache) -> Result<(), SequenceError> {
        if tokens.is_empty() {
            return Err(SequenceError::Empty);
        }
        let (positions, capacity) = (cache.len() + tokens.len(), cache.capacity());
        if positions > capacity {
            return Err(SequenceError::Capacity { positions, capacity });
        }
        self.check_tokens(tokens.iter().copied())
    }

    pub(crate) fn final_norm(&self, stream: &[f32]) -> Vec<f32> {
        let gain = &self.weights[self.layout.final_norm()];
        let mut normed = vec![0.0; stream.len()];
        let mut inverse = vec![0.0; stream.len() / self.config.hidden];
        kernel::rms_norm(stream, gain, self.config.norm_epsilon, &mut normed, &mut inverse);
        normed
    }

    /// Reads a chunk; returns the last residual stream `[tokens, d]`.
    fn prefill(&self, lora: Option<&Lora>, tokens: &[u32], cache: &mut KvCache) -> Vec<f32> {
        let config = &self.config;
        let embedding = &self.weights[self.layout.embedding()];
        let mut buffers = self.buffers(lora, tokens.len(), cache.len() + tokens.len());
        for (row, &token) in buffers.stream.chunks_exact_mut(config.hidden).zip(tokens) {
            row.copy_from_slice(&embedding[token as usize * config.hidden..][..config.hidden]);
        }
        for layer in 0..config.layers {
            self.prefill_attention(lora, layer, cache, &mut buffers);
            self.prefill_ffn(lora, layer, &mut buffers);
        }
        cache.length += tokens.len();
        buffers.stream
    }

    fn buffers(&self, lora: Option<&Lora>, rows: usize, seen: usize) -> Buffers {
        let config = &self.config;
        let rank = lora.map_or(0, |lora| lora.layout().options().rank);
        let zeros = |width: usize| vec![0.0; rows * width];
        Buffers {
            stream: zeros(config.hidden),
            normed: zeros(config.hidden),
            inverse: zeros(1),
            qkv: zeros(config.query_width() + 2 * config.kv_width()),
            attended: zeros(config.query_width()),
            gate_up: zeros(2 * config.ffn),
            activated: zeros(config.ffn),
            z: zeros(3 * rank),
            logsum: vec![0.0; BLOCK],
            scores: vec![0.0; BLOCK * seen],
        }
    }

    fn prefill_attention(
        &self,
        lora: Option<&Lora>,
        layer: usize,
        cache: &mut KvCache,
        buffers: &mut Buffers,
    ) {
        let config = &self.config;
        let Buffers { stream, normed, inverse, qkv, z, .. } = &mut *buffers;
        let rows = inverse.len();
        let gain = &self.weights[self.layout.attention_norm(layer)];
        kernel::rms_norm(stream, gain, config.norm_epsilon, normed, inverse);
        self.group_forward(lora, (layer, Group::Qkv), normed, Into::Overwrite, (qkv, z));
        let start = cache.len();
        self.rotate_rows(qkv, start..start + rows, 1.0);
        let (query, kv) = (config.query_width(), config.kv_width());
        for (i, row) in qkv.chunks_exact(query + 2 * kv).enumerate() {
            let (keys, values) = row[query..].split_at(kv);
            cache.store(layer, start + i, keys, values);
        }
        for head in 0..config.heads {
            self.prefill_head(layer, head, cache, buffers);
        }
        let Buffers { stream, attended, z, .. } = buffers;
        self.group_forward(lora, (layer, Group::Output), attended, Into::Add, (stream, z));
    }

    fn prefill_head(&self, layer: usize, head: usize, cache: &KvCache, buffers: &mut Buffers) {
        let config = &self.config;
        let width = config.head_width;
        let (stride, all) = (config.query_width() + 2 * config.kv_width(), buffers.inverse.len());
        let kv_head = head / (config.heads / config.kv_heads);
        for first in (0..all).step_by(BLOCK) {
            let rows = BLOCK.min(all - first);
            let seen = cache.len() + first + rows;
            let query = &buffers.qkv[first * stride + head * width..];
            let block = Block {
                query: Matrix::new(query, rows, width, stride),
                key: Matrix::dense(cache.keys(layer, kv_head, seen), seen, width),
                value: Matrix::dense(cache.values(layer, kv_head, seen), seen, width),
                rows,
                seen,
                scale: 1.0 / (width as f32).sqrt(),
            };
            let out = &mut buffers.attended[first * config.query_width() + head * width..];
            let out = MatrixMut::new(out, rows, width, config.query_width());
            block.forward(out, &mut buffers.logsum[..rows], &mut buffers.scores);
        }
    }

    fn prefill_ffn(&self, lora: Option<&Lora>, layer: usize, buffers: &mut Buffers) {
        let config = &self.config;
        let Buffers { stream, normed, inverse, gate_up, activated, z, .. } = buffers;
        let gain = &self.weights[self.layout.ffn_norm(layer)];
        kernel::rms_norm(stream, gain, config.norm_epsilon, normed, inverse);
        self.group_forward(lora, (layer, Group::GateUp), normed, Into::Overwrite, (gate_up, z));
        kernel::silu_multiply(gate_up, config.ffn, activated);
        self.group_forward(lora, (layer, Group::Down), activated, Into::Add, (stream, z));
    }
}
