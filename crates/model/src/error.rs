//! What can go wrong between foreign bytes and tensors.

/// A `config.json` that cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Not JSON, or a field is missing or of the wrong type.
    #[error("the model configuration is not readable")]
    Syntax(#[source] serde_json::Error),
    /// The file describes another architecture.
    #[error("{field} = {value} is not supported")]
    Unsupported {
        /// The field of `config.json`.
        field: &'static str,
        /// Its value.
        value: String,
    },
    /// A dimension is zero, absurdly large, or does not divide another.
    #[error("{field} = {value} is out of range")]
    Range {
        /// The field of `config.json`.
        field: &'static str,
        /// Its value.
        value: usize,
    },
}

/// A safetensors file that does not hold the expected tensors.
#[derive(Debug, thiserror::Error)]
pub enum TensorError {
    /// The header claims a length that the file lacks, or that no real header has.
    #[error("a safetensors header of {bytes} bytes is refused")]
    Header {
        /// The claimed length.
        bytes: u64,
    },
    /// The container is malformed.
    #[error("the safetensors container is malformed")]
    Container(#[source] safetensors::SafeTensorError),
    /// A tensor is absent.
    #[error("tensor {name} is missing")]
    Missing {
        /// Its name.
        name: String,
    },
    /// A tensor appears twice among the shards.
    #[error("tensor {name} is given twice")]
    Duplicate {
        /// Its name.
        name: String,
    },
    /// A tensor that the model has no place for.
    #[error("tensor {name} is not part of the model")]
    Unexpected {
        /// Its name.
        name: String,
    },
    /// A tensor has another shape than the configuration says.
    #[error("tensor {name} has shape {found:?}, expected {expected:?}")]
    Shape {
        /// Its name.
        name: String,
        /// What the configuration asks for.
        expected: Vec<usize>,
        /// What the file holds.
        found: Vec<usize>,
    },
    /// A number type other than F32, F16 or BF16.
    #[error("tensor {name} has number type {dtype}")]
    Dtype {
        /// Its name.
        name: String,
        /// The type's safetensors name.
        dtype: String,
    },
    /// A tensor holds a NaN or an infinity.
    #[error("tensor {name} holds a value that is not finite at {index}")]
    NotFinite {
        /// Its name.
        name: String,
        /// Flat index of the first such value.
        index: usize,
    },
}

/// A network that cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The configuration is impossible.
    #[error("the model configuration is out of range")]
    Config(#[source] ConfigError),
    /// The tensors do not fit the configuration.
    #[error("the model's tensors do not fit its configuration")]
    Tensors(#[source] TensorError),
}

/// An adapter folder in PEFT form that does not fit.
#[derive(Debug, thiserror::Error)]
pub enum AdapterError {
    /// `adapter_config.json` is not JSON, or a field is missing.
    #[error("the adapter configuration is not readable")]
    Syntax(#[source] serde_json::Error),
    /// An option that we do not compute.
    #[error("adapter option {field} = {value} is not supported")]
    Unsupported {
        /// The field of `adapter_config.json`.
        field: &'static str,
        /// Its value.
        value: String,
    },
    /// Rank zero or above the cap.
    #[error("adapter rank {rank} is out of range")]
    Rank {
        /// The rank.
        rank: usize,
    },
    /// No module is adapted.
    #[error("the adapter has no target modules")]
    NoTargets,
    /// The tensors do not fit the configuration.
    #[error("the adapter's tensors do not fit")]
    Tensors(#[source] TensorError),
    /// A flat parameter vector of the wrong length.
    #[error("{found} parameters given, the adapter has {expected}")]
    Length {
        /// What the layout asks for.
        expected: usize,
        /// What was given.
        found: usize,
    },
}

/// A token sequence that the model cannot read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SequenceError {
    /// No token at all, or nothing supervised.
    #[error("the sequence is empty")]
    Empty,
    /// A token outside the vocabulary.
    #[error("token {token} at {position} is outside a vocabulary of {vocabulary}")]
    Token {
        /// The token.
        token: u32,
        /// Where it stands.
        position: usize,
        /// Size of the vocabulary.
        vocabulary: usize,
    },
    /// More positions than the cache or the model has.
    #[error("{positions} positions exceed the capacity of {capacity}")]
    Capacity {
        /// Positions asked for.
        positions: usize,
        /// Positions there are.
        capacity: usize,
    },
    /// The list of targets is not as long as the list of inputs.
    #[error("{targets} targets for {inputs} inputs")]
    Targets {
        /// Number of targets.
        targets: usize,
        /// Number of input tokens.
        inputs: usize,
    },
}

/// A tokenizer or chat template that does not work.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    /// `tokenizer.json` or `tokenizer_config.json` is not JSON of the right form.
    #[error("the tokenizer file is not readable")]
    Syntax(#[source] serde_json::Error),
    /// The tokenizer library refused.
    #[error("the tokenizer failed")]
    Tokenizer(#[source] tokenizers::Error),
    /// `tokenizer_config.json` has no chat template.
    #[error("there is no chat template")]
    NoTemplate,
    /// The chat template is malformed, or refused these messages.
    #[error("the chat template failed")]
    Template(#[source] minijinja::Error),
}
