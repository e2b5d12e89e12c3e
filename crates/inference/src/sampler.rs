//! Which token comes next.

use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};

/// A token that was chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Choice {
    pub(crate) token: u32,
    /// Natural logarithm of its probability under the model, before temperature and cut.
    pub(crate) log_probability: f64,
}

/// Chooses tokens from logits; the same logits and seed give the same tokens.
#[derive(Debug, Clone)]
pub(crate) struct Sampler {
    temperature: f64,
    top_p: f64,
    random: ChaCha8Rng,
}

impl Sampler {
    pub(crate) fn new(temperature: f32, top_p: f32, seed: u64) -> Self {
        let random = ChaCha8Rng::seed_from_u64(seed);
        Self { temperature: temperature.into(), top_p: top_p.into(), random }
    }

    /// Chooses from logits `[vocabulary]`, which are not empty.
    pub(crate) fn choose(&mut self, logits: &[f32]) -> Choice {
        let best = most_probable(logits);
        let place = if self.temperature > 0.0 { self.draw(logits, best) } else { best };
        let largest = f64::from(logits[best]);
        let sum: f64 = logits.iter().map(|logit| (f64::from(*logit) - largest).exp()).sum();
        Choice {
            token: u32::try_from(place).unwrap_or(u32::MAX),
            log_probability: f64::from(logits[place]) - largest - sum.ln(),
        }
    }

    /// Draws from the nucleus: tokens by falling probability until they hold `top_p`.
    fn draw(&mut self, logits: &[f32], best: usize) -> usize {
        let largest = f64::from(logits[best]);
        let heat = |logit: &f32| ((f64::from(*logit) - largest) / self.temperature).exp();
        let mut nucleus: Vec<(usize, f64)> = logits.iter().map(heat).enumerate().collect();
        nucleus.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(&right.0)));
        let whole: f64 = nucleus.iter().map(|(_, part)| part).sum();
        let mut held = 0.0;
        let cut = nucleus.iter().position(|(_, part)| {
            held += part;
            held >= self.top_p * whole
        });
        nucleus.truncate(cut.map_or(nucleus.len(), |last| last + 1));
        let held: f64 = nucleus.iter().map(|(_, part)| part).sum();
        let mut left = self.uniform() * held;
        let drawn = nucleus.iter().find(|(_, part)| {
            left -= part;
            left < 0.0
        });
        drawn.map_or(best, |(place, _)| *place)
    }

    /// 53 random bits as a number from 0 up to 1.
    fn uniform(&mut self) -> f64 {
        const STEP: f64 = 1.0 / 9_007_199_254_740_992.0;
        let bits = self.random.next_u64() >> 11;
        let (high, low) = (bits >> 32, bits & 0xffff_ffff);
        let word = |bits: u64| f64::from(u32::try_from(bits).unwrap_or(u32::MAX));
        (word(high) * 4_294_967_296.0 + word(low)) * STEP
    }
}

/// The first of the largest logits.
pub(crate) fn most_probable(logits: &[f32]) -> usize {
    let larger = |best: usize, next: usize| if logits[next] > logits[best] { next } else { best };
    (0..logits.len()).reduce(larger).unwrap_or(0)
}

#[cfg(test)]
mod tests;
