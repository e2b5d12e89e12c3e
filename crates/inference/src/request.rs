//! What a caller asks for.

use crate::error::InferenceError;

/// Longest accepted list of stop texts, as the `OpenAI` interface has it.
const STOPS_MAX: usize = 4;

/// One prompt to be answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Name of the adapter; the base model answers when there is none.
    pub adapter: Option<String>,
    /// The prompt, chat template applied.
    pub prompt: Vec<u32>,
    /// Longest answer in tokens; what the context has left when absent.
    pub max_tokens: Option<usize>,
    /// 0 takes the most probable token each time; 1 samples from the model's distribution; 0 ..= 2.
    pub temperature: f32,
    /// Sample from the smallest set of tokens that holds this much probability; 0 < p ≤ 1.
    pub top_p: f32,
    /// Decides every draw.
    pub seed: u64,
    /// The answer ends before any of these texts.
    pub stop: Vec<String>,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            adapter: None,
            prompt: Vec::new(),
            max_tokens: None,
            temperature: 0.0,
            top_p: 1.0,
            seed: 0,
            stop: Vec::new(),
        }
    }
}

impl Request {
    /// Checks everything that does not depend on an adapter; `context` is the model's, in tokens.
    ///
    /// # Errors
    /// [`InferenceError::EmptyPrompt`], [`InferenceError::PromptTooLong`] and
    /// [`InferenceError::Sampling`].
    pub fn check(&self, context: usize) -> Result<(), InferenceError> {
        if self.prompt.is_empty() {
            return Err(InferenceError::EmptyPrompt);
        }
        let (tokens, limit) = (self.prompt.len(), context.saturating_sub(1));
        if tokens > limit {
            return Err(InferenceError::PromptTooLong { tokens, limit });
        }
        let refuse = |parameter, value: &dyn ToString, expected| {
            Err(InferenceError::Sampling { parameter, value: value.to_string(), expected })
        };
        if !(0.0..=2.0).contains(&self.temperature) {
            return refuse("temperature", &self.temperature, "0 to 2");
        }
        if !(self.top_p > 0.0 && self.top_p <= 1.0) {
            return refuse("top_p", &self.top_p, "above 0, at most 1");
        }
        if self.max_tokens == Some(0) {
            return refuse("max_tokens", &0, "at least 1");
        }
        if self.stop.len() > STOPS_MAX || self.stop.iter().any(String::is_empty) {
            return refuse("stop", &self.stop.len(), "at most 4 texts, none empty");
        }
        Ok(())
    }
}
