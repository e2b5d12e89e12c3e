//! How an adapter is trained.

use model::{LoraOptions, Target};

use crate::{adamw::AdamWOptions, error::TrainError};

/// Options of a [`crate::Run`].
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Rank of the adapter.
    pub rank: usize,
    /// `α` of the adapter; its update is scaled by `α / rank`.
    pub alpha: f32,
    /// The adapted matrices.
    pub targets: Vec<Target>,
    /// Highest learning rate.
    pub learning_rate: f32,
    /// Passes over the training examples.
    pub epochs: u64,
    /// Examples per step.
    pub batch: usize,
    /// Seed of the adapter's start, the held-out examples and the order.
    pub seed: u64,
    /// Share of the examples held out for evaluation, at least one if not zero.
    pub eval_fraction: f32,
    /// Share of the steps during which the learning rate rises.
    pub warmup_fraction: f32,
    /// Constants of the optimizer.
    pub adamw: AdamWOptions,
    /// Threads; they do not change the result.
    pub workers: usize,
}

/// How much time to spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// See whether the data works.
    Quick,
    /// Learn the examples.
    Balanced,
    /// Learn many or difficult examples.
    Thorough,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            rank: 8,
            alpha: 16.0,
            targets: Target::ALL.to_vec(),
            learning_rate: 5e-3,
            epochs: 40,
            batch: 16,
            seed: 0,
            eval_fraction: 0.0,
            warmup_fraction: 0.05,
            adamw: AdamWOptions::default(),
            workers: 1,
        }
    }
}

impl Options {
    /// Options for a network of `parameters` and a number of examples.
    ///
    /// Small networks need far higher rates and more passes than the usual
    /// advice: 5e-3 and 40 passes taught a network of 6 million parameters
    /// 200 facts to the letter, where 1e-2 fell apart. The quick preset makes
    /// three passes at 0.4 of that rate: enough to answer from the right one
    /// of the records that stand in the prompt, not to answer by heart.
    pub fn preset(preset: Preset, parameters: usize, examples: usize) -> Self {
        let millions = parameters as f32 / 1e6;
        let learning_rate = (5e-3 * (6.0 / millions.max(6.0)).sqrt()).max(1e-4);
        let (quick, balanced, thorough) = match parameters {
            0..30_000_000 => (3, 40, 80),
            30_000_000..300_000_000 => (4, 10, 20),
            _ => (2, 3, 6),
        };
        let (epochs, steps, rank, pace) = match preset {
            Preset::Quick => (quick, 60, 8, 0.4),
            Preset::Balanced => (balanced, 200, 8, 1.0),
            Preset::Thorough => (thorough, 400, 16, 1.0),
        };
        let learning_rate = pace * learning_rate;
        let batch = if examples < 64 { 8 } else { 16 };
        // Few examples make few steps per pass, so they are passed more often.
        let steps_per_epoch = examples.max(1).div_ceil(batch) as u64;
        let epochs = (steps / steps_per_epoch).clamp(epochs, 5 * epochs);
        let alpha = 2.0 * rank as f32;
        Self { rank, alpha, learning_rate, epochs, batch, ..Self::default() }
    }

    /// The shape of the adapter.
    pub fn lora(&self) -> LoraOptions {
        LoraOptions {
            rank: self.rank,
            alpha: self.alpha,
            rank_stabilised: false,
            targets: self.targets.clone(),
        }
    }

    /// Checks every range.
    ///
    /// # Errors
    /// Names the first option out of range.
    pub fn validate(&self) -> Result<(), TrainError> {
        let positive = |value: f32| value.is_finite() && value > 0.0;
        let share = |value: f32| (0.0..1.0).contains(&value);
        let checks = [
            ("rank", self.rank > 0),
            ("alpha", positive(self.alpha)),
            ("targets", !self.targets.is_empty()),
            ("learning_rate", positive(self.learning_rate)),
            ("epochs", self.epochs > 0),
            ("batch", self.batch > 0),
            ("eval_fraction", share(self.eval_fraction)),
            ("warmup_fraction", share(self.warmup_fraction)),
            ("clip", positive(self.adamw.clip)),
            ("weight_decay", self.adamw.weight_decay.is_finite() && self.adamw.weight_decay >= 0.0),
            ("workers", self.workers > 0),
        ];
        match checks.into_iter().find(|(_, fine)| !fine) {
            None => Ok(()),
            Some((option, _)) => Err(TrainError::Option { option }),
        }
    }

    /// Everything that decides the result, in bytes of one fixed order.
    pub(crate) fn canonical(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for number in [self.rank as u64, self.epochs, self.batch as u64, self.seed] {
            bytes.extend(number.to_le_bytes());
        }
        let AdamWOptions { beta1, beta2, epsilon, weight_decay, clip } = self.adamw;
        let reals = [self.alpha, self.learning_rate, self.eval_fraction, self.warmup_fraction];
        for real in reals.into_iter().chain([beta1, beta2, epsilon, weight_decay, clip]) {
            bytes.extend(real.to_le_bytes());
        }
        let mut targets = self.targets.clone();
        targets.sort_unstable();
        bytes.extend(targets.iter().flat_map(|target| target.name().bytes().chain([0])));
        bytes
    }
}
