//! Low-rank adapters (LoRA, Hu et al. 2021, arXiv 2106.09685): `y = W x + s·B(A x)`.

use std::{fmt, ops::Range};

use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;

use crate::{
    config::Config,
    error::AdapterError,
    llama::{Group, Layout, unit},
    matrix::{Into, Matrix, MatrixMut, multiply},
};

/// Largest accepted rank.
pub(crate) const RANK_MAX: usize = 1024;

/// A weight matrix of a layer that an adapter can modify.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// Query projection.
    Q,
    /// Key projection.
    K,
    /// Value projection.
    V,
    /// Attention output projection.
    O,
    /// Gate of the feed-forward block.
    Gate,
    /// Up projection of the feed-forward block.
    Up,
    /// Down projection of the feed-forward block.
    Down,
}

impl Target {
    /// All seven, in the order of the layouts.
    pub const ALL: [Self; 7] =
        [Self::Q, Self::K, Self::V, Self::O, Self::Gate, Self::Up, Self::Down];

    /// Name of the module, as `transformers` gives it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Q => "q_proj",
            Self::K => "k_proj",
            Self::V => "v_proj",
            Self::O => "o_proj",
            Self::Gate => "gate_proj",
            Self::Up => "up_proj",
            Self::Down => "down_proj",
        }
    }

    /// Path of the module inside its layer.
    pub fn path(self) -> &'static str {
        match self {
            Self::Q => "self_attn.q_proj",
            Self::K => "self_attn.k_proj",
            Self::V => "self_attn.v_proj",
            Self::O => "self_attn.o_proj",
            Self::Gate => "mlp.gate_proj",
            Self::Up => "mlp.up_proj",
            Self::Down => "mlp.down_proj",
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Shape of an adapter.
#[derive(Debug, Clone, PartialEq)]
pub struct LoraOptions {
    /// Rank `r`; 1 to 1024.
    pub rank: usize,
    /// `α`; the update is scaled by `α / r`.
    pub alpha: f32,
    /// Scale by `α / √r` instead (rank-stabilised LoRA, arXiv 2312.03732).
    pub rank_stabilised: bool,
    /// The adapted matrices, the same in every layer, each at most once.
    pub targets: Vec<Target>,
}

impl Default for LoraOptions {
    fn default() -> Self {
        Self { rank: 8, alpha: 16.0, rank_stabilised: false, targets: Target::ALL.to_vec() }
    }
}

/// One adapted matrix: its place in the network and in the flat vector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// The layer.
    pub layer: usize,
    /// The matrix.
    pub target: Target,
    /// `A [rank, inputs]`, row-major, in the flat vector.
    pub a: Range<usize>,
    /// `B [outputs, rank]`, row-major, in the flat vector.
    pub b: Range<usize>,
    /// Columns of `A`.
    pub inputs: usize,
    /// Rows of `B`.
    pub outputs: usize,
}

/// Where each `A` and `B` lies in the flat vector of an adapter.
///
/// Order: for each layer, all `A` in the order q, k, v, o, gate, up, down
/// (those that are adapted), then all `B` in the same order.
#[derive(Debug, Clone, PartialEq)]
pub struct LoraLayout {
    options: LoraOptions,
    modules: Vec<Module>,
    total: usize,
}

/// What a group of matrices with one input needs of the adapter.
#[derive(Debug)]
pub(crate) struct GroupModules<'a> {
    /// The stacked `A [n·rank, inputs]`.
    pub(crate) a: Range<usize>,
    /// The `n` modules.
    pub(crate) modules: &'a [Module],
}

impl LoraLayout {
    /// The layout for a network.
    ///
    /// # Errors
    /// The rank is out of range or nothing is adapted.
    pub fn new(config: &Config, options: &LoraOptions) -> Result<Self, AdapterError> {
        let mut options = options.clone();
        options.targets.sort_unstable();
        options.targets.dedup();
        if options.rank == 0 || options.rank > RANK_MAX {
            return Err(AdapterError::Rank { rank: options.rank });
        }
        if options.targets.is_empty() {
            return Err(AdapterError::NoTargets);
        }
        let dense = Layout::new(config);
        let (mut modules, mut total) = (Vec::new(), 0);
        for layer in 0..config.layers {
            let first = modules.len();
            for &target in &options.targets {
                let (outputs, inputs) = dense.shape(target);
                let a = total..total + options.rank * inputs;
                total = a.end;
                modules.push(Module { layer, target, a, b: 0..0, inputs, outputs });
            }
            for module in &mut modules[first..] {
                module.b = total..total + module.outputs * options.rank;
                total = module.b.end;
            }
        }
        Ok(Self { options, modules, total })
    }

