//! One answer in the making.

use std::sync::Arc;

use model::{Config, Decode, KvCache, Lora, TextStream, Tokenizer};
use primitives::Digest;

use crate::adapters::LoadedAdapter;
use crate::error::InferenceError;
use crate::request::Request;
use crate::sampler::Sampler;
use crate::stops::Stops;

/// Why an answer is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// The model ended it.
    End,
    /// A stop text was met.
    Stop,
    /// `max_tokens` or the context is used up.
    Length,
}

/// One more token of an answer, or the text that was still held back at its end.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// The token; `None` at the end.
    pub token: Option<u32>,
    /// Natural logarithm of its probability under the model.
    pub log_probability: f64,
    /// The text that it completes; often empty, never part of a character or of a stop text.
    pub text: String,
}

/// What an answer cost in tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Tokens read.
    pub prompt_tokens: usize,
    /// Tokens written, without the one that ends an answer.
    pub answer_tokens: usize,
}

/// An answer in the making; it owns its keys and values, shared with nobody.
#[derive(Debug)]
pub struct Generation {
    adapter: Option<LoadedAdapter>,
    prompt: Vec<u32>,
    tokens_max: usize,
    ends: Vec<u32>,
    cache: KvCache,
    sampler: Sampler,
    stream: TextStream,
    stops: Stops,
    tokens: Vec<u32>,
    log_probabilities: Vec<f64>,
    text: String,
    finish: Option<Finish>,
}

impl Generation {
    /// `request` was checked against `config`.
    pub(crate) fn new(config: &Config, request: &Request, adapter: Option<LoadedAdapter>) -> Self {
        let room = config.context - request.prompt.len();
        let tokens_max = request.max_tokens.map_or(room, |tokens| tokens.min(room));
        Self {
            adapter,
            prompt: request.prompt.clone(),
            tokens_max,
            ends: config.eos.clone(),
            cache: KvCache::new(config, request.prompt.len() + tokens_max),
            sampler: Sampler::new(request.temperature, request.top_p, request.seed),
            stream: TextStream::new(),
            stops: Stops::new(request.stop.clone()),
            tokens: Vec::new(),
            log_probabilities: Vec::new(),
            text: String::new(),
            finish: None,
        }
    }

    /// Why the answer is complete; `None` while it is not.
    pub const fn finish(&self) -> Option<Finish> {
        self.finish
    }

    /// Digest of the adapter that answers; `None` for the base.
    pub fn adapter(&self) -> Option<Digest> {
        self.adapter.as_ref().map(|adapter| adapter.digest)
    }

    /// The adapter's weights; `None` for the base.
    pub fn lora(&self) -> Option<&Arc<Lora>> {
        self.adapter.as_ref().map(|adapter| &adapter.lora)
    }

    /// The prompt's tokens.
    pub fn prompt(&self) -> &[u32] {
        &self.prompt
    }

    /// The answer's tokens so far, without the one that ends it. When a stop text was met, tokens that
    /// lie wholly behind it are not part of the answer.
    pub fn tokens(&self) -> &[u32] {
        &self.tokens
    }

    /// Natural logarithms of the tokens' probabilities.
    pub fn log_probabilities(&self) -> &[f64] {
        &self.log_probabilities
    }

    /// The answer's text so far.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the answer cost so far.
    pub const fn usage(&self) -> Usage {
        Usage { prompt_tokens: self.prompt.len(), answer_tokens: self.tokens.len() }
    }

    pub(crate) fn is_waiting(&self) -> bool {
        self.finish.is_none() && self.cache.is_empty()
    }

    pub(crate) fn is_running(&self) -> bool {
        self.finish.is_none() && !self.cache.is_empty()
    }

    /// The prompt with where its keys and values go, to be read first.
    pub(crate) fn prefill(&mut self) -> (Option<&Lora>, &[u32], &mut KvCache) {
        let lora = self.adapter.as_ref().map(|adapter| adapter.lora.as_ref());
        (lora, &self.prompt, &mut self.cache)
    }

    /// The newest token, to be read next; `None` unless the answer is running.
    pub(crate) fn decode(&mut self) -> Option<Decode<'_>> {
        let token = *self.tokens.last().filter(|_| self.finish.is_none())?;
        let lora = self.adapter.as_ref().map(|adapter| adapter.lora.as_ref());
        Some(Decode { lora, token, cache: &mut self.cache })
    }

    /// Chooses the next token from the logits after the newest.
    pub(crate) fn choose(
        &mut self,
        tokenizer: &Tokenizer,
        logits: &[f32],
    ) -> Result<Piece, InferenceError> {
        let choice = self.sampler.choose(logits);
        if self.ends.contains(&choice.token) {
            self.finish = Some(Finish::End);
            let held = self.stream.finish(tokenizer).map_err(InferenceError::Text)?;
            let text = self.last_text(&held);
            return Ok(Piece { token: None, log_probability: choice.log_probability, text });
        }
        self.tokens.push(choice.token);
        self.log_probabilities.push(choice.log_probability);
        let fresh = self.stream.push(tokenizer, choice.token).map_err(InferenceError::Text)?;
        let (mut text, stopped) = self.stops.push(&fresh);
        self.text.push_str(&text);
        if stopped {
            self.finish = Some(Finish::Stop);
            self.drop_tokens_behind_stop(tokenizer)?;
        } else if self.tokens.len() >= self.tokens_max {
            self.finish = Some(Finish::Length);
            let held = self.stream.finish(tokenizer).map_err(InferenceError::Text)?;
            text.push_str(&self.last_text(&held));
        }
        Ok(Piece { token: Some(choice.token), log_probability: choice.log_probability, text })
    }

    /// The rest of the text, when no token follows.
    fn last_text(&mut self, held: &str) -> String {
        let (mut text, stopped) = self.stops.push(held);
        if !stopped {
            text.push_str(&self.stops.finish());
        }
        self.text.push_str(&text);
        text
    }

    fn drop_tokens_behind_stop(&mut self, tokenizer: &Tokenizer) -> Result<(), InferenceError> {
        while let Some((_, before)) = self.tokens.split_last() {
            let shorter = tokenizer.decode(before).map_err(InferenceError::Text)?;
            if !shorter.starts_with(&self.text) {
                break;
            }
            self.tokens.pop();
            self.log_probabilities.pop();
        }
        Ok(())
    }
}
