//! The buffers of one example's forward and backward pass.

use crate::{
    attention::BLOCK,
    config::Config,
    llama::{Group, Llama},
    lora::Lora,
    train::Example,
};

/// Floats of logits that are held at once.
const LOGITS: usize = 1 << 20;

/// Buffers of one thread, reused from example to example; they only grow.
#[derive(Debug, Default)]
pub struct Workspace {
    /// Residual stream before each layer and after the last, `[length, d]` each.
    pub(super) stream: Vec<Vec<f32>>,
    pub(super) tapes: Vec<Tape>,
    pub(super) head: Head,
    pub(super) gradients: Gradients,
    length: usize,
}

/// What one layer keeps for its backward pass; all `[length, …]`.
#[derive(Debug, Default)]
pub(super) struct Tape {
    /// Normed input of attention, `d`.
    pub(super) attention_in: Vec<f32>,
    pub(super) attention_inverse: Vec<f32>,
    /// `query + 2·kv`, rotated.
    pub(super) qkv: Vec<f32>,
    /// `[heads, length]`
    pub(super) logsum: Vec<f32>,
    /// `query`
    pub(super) attended: Vec<f32>,
    /// Residual stream between the blocks, `d`.
    pub(super) middle: Vec<f32>,
    /// Normed input of the feed-forward block, `d`.
    pub(super) ffn_in: Vec<f32>,
    pub(super) ffn_inverse: Vec<f32>,
    /// `2·ffn`
    pub(super) gate_up: Vec<f32>,
    /// `ffn`
    pub(super) activated: Vec<f32>,
    /// `x Aᵀ` of each group, `modules·rank`.
    pub(super) z: [Vec<f32>; Group::ALL.len()],
}

/// Buffers of the output projection, `[supervised, …]`.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) positions: Vec<usize>,
    pub(super) targets: Vec<usize>,
    pub(super) stream: Vec<f32>,
    pub(super) normed: Vec<f32>,
    pub(super) inverse: Vec<f32>,
    pub(super) logits: Vec<f32>,
    pub(super) d_normed: Vec<f32>,
    pub(super) d_stream: Vec<f32>,
    pub(super) nats: Vec<f32>,
    /// Rows of `logits`.
    pub(super) rows: usize,
}

/// Buffers of the backward pass; all `[length, …]`.
#[derive(Debug, Default)]
pub(super) struct Gradients {
    /// By the residual stream, `d`.
    pub(super) stream: Vec<f32>,
    /// By a normed input, `d`.
    pub(super) normed: Vec<f32>,
    /// `query + 2·kv`
    pub(super) qkv: Vec<f32>,
    /// `query`
    pub(super) attended: Vec<f32>,
    /// `2·ffn`
    pub(super) gate_up: Vec<f32>,
    /// `ffn`
    pub(super) activated: Vec<f32>,
    /// By `x Aᵀ` of a group.
    pub(super) z: Vec<f32>,
    /// Attention weights of a block and their gradient, `2·BLOCK`.
    pub(super) scores: Vec<f32>,
}

impl Workspace {
    /// Empty buffers; the first example sizes them.
    pub fn new() -> Self {
        Self::default()
    }

    /// `−ln p(target)` of each supervised position of the last example, in nats.
    pub fn token_nats(&self) -> &[f32] {
        &self.head.nats
    }

    pub(super) fn length(&self) -> usize {
        self.length
    }

    pub(super) fn prepare(&mut self, model: &Llama, lora: Option<&Lora>, example: &Example) {
        let config = model.config();
        let length = example.inputs().len();
        self.length = length;
        self.stream.resize_with(config.layers + 1, Vec::new);
        self.tapes.resize_with(config.layers, Tape::default);
        for stream in &mut self.stream {
            grow(stream, length * config.hidden);
        }
        for tape in &mut self.tapes {
            tape.prepare(config, length);
            for (z, group) in tape.z.iter_mut().zip(Group::ALL) {
                grow(z, length * z_width(lora, group));
            }
        }
        self.head.prepare(config, example);
        self.gradients.prepare(config, length);
        let widest = Group::ALL.iter().map(|&group| z_width(lora, group)).max().unwrap_or(0);
        grow(&mut self.gradients.z, length * widest);
    }
}

impl Tape {
    fn prepare(&mut self, config: &Config, length: usize) {
        grow(&mut self.attention_in, length * config.hidden);
        grow(&mut self.attention_inverse, length);
        grow(&mut self.qkv, length * (config.query_width() + 2 * config.kv_width()));
        grow(&mut self.logsum, length * config.heads);
        grow(&mut self.attended, length * config.query_width());
        grow(&mut self.middle, length * config.hidden);
        grow(&mut self.ffn_in, length * config.hidden);
        grow(&mut self.ffn_inverse, length);
        grow(&mut self.gate_up, length * 2 * config.ffn);
        grow(&mut self.activated, length * config.ffn);
    }
}

impl Head {
    fn prepare(&mut self, config: &Config, example: &Example) {
        self.positions.clear();
        self.targets.clear();
        for (position, target) in example.targets().iter().enumerate() {
            if let Some(target) = target {
                self.positions.push(position);
                self.targets.push(*target as usize);
            }
        }
        let supervised = self.positions.len();
        self.rows = (LOGITS / config.vocabulary).max(16).min(supervised);
        grow(&mut self.logits, self.rows * config.vocabulary);
        for buffer in [&mut self.stream, &mut self.normed, &mut self.d_normed, &mut self.d_stream] {
            grow(buffer, supervised * config.hidden);
        }
        grow(&mut self.inverse, supervised);
        self.nats.clear();
    }
}

impl Gradients {
    fn prepare(&mut self, config: &Config, length: usize) {
        grow(&mut self.stream, length * config.hidden);
        grow(&mut self.normed, length * config.hidden);
        grow(&mut self.qkv, length * (config.query_width() + 2 * config.kv_width()));
        grow(&mut self.attended, length * config.query_width());
        grow(&mut self.gate_up, length * 2 * config.ffn);
        grow(&mut self.activated, length * config.ffn);
        grow(&mut self.scores, 2 * BLOCK * length);
    }
}

fn z_width(lora: Option<&Lora>, group: Group) -> usize {
    let Some(layout) = lora.map(Lora::layout) else { return 0 };
    layout.group(0, group).map_or(0, |group| group.modules.len() * layout.options().rank)
}

fn grow(buffer: &mut Vec<f32>, length: usize) {
    if buffer.len() < length {
        buffer.resize(length, 0.0);
    }
}
