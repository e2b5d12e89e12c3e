//! AdamW (Loshchilov & Hutter 2019, arXiv 1711.05101) on a flat vector.

use std::{ops::Range, thread};

/// Constants of the optimizer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdamWOptions {
    /// Decay `β₁` of the first moment.
    pub beta1: f32,
    /// Decay `β₂` of the second moment.
    pub beta2: f32,
    /// `ε`, added to the root of the second moment.
    pub epsilon: f32,
    /// Decoupled decay: a parameter loses `rate · weight_decay` of itself per step.
    pub weight_decay: f32,
    /// Largest gradient norm; longer gradients are scaled down to it.
    pub clip: f32,
}

impl Default for AdamWOptions {
    fn default() -> Self {
        Self { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.0, clip: 1.0 }
    }
}

/// The optimizer: both moments, and the number of steps taken.
#[derive(Debug, Clone, PartialEq)]
pub struct AdamW {
    options: AdamWOptions,
    pub(crate) first: Vec<f32>,
    pub(crate) second: Vec<f32>,
    pub(crate) steps: u64,
    undecayed: Vec<Range<usize>>,
}

/// What every parameter of one step shares.
#[derive(Debug, Clone, Copy)]
struct Step {
    options: AdamWOptions,
    /// Factor on the gradient: normalisation and clipping.
    scale: f32,
    /// `rate / (1 − β₁ᵗ)`
    rate: f32,
    /// `1 / √(1 − β₂ᵗ)`
    root: f32,
}

impl AdamW {
    /// An optimizer for `parameters` numbers, at rest.
    pub fn new(parameters: usize, options: AdamWOptions) -> Self {
        let (first, second) = (vec![0.0; parameters], vec![0.0; parameters]);
        Self { options, first, second, steps: 0, undecayed: Vec::new() }
    }

    /// Exempts ranges of parameters from weight decay.
    #[must_use]
    pub fn without_decay(mut self, undecayed: Vec<Range<usize>>) -> Self {
        self.undecayed = undecayed;
        self
    }

    /// First moments `m`, in the order of the parameters.
    pub fn first_moments(&self) -> &[f32] {
        &self.first
    }

    /// Second moments `v`, in the order of the parameters.
    pub fn second_moments(&self) -> &[f32] {
        &self.second
    }

    /// Steps taken so far.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// One step along `−scale · gradient`, on at most `workers` threads, which
    /// do not change the result. Returns the norm of `scale · gradient` before
    /// clipping.
    ///
    /// # Panics
    /// If the lengths differ from that of the optimizer.
    pub fn step(
        &mut self,
        parameters: &mut [f32],
        gradient: &[f32],
        scale: f32,
        rate: f32,
        workers: usize,
    ) -> f32 {
        assert_eq!(parameters.len(), self.first.len(), "parameters of another layout");
        assert_eq!(gradient.len(), self.first.len(), "gradient of another layout");
        let norm = norm(gradient) * scale;
        let clip = if norm > self.options.clip { self.options.clip / norm } else { 1.0 };
        self.steps += 1;
        let power = |beta: f32| 1.0 - f64::from(beta).powf(self.steps as f64);
        let step = Step {
            options: self.options,
            scale: scale * clip,
            rate: narrow(f64::from(rate) / power(self.options.beta1)),
            root: narrow(1.0 / power(self.options.beta2).sqrt()),
        };
        self.decay(parameters, 1.0 - rate * self.options.weight_decay);
        let size = parameters.len().div_ceil(workers.max(1)).max(1);
        let chunks = (parameters.chunks_mut(size).zip(gradient.chunks(size)))
            .zip(self.first.chunks_mut(size).zip(self.second.chunks_mut(size)));
        thread::scope(|scope| {
            for ((parameters, gradient), (first, second)) in chunks {
                scope.spawn(move || step.apply(parameters, gradient, first, second));
            }
        });
        norm
    }

    fn decay(&self, parameters: &mut [f32], factor: f32) {
        if self.options.weight_decay <= 0.0 {
            return;
        }
        let mut start = 0;
        let shrink = |parameters: &mut [f32]| parameters.iter_mut().for_each(|p| *p *= factor);
        for exempt in &self.undecayed {
            shrink(&mut parameters[start..exempt.start]);
            start = exempt.end;
        }
        shrink(&mut parameters[start..]);
    }
}

impl Step {
    fn apply(
        self,
        parameters: &mut [f32],
        gradient: &[f32],
        first: &mut [f32],
        second: &mut [f32],
    ) {
        let AdamWOptions { beta1, beta2, epsilon, .. } = self.options;
        let moments = first.iter_mut().zip(second);
        for ((parameter, gradient), (m, v)) in parameters.iter_mut().zip(gradient).zip(moments) {
            let g = gradient * self.scale;
            *m = beta1 * *m + (1.0 - beta1) * g;
            *v = beta2 * *v + (1.0 - beta2) * g * g;
            *parameter -= self.rate * *m / (v.sqrt() * self.root + epsilon);
        }
    }
}

/// Euclidean norm, summed in `f64` over eight lanes in a fixed order.
pub fn norm(values: &[f32]) -> f32 {
    let mut lanes = [0.0_f64; 8];
    let (chunks, rest) = values.as_chunks::<8>();
    for chunk in chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane += f64::from(value) * f64::from(value);
        }
    }
    for (lane, &value) in lanes.iter_mut().zip(rest) {
        *lane += f64::from(value) * f64::from(value);
    }
    narrow(lanes.iter().sum::<f64>().sqrt())
}

#[expect(clippy::cast_possible_truncation, reason = "optimizer arithmetic is f32")]
fn narrow(value: f64) -> f32 {
    value as f32
}

#[cfg(test)]
mod tests;