    /// The options, with the targets in order.
    pub fn options(&self) -> &LoraOptions {
        &self.options
    }

    /// All adapted matrices: layer by layer, in the order of [`Target::ALL`].
    pub fn modules(&self) -> &[Module] {
        &self.modules
    }

    /// Number of parameters.
    pub fn total(&self) -> usize {
        self.total
    }

    /// The factor `s` of the update.
    pub fn scale(&self) -> f32 {
        let rank = self.options.rank as f32;
        let divisor = if self.options.rank_stabilised { rank.sqrt() } else { rank };
        self.options.alpha / divisor
    }

    /// The adapted matrices of one group, if any.
    pub(crate) fn group(&self, layer: usize, group: Group) -> Option<GroupModules<'_>> {
        let targets = self.options.targets.len();
        let modules = &self.modules[layer * targets..(layer + 1) * targets];
        let inside = |module: &&Module| group.targets().contains(&module.target);
        let first = modules.iter().position(|module| inside(&module))?;
        let count = modules[first..].iter().take_while(inside).count();
        let modules = &modules[first..first + count];
        Some(GroupModules { a: modules[0].a.start..modules[count - 1].a.end, modules })
    }
}

/// An adapter: its layout and its parameters in one flat vector.
#[derive(Debug, Clone, PartialEq)]
pub struct Lora {
    layout: LoraLayout,
    parameters: Vec<f32>,
}

/// The gradient of a loss by the parameters of an adapter, in the same layout.
#[derive(Debug, Clone, PartialEq)]
pub struct LoraGradient {
    values: Vec<f32>,
}

impl Lora {
    /// A fresh adapter that changes nothing: `A` uniform in `±1/√inputs`
    /// (PEFT's Kaiming initialisation), `B` zero.
    ///
    /// # Errors
    /// The rank is out of range or nothing is adapted.
    pub fn init(config: &Config, options: &LoraOptions, seed: u64) -> Result<Self, AdapterError> {
        let layout = LoraLayout::new(config, options)?;
        let mut parameters = vec![0.0; layout.total];
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        for module in &layout.modules {
            let bound = 1.0 / (module.inputs as f64).sqrt();
            #[expect(clippy::cast_possible_truncation, reason = "parameters are f32")]
            parameters[module.a.clone()]
                .fill_with(|| (bound * (2.0 * unit(&mut random) - 1.0)) as f32);
        }
        Ok(Self { layout, parameters })
    }

    /// An adapter with the given flat parameters.
    ///
    /// # Errors
    /// The layout is impossible or the number of parameters is not its total.
    pub fn from_parameters(
        config: &Config,
        options: &LoraOptions,
        parameters: Vec<f32>,
    ) -> Result<Self, AdapterError> {
        let layout = LoraLayout::new(config, options)?;
        if parameters.len() != layout.total {
            return Err(AdapterError::Length { expected: layout.total, found: parameters.len() });
        }
        Ok(Self { layout, parameters })
    }

    /// Where each matrix lies.
    pub fn layout(&self) -> &LoraLayout {
        &self.layout
    }

    /// All parameters, in the order of [`LoraLayout`].
    pub fn parameters(&self) -> &[f32] {
        &self.parameters
    }

    /// All parameters, for an optimizer.
    pub fn parameters_mut(&mut self) -> &mut [f32] {
        &mut self.parameters
    }

    /// Adds `scale · B A` to flat weights.
    pub(crate) fn add_to(&self, dense: &Layout, weights: &mut [f32]) {
        let rank = self.layout.options.rank;
        for module in &self.layout.modules {
            let target = &mut weights[dense.matrix(module.layer, module.target)];
            multiply(
                MatrixMut::dense(target, module.outputs, module.inputs),
                Into::Add,
                self.layout.scale(),
                Matrix::dense(&self.parameters[module.b.clone()], module.outputs, rank),
                Matrix::dense(&self.parameters[module.a.clone()], rank, module.inputs),
            );
        }
    }
}

impl LoraGradient {
    /// Zeroes for every parameter of an adapter.
    pub fn zeros(layout: &LoraLayout) -> Self {
        Self { values: vec![0.0; layout.total] }
    }

    /// Flat values, in the order of [`LoraLayout`].
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Flat values, to scale, add or clear.
    pub fn values_mut(&mut self) -> &mut [f32] {
        &mut self.values
    }
}
