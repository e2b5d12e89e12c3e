//! What can be chosen when an influence index is built.

/// How an [`crate::InfluenceIndex`] is built.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexOptions {
    /// Dimensions of the index, at most; fewer when the gradients span less.
    pub rank: usize,
    /// Damping `λ` of the curvature, relative to its mean over the basis. Small values trust the
    /// directions in which training gradients are weak, large values compare plain gradients. With
    /// held-aside references 0.3 to 1000 rank alike; without them, small values make chance look small.
    pub damping: f64,
    /// Gradients that the basis is fitted to, at most; more are thinned evenly. The cost grows with
    /// the square.
    pub basis_gradients_max: usize,
    /// Threads used inside one build; the result does not depend on it.
    pub workers: usize,
}

impl Default for IndexOptions {
    fn default() -> Self {
        Self { rank: 256, damping: 10.0, basis_gradients_max: 640, workers: 2 }
    }
}
