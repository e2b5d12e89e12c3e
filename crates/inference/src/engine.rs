//! One base model, many adapters, many answers at a time.

use std::sync::Arc;

use model::{Decode, Example, Llama, Lora, SequenceError, Tokenizer, Workspace};
use primitives::Digest;

use crate::adapters::{AdapterSource, Adapters, LoadedAdapter};
use crate::error::InferenceError;
use crate::generation::{Generation, Piece};
use crate::options::EngineOptions;
use crate::request::Request;

/// A base model with the adapters that are in use.
#[derive(Debug)]
pub struct Engine {
    base: Arc<Llama>,
    tokenizer: Arc<Tokenizer>,
    adapters: Adapters,
    options: EngineOptions,
}

/// How probable a given answer is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Likelihood {
    /// Sum of the natural logarithms of the tokens' probabilities.
    pub log_probability: f64,
    /// Number of tokens.
    pub tokens: usize,
}

impl Engine {
    /// An engine without any adapter in memory.
    pub fn new(base: Arc<Llama>, tokenizer: Arc<Tokenizer>, options: EngineOptions) -> Self {
        Self { base, tokenizer, adapters: Adapters::default(), options }
    }

    /// The base model.
    pub const fn base(&self) -> &Arc<Llama> {
        &self.base
    }

    /// The tokenizer that answers are written out with.
    pub const fn tokenizer(&self) -> &Arc<Tokenizer> {
        &self.tokenizer
    }

    /// The adapters in memory, by digest, and the bytes of their weights.
    pub fn residents(&self) -> (Vec<Digest>, usize) {
        (self.adapters.digests().collect(), self.adapters.bytes())
    }

    /// The adapter that a name stands for now, loaded if it is not in memory.
    ///
    /// # Errors
    /// [`InferenceError::UnknownAdapter`] for a name that the source does not know,
    /// [`InferenceError::AdapterFiles`] and [`InferenceError::AdapterFormat`] for files that cannot be
    /// fetched or do not fit the base.
    pub fn adapter(
        &mut self,
        name: &str,
        source: &dyn AdapterSource,
    ) -> Result<LoadedAdapter, InferenceError> {
        self.adapters.load(name, source, self.base.config(), self.options.adapter_cache_bytes_max)
    }

    /// Takes a request; nothing is computed before the first step.
    ///
    /// # Errors
    /// As [`Engine::adapter`], and for an empty or over-long prompt, tokens outside the vocabulary, and
    /// sampling parameters out of range.
    pub fn begin(
        &mut self,
        request: &Request,
        source: &dyn AdapterSource,
    ) -> Result<Generation, InferenceError> {
        let config = self.base.config();
        request.check(config.context)?;
        let vocabulary = config.vocabulary;
        let foreign = |token: &u32| *token as usize >= vocabulary;
        if let Some(position) = request.prompt.iter().position(foreign) {
            let token = request.prompt[position];
            let source = SequenceError::Token { token, position, vocabulary };
            return Err(InferenceError::Sequence(source));
        }
        let name = request.adapter.as_deref();
        let adapter = name.map(|name| self.adapter(name, source)).transpose()?;
        Ok(Generation::new(self.base.config(), request, adapter))
    }

    /// Gives every running answer its next token, and reads the prompt of the first waiting one.
    ///
    /// All answers that run share one pass over the base's weights, and none waits longer than one
    /// prompt for its next token; those that wait are started in the order given. The result has one
    /// entry per generation: `None` where it waits or is complete.
    ///
    /// # Errors
    /// [`InferenceError::Sequence`] or [`InferenceError::Text`] when the model or the tokenizer
    /// refuses; requests accepted by [`Engine::begin`] of this engine do not lead there.
    pub fn step(
        &self,
        generations: &mut [&mut Generation],
    ) -> Result<Vec<Option<Piece>>, InferenceError> {
        let mut pieces: Vec<Option<Piece>> = vec![None; generations.len()];
        let running: Vec<usize> =
            (0..generations.len()).filter(|place| generations[*place].is_running()).collect();
        let waiting = (0..generations.len()).find(|place| generations[*place].is_waiting());
        if let Some(place) = waiting {
            let (lora, prompt, cache) = generations[place].prefill();
            let logits =
                self.base.forward(lora, prompt, cache).map_err(InferenceError::Sequence)?;
            pieces[place] = Some(generations[place].choose(&self.tokenizer, &logits)?);
        }
        if running.is_empty() {
            return Ok(pieces);
        }
        let mut rows: Vec<Decode<'_>> = generations
            .iter_mut()
            .enumerate()
            .filter(|(place, _)| running.binary_search(place).is_ok())
            .filter_map(|(_, generation)| generation.decode())
            .collect();
        let logits = self.base.decode(&mut rows).map_err(InferenceError::Sequence)?;
        let each = running.iter().zip(logits.chunks_exact(self.base.config().vocabulary));
        for (place, logits) in each {
            pieces[*place] = Some(generations[*place].choose(&self.tokenizer, logits)?);
        }
        Ok(pieces)
    }

    /// The next piece of one answer; `None` once it is complete.
    ///
    /// # Errors
    /// As [`Engine::step`].
    pub fn next(&self, generation: &mut Generation) -> Result<Option<Piece>, InferenceError> {
        Ok(self.step(&mut [generation])?.pop().flatten())
    }

    /// Runs one answer to its end.
    ///
    /// # Errors
    /// As [`Engine::step`].
    pub fn finish(&self, generation: &mut Generation) -> Result<(), InferenceError> {
        while self.next(generation)?.is_some() {}
        Ok(())
    }

    /// How probable `answer` is after `prompt`, under an adapter or the base.
    ///
    /// # Errors
    /// [`InferenceError::EmptyPrompt`], or [`InferenceError::Sequence`] when the answer is empty, both
    /// do not fit the context, or a token is outside the vocabulary.
    pub fn score(
        &self,
        lora: Option<&Lora>,
        prompt: &[u32],
        answer: &[u32],
    ) -> Result<Likelihood, InferenceError> {
        if prompt.is_empty() {
            return Err(InferenceError::EmptyPrompt);
        }
        let example = Example::new(&[prompt, answer].concat(), prompt.len());
        let loss = self
            .base
            .loss(lora, &example, &mut Workspace::new())
            .map_err(InferenceError::Sequence)?;
        Ok(Likelihood { log_probability: -loss.sum_nats, tokens: loss.tokens })
    }

    /// How much more probable `answer` is by the adapter after `prompt` than by the base after
    /// `bare_prompt` (the same prompt without the records that stand in it), in micronats per token.
    ///
    /// # Errors
    /// As [`Engine::score`].
    pub fn lift_micronats(
        &self,
        lora: Option<&Lora>,
        prompt: &[u32],
        bare_prompt: &[u32],
        answer: &[u32],
    ) -> Result<i64, InferenceError> {
        let tuned = self.score(lora, prompt, answer)?;
        let base = self.score(None, bare_prompt, answer)?;
        let tokens = u32::try_from(tuned.tokens.max(1)).unwrap_or(u32::MAX);
        let lift = (tuned.log_probability - base.log_probability) / f64::from(tokens);
        Ok(micro(lift))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a lift is a few nats; the cast saturates")]
fn micro(nats: f64) -> i64 {
    (nats * 1e6).round() as i64
}
