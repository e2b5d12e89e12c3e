//! The weights, in one flat vector.

use std::ops::Range;

use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};

use crate::{
    aligned::Aligned,
    config::Config,
    error::ConfigError,
    lora::{Lora, Target},
};

/// A Llama-family network in `f32`.
///
/// All weights lie in one vector in the order of [`Layout`], so a gradient or
/// an optimizer moment is a vector of the same length.
#[derive(Debug, Clone)]
pub struct Llama {
    pub(crate) config: Config,
    pub(crate) layout: Layout,
    pub(crate) weights: Aligned,
    pub(crate) rope: Rope,
}

/// Where each tensor lies in the flat vector of weights.
///
/// Order: embedding `[vocabulary, d]`; then for each layer the attention norm
/// `[d]`, q, k, v `[out, d]`, o `[d, query]`, the feed-forward norm `[d]`,
/// gate, up `[ffn, d]`, down `[d, ffn]`; then the final norm `[d]` and, unless
/// tied, the output projection `[vocabulary, d]`. Every matrix is row-major
/// `[out, in]`. q, k, v and gate, up are adjacent, so that each group is one
/// matrix product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    hidden: usize,
    query: usize,
    kv: usize,
    ffn: usize,
    layers: usize,
    vocabulary: usize,
    tied: bool,
}

/// Matrices that read the same input, adjacent in the layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    /// q, k, v
    Qkv,
    /// o
    Output,
    /// gate, up
    GateUp,
    /// down
    Down,
}

impl Group {
    pub(crate) const ALL: [Self; 4] = [Self::Qkv, Self::Output, Self::GateUp, Self::Down];

    pub(crate) fn targets(self) -> &'static [Target] {
        match self {
            Self::Qkv => &[Target::Q, Target::K, Target::V],
            Self::Output => &[Target::O],
            Self::GateUp => &[Target::Gate, Target::Up],
            Self::Down => &[Target::Down],
        }
    }
}

impl Layout {
    /// The layout of a configuration.
    pub fn new(config: &Config) -> Self {
        Self {
            hidden: config.hidden,
            query: config.query_width(),
            kv: config.kv_width(),
            ffn: config.ffn,
            layers: config.layers,
            vocabulary: config.vocabulary,
            tied: config.tied,
        }
    }

    /// Number of weights.
    pub fn total(&self) -> usize {
        self.output().end.max(self.final_norm().end)
    }

    /// The embedding `[vocabulary, d]`.
    pub fn embedding(&self) -> Range<usize> {
        0..self.vocabulary * self.hidden
    }

    /// The final norm `[d]`.
    pub fn final_norm(&self) -> Range<usize> {
        let start = self.layer_start(self.layers);
        start..start + self.hidden
    }

    /// The output projection `[vocabulary, d]`: the embedding when tied.
    pub fn output(&self) -> Range<usize> {
        if self.tied {
            return self.embedding();
        }
        let start = self.final_norm().end;
        start..start + self.vocabulary * self.hidden
    }

    /// The norm before attention `[d]`.
    pub fn attention_norm(&self, layer: usize) -> Range<usize> {
        let start = self.layer_start(layer);
        start..start + self.hidden
    }

    /// The norm before the feed-forward block `[d]`.
    pub fn ffn_norm(&self, layer: usize) -> Range<usize> {
        let start = self.matrix(layer, Target::O).end;
        start..start + self.hidden
    }

    /// One weight matrix `[out, in]`.
    pub fn matrix(&self, layer: usize, target: Target) -> Range<usize> {
        let before = match target {
            Target::Q => self.attention_norm(layer).end,
            Target::K => self.matrix(layer, Target::Q).end,
            Target::V => self.matrix(layer, Target::K).end,
            Target::O => self.matrix(layer, Target::V).end,
            Target::Gate => self.ffn_norm(layer).end,
            Target::Up => self.matrix(layer, Target::Gate).end,
            Target::Down => self.matrix(layer, Target::Up).end,
        };
        let (outputs, inputs) = self.shape(target);
        before..before + outputs * inputs
    }

    /// `(out, in)` of a weight matrix.
    pub fn shape(&self, target: Target) -> (usize, usize) {
        match target {
            Target::Q => (self.query, self.hidden),
            Target::K | Target::V => (self.kv, self.hidden),
            Target::O => (self.hidden, self.query),
            Target::Gate | Target::Up => (self.ffn, self.hidden),
            Target::Down => (self.hidden, self.ffn),
        }
    }

    /// Names (as `transformers` gives them), shapes and places of all tensors, in order.
    pub fn tensors(&self) -> Vec<(String, Vec<usize>, Range<usize>)> {
        let wide = vec![self.vocabulary, self.hidden];
        let mut tensors =
            vec![("model.embed_tokens.weight".to_owned(), wide.clone(), self.embedding())];
        for layer in 0..self.layers {
            let name = |part: &str| format!("model.layers.{layer}.{part}.weight");
            let norms = [
                ("input_layernorm", self.attention_norm(layer)),
                ("post_attention_layernorm", self.ffn_norm(layer)),
            ];
            for (part, range) in norms {
                tensors.push((name(part), vec![self.hidden], range));
            }
            for target in Target::ALL {
                let (outputs, inputs) = self.shape(target);
                let range = self.matrix(layer, target);
                tensors.push((name(target.path()), vec![outputs, inputs], range));
            }
        }
        tensors.push(("model.norm.weight".to_owned(), vec![self.hidden], self.final_norm()));
        if !self.tied {
            tensors.push(("lm_head.weight".to_owned(), wide, self.output()));
        }
        tensors
    }

