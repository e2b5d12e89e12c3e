//! Shuffles that depend on a seed and an epoch, and on nothing else.

use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};

/// A random stream of its own for each `(seed, epoch)`.
pub(crate) fn random(seed: u64, epoch: u64) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(epoch);
    random
}

/// Fisher–Yates, from the end.
pub(crate) fn shuffle<T>(items: &mut [T], random: &mut ChaCha8Rng) {
    for last in (1..items.len()).rev() {
        items.swap(last, below(random, last + 1));
    }
}

/// Uniform in `0..bound`, by rejection.
pub(crate) fn below(random: &mut ChaCha8Rng, bound: usize) -> usize {
    let bound = bound as u64;
    let zone = u64::MAX - u64::MAX % bound;
    loop {
        let value = random.next_u64();
        if value < zone {
            return usize::try_from(value % bound).expect("less than a length");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{random, shuffle};

    #[test]
    fn a_shuffle_is_a_permutation_that_the_seed_decides() {
        let order = |seed, epoch| {
            let mut items: Vec<usize> = (0..100).collect();
            shuffle(&mut items, &mut random(seed, epoch));
            items
        };
        assert_eq!(order(1, 2), order(1, 2));
        assert_ne!(order(1, 2), order(1, 3));
        assert_ne!(order(1, 2), order(2, 2));
        let mut sorted = order(1, 2);
        sorted.sort_unstable();
        assert_eq!(sorted, (0..100).collect::<Vec<_>>());
    }
}
