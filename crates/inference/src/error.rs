//! What can go wrong while an answer is made.

use model::{AdapterError, SequenceError, TextError};
use primitives::Digest;

use crate::adapters::SourceError;

/// Why a request cannot be answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InferenceError {
    /// No adapter has this name.
    #[error("there is no adapter {name:?}")]
    UnknownAdapter {
        /// The name asked for.
        name: String,
    },
    /// The adapter's files could not be fetched.
    #[error("the files of adapter {name:?} ({digest}) could not be read")]
    AdapterFiles {
        /// The name asked for.
        name: String,
        /// The digest that it stands for.
        digest: Digest,
        /// Why.
        #[source]
        source: SourceError,
    },
    /// The adapter's files do not fit the base model.
    #[error("adapter {name:?} ({digest}) does not fit the base model")]
    AdapterFormat {
        /// The name asked for.
        name: String,
        /// The digest that it stands for.
        digest: Digest,
        /// Why.
        #[source]
        source: Box<AdapterError>,
    },
    /// There is nothing to answer.
    #[error("the prompt is empty")]
    EmptyPrompt,
    /// The prompt leaves no room for an answer.
    #[error("the prompt has {tokens} tokens, at most {limit} fit")]
    PromptTooLong {
        /// Tokens given.
        tokens: usize,
        /// Tokens that may be given.
        limit: usize,
    },
    /// A sampling parameter is out of range.
    #[error("{parameter} = {value} is out of range; expected {expected}")]
    Sampling {
        /// Which parameter.
        parameter: &'static str,
        /// What was given, as text.
        value: String,
        /// What is accepted.
        expected: &'static str,
    },
    /// The model refused the tokens.
    #[error("the model cannot read the sequence")]
    Sequence(#[source] SequenceError),
    /// The tokenizer could not turn tokens into text.
    #[error("the answer cannot be written out")]
    Text(#[source] TextError),
}
