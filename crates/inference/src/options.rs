//! What can be chosen when an engine is made.

/// Limits of an [`crate::Engine`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineOptions {
    /// Memory for the weights of loaded adapters, in bytes. The least recently used ones are dropped
    /// when it is exceeded; one adapter is kept however large it is.
    pub adapter_cache_bytes_max: usize,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self { adapter_cache_bytes_max: 512 << 20 }
    }
}
