//! One more token for each of some sequences, every one with its own adapter.

use crate::{
    cache::KvCache,
    error::SequenceError,
    kernel,
    llama::{Group, Llama},
    lora::Lora,
};

/// One sequence of a decoding step.
#[derive(Debug)]
pub struct Decode<'a> {
    /// Its adapter, if any.
    pub lora: Option<&'a Lora>,
    /// The token to be read.
    pub token: u32,
    /// The tokens before it; the token is appended.
    pub cache: &'a mut KvCache,
}

/// Buffers of one step, `[rows, …]`.
struct Buffers {
    stream: Vec<f32>,
    normed: Vec<f32>,
    inverse: Vec<f32>,
    qkv: Vec<f32>,
    attended: Vec<f32>,
    gate_up: Vec<f32>,
    activated: Vec<f32>,
    delta: Vec<f32>,
    scores: Vec<f32>,
}

impl Llama {
    /// Reads one token in each sequence and returns the logits after it, `[rows, vocabulary]`.
    ///
    /// A sequence gets the same bits whatever the other sequences are: the
    /// weights are read once for all rows, but every sum runs as if alone.
    ///
    /// # Errors
    /// No row, a token outside the vocabulary, or a full cache. The caches
    /// are unchanged then.
    pub fn decode(&self, rows: &mut [Decode<'_>]) -> Result<Vec<f32>, SequenceError> {
        if rows.is_empty() {
            return Err(SequenceError::Empty);
        }
        self.check_tokens(rows.iter().map(|row| row.token))?;
        if let Some(full) = rows.iter().find(|row| row.cache.len() >= row.cache.capacity()) {
            let capacity = full.cache.capacity();
            return Err(SequenceError::Capacity { positions: capacity + 1, capacity });
        }
        let width = self.config.hidden;
        let mut buffers = self.decode_buffers(rows);
        for layer in 0..self.config.layers {
            self.decode_attention(layer, rows, &mut buffers);
            self.decode_ffn(layer, rows, &mut buffers);
        }
        for row in rows.iter_mut() {
            row.cache.length += 1;
        }
        let mut logits = vec![0.0; rows.len() * self.config.vocabulary];
        let normed = self.final_norm(&buffers.stream);
        kernel::matrix_rows(&mut logits, &self.weights[self.layout.output()], &normed, width);
        Ok(logits)
    }

    fn decode_buffers(&self, rows: &[Decode<'_>]) -> Buffers {
        let config = &self.config;
        let embedding = &self.weights[self.layout.embedding()];
        let token_row =
            |row: &Decode<'_>| &embedding[row.token as usize * config.hidden..][..config.hidden];
        let longest = rows.iter().map(|row| row.cache.len() + 1).max().unwrap_or(1);
        let zeros = |width: usize| vec![0.0; rows.len() * width];
        Buffers {
            stream: rows.iter().flat_map(token_row).copied().collect(),
            normed: zeros(config.hidden),
            inverse: zeros(1),
            qkv: zeros(config.query_width() + 2 * config.kv_width()),
            attended: zeros(config.query_width()),
            gate_up: zeros(2 * config.ffn),
            activated: zeros(config.ffn),
            delta: zeros(config.hidden),
            scores: vec![0.0; longest],
        }
    }

    fn decode_attention(&self, layer: usize, rows: &mut [Decode<'_>], buffers: &mut Buffers) {
        let config = &self.config;
        let Buffers { stream, normed, inverse, qkv, attended, delta, scores, .. } = buffers;
        let gain = &self.weights[self.layout.attention_norm(layer)];
        kernel::rms_norm(stream, gain, config.norm_epsilon, normed, inverse);
        self.group_rows((layer, Group::Qkv), rows, normed, qkv);
        let (query, kv) = (config.query_width(), config.kv_width());
        let each = qkv.chunks_exact_mut(query + 2 * kv).zip(attended.chunks_exact_mut(query));
        for (row, (qkv, attended)) in rows.iter_mut().zip(each) {
            let position = row.cache.len();
            self.rotate_row(&mut qkv[..query + kv], position, 1.0);
            let (keys, values) = qkv[query..].split_at(kv);
            row.cache.store(layer, position, keys, values);
            self.attend(layer, row.cache, &qkv[..query], attended, scores);
        }
        self.group_rows((layer, Group::Output), rows, attended, delta);
        kernel::add_scaled(stream, 1.0, delta);
    }

    /// Attention of the newest position of one sequence.
    fn attend(
        &self,
        layer: usize,
        cache: &KvCache,
        query: &[f32],
        out: &mut [f32],
        scores: &mut [f32],
    ) {
        let config = &self.config;
        let width = config.head_width;
        let seen = cache.len() + 1;
        let scores = &mut scores[..seen];
        let scale = 1.0 / (width as f32).sqrt();
        let heads = query.chunks_exact(width).zip(out.chunks_exact_mut(width));
        for (head, (query, out)) in heads.enumerate() {
            let kv_head = head / (config.heads / config.kv_heads);
            kernel::matrix_rows(scores, cache.keys(layer, kv_head, seen), query, width);
            kernel::softmax_causal(scores, seen, seen, scale, &mut [0.0]);
            kernel::weighted_sum(out, scores, cache.values(layer, kv_head, seen));
        }
    }

    fn decode_ffn(&self, layer: usize, rows: &[Decode<'_>], buffers: &mut Buffers) {
        let config = &self.config;
        let Buffers { stream, normed, inverse, gate_up, activated, delta, .. } = buffers;
        let gain = &self.weights[self.layout.ffn_norm(layer)];
        kernel::rms_norm(stream, gain, config.norm_epsilon, normed, inverse);
        self.group_rows((layer, Group::GateUp), rows, normed, gate_up);
        kernel::silu_multiply(gate_up, config.ffn, activated);
        self.group_rows((layer, Group::Down), rows, activated, delta);
        kernel::add_scaled(stream, 1.0, delta);
    }

    /// `out = W x + s·B(A x)` for each row, each with its own `A` and `B`.
    fn group_rows(
        &self,
        (layer, group): (usize, Group),
        rows: &[Decode<'_>],
        x: &[f32],
        out: &mut [f32],
    ) {
        let (outputs, inputs) = self.layout.group_shape(group);
        kernel::matrix_rows(out, &self.weights[self.layout.group(layer, group)], x, inputs);
        let each = x.chunks_exact(inputs).zip(out.chunks_exact_mut(outputs));
        for (row, (x, out)) in rows.iter().zip(each) {
            let Some(lora) = row.lora else { continue };
            let Some(adapted) = lora.layout().group(layer, group) else { continue };
            let rank = lora.layout().options().rank;
            let mut z = vec![0.0; adapted.modules.len() * rank];
            kernel::matrix_rows(&mut z, &lora.parameters()[adapted.a.clone()], x, inputs);
            for (module, z) in adapted.modules.iter().zip(z.chunks_exact(rank)) {
                let column = self.layout.column(group, module.target);
                let out = &mut out[column..column + module.outputs];
                let b = &lora.parameters()[module.b.clone()];
                kernel::add_low_rank(out, b, z, lora.layout().scale());
            }
        }
    }
}