    /// The stacked matrix `[Σ out, in]` of a group.
    pub(crate) fn group(&self, layer: usize, group: Group) -> Range<usize> {
        let targets = group.targets();
        let last = targets[targets.len() - 1];
        self.matrix(layer, targets[0]).start..self.matrix(layer, last).end
    }

    /// First column of a matrix's output within the output of its group.
    pub(crate) fn column(&self, group: Group, target: Target) -> usize {
        let before = group.targets().iter().take_while(|&&other| other != target);
        before.map(|&other| self.shape(other).0).sum()
    }

    /// `(Σ out, in)` of a group.
    pub(crate) fn group_shape(&self, group: Group) -> (usize, usize) {
        let targets = group.targets();
        (targets.iter().map(|&target| self.shape(target).0).sum(), self.shape(targets[0]).1)
    }

    fn layer_start(&self, layer: usize) -> usize {
        let matrices: usize =
            Target::ALL.iter().map(|&target| self.shape(target)).map(|(o, i)| o * i).sum();
        self.embedding().end + layer * (2 * self.hidden + matrices)
    }
}

impl Llama {
    /// A network with the given flat weights.
    ///
    /// # Errors
    /// The configuration is out of range, or the number of weights is not
    /// [`Config::parameters`].
    pub fn from_weights(config: &Config, weights: &[f32]) -> Result<Self, ConfigError> {
        Self::from_aligned(config, Aligned::from(weights))
    }

    pub(crate) fn from_aligned(config: &Config, weights: Aligned) -> Result<Self, ConfigError> {
        config.validate()?;
        let layout = Layout::new(config);
        if weights.len() != layout.total() {
            return Err(ConfigError::Range { field: "number of weights", value: weights.len() });
        }
        Ok(Self { config: config.clone(), layout, weights, rope: Rope::new(config) })
    }

    /// An untrained network: normal weights of deviation 0.02, divided by
    /// `√(2·layers)` where a block writes to the residual stream; norms 1.
    ///
    /// # Errors
    /// The configuration is out of range.
    pub fn random(config: &Config, seed: u64) -> Result<Self, ConfigError> {
        config.validate()?;
        let layout = Layout::new(config);
        let mut weights = Aligned::zeros(layout.total());
        weights.fill(1.0);
        let mut normal = Normal::new(seed);
        let residual = 1.0 / (2.0 * config.layers as f32).sqrt();
        for (name, shape, range) in layout.tensors() {
            if shape.len() < 2 {
                continue;
            }
            let writes_residual = name.contains("o_proj") || name.contains("down_proj");
            let deviation = if writes_residual { 0.02 * residual } else { 0.02 };
            weights[range].fill_with(|| deviation * normal.draw());
        }
        Self::from_aligned(config, weights)
    }

    /// Shape and constants.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Where each tensor lies in [`Self::weights`].
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// All weights, in the order of [`Layout`].
    pub fn weights(&self) -> &[f32] {
        &self.weights
    }

    /// All weights, for an optimizer.
    pub fn weights_mut(&mut self) -> &mut [f32] {
        &mut self.weights
    }

    /// The network with `W + scale · B A` in place of each adapted `W`.
    #[must_use]
    pub fn merged(&self, lora: &Lora) -> Self {
        let mut merged = self.clone();
        lora.add_to(&self.layout, &mut merged.weights);
        merged
    }
}

/// Cosines and sines of the rotary embedding (`RoFormer`, arXiv 2104.09864),
/// `[context, head_width / 2]`.
#[derive(Debug, Clone)]
pub(crate) struct Rope {
    half: usize,
    cosine: Vec<f32>,
    sine: Vec<f32>,
}

impl Rope {
    #[expect(clippy::cast_possible_truncation, reason = "angles are f32, as in the reference")]
    fn new(config: &Config) -> Self {
        let half = config.head_width / 2;
        let frequency: Vec<f32> = (0..half)
            .map(|i| (1.0 / config.rope_theta.powf(i as f64 / half as f64)) as f32)
            .collect();
        let angles = (0..config.context)
            .flat_map(|position| frequency.iter().map(move |f| f64::from(position as f32 * f)));
        let (cosine, sine) = angles.map(|a| (a.cos() as f32, a.sin() as f32)).unzip();
        Self { half, cosine, sine }
    }

    /// The rows of one position.
    pub(crate) fn at(&self, position: usize) -> (&[f32], &[f32]) {
        let range = position * self.half..(position + 1) * self.half;
        (&self.cosine[range.clone()], &self.sine[range])
    }
}

/// Standard normal numbers by the Box–Muller transform.
#[derive(Debug)]
struct Normal {
    random: ChaCha8Rng,
    spare: Option<f64>,
}

impl Normal {
    fn new(seed: u64) -> Self {
        Self { random: ChaCha8Rng::seed_from_u64(seed), spare: None }
    }

    #[expect(clippy::cast_possible_truncation, reason = "weights are f32")]
    fn draw(&mut self) -> f32 {
        if let Some(spare) = self.spare.take() {
            return spare as f32;
        }
        let radius = (-2.0 * unit(&mut self.random).ln()).sqrt();
        let (sine, cosine) = (std::f64::consts::TAU * unit(&mut self.random)).sin_cos();
        self.spare = Some(radius * sine);
        (radius * cosine) as f32
    }
}

/// Uniform in the open interval (0, 1), from 53 bits.
pub(crate) fn unit(random: &mut ChaCha8Rng) -> f64 {
    ((random.next_u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
}
