//! The corpus as training examples: which documents each step sees, and which tokens count.

use std::path::Path;

use anyhow::{Context, Result, anyhow, ensure};
use model::Example;
use tokenizers::Tokenizer;

use super::HELD_OUT;
use crate::corpus::{Chat, Text, read_lines};

/// One document in so many is text, the others are chats.
const TEXT_ONE_IN: usize = 16;
const TOKENS_MAX: usize = 256;

/// The documents, tokenised when their step comes.
#[derive(Debug)]
pub(super) struct Data {
    tokenizer: Tokenizer,
    chats: Vec<Chat>,
    texts: Vec<Text>,
    batch: usize,
    /// Lookups that training never sees.
    pub(super) held_out: Vec<Example>,
}

impl Data {
    pub(super) fn load(corpus: &Path, batch: usize) -> Result<Self> {
        let file = corpus.join("tokenizer.json");
        let tokenizer = Tokenizer::from_file(&file)
            .map_err(|error| anyhow!(error))
            .with_context(|| format!("reading {}: run `cargo xtask corpus`", file.display()))?;
        let chats = read_lines(&corpus.join("chat.jsonl"))?;
        let texts = read_lines(&corpus.join("text.jsonl"))?;
        ensure!(!chats.is_empty() && !texts.is_empty(), "the corpus is empty");
        let mut data = Self { tokenizer, chats, texts, batch, held_out: Vec::new() };
        let held_out: Vec<Chat> = read_lines(&corpus.join("heldout.jsonl"))?;
        for chat in held_out.iter().take(HELD_OUT) {
            data.held_out.push(data.of_chat(chat)?);
        }
        Ok(data)
    }

    /// The examples of a step: documents in their order, arranged so that both halves are alike in length.
    pub(super) fn batch(&self, step: u64) -> Result<Vec<Example>> {
        let text_count = self.batch.div_ceil(TEXT_ONE_IN);
        let chat_count = self.batch - text_count;
        let step = usize::try_from(step)?;
        let mut examples = Vec::with_capacity(self.batch);
        for position in step * chat_count..(step + 1) * chat_count {
            examples.push(self.of_chat(&self.chats[position % self.chats.len()])?);
        }
        for position in step * text_count..(step + 1) * text_count {
            // A stride that is coprime to the count visits every document once per epoch.
            let position = position % self.texts.len() * 7919 % self.texts.len();
            examples.push(self.of_text(&self.texts[position])?);
        }
        examples.sort_by_key(|example| example.inputs().len());
        let (mut first, mut second) = (Vec::new(), Vec::new());
        for (position, example) in examples.into_iter().enumerate() {
            if position % 2 == 0 { first.push(example) } else { second.push(example) }
        }
        first.append(&mut second);
        Ok(first)
    }

    /// A chat in the model's format; only the messages to learn from are supervised.
    fn of_chat(&self, chat: &Chat) -> Result<Example> {
        let mut tokens = vec![self.special("<|bos|>")?];
        let mut counts = vec![false];
        let end = self.special("<|end|>")?;
        for message in &chat.messages {
            tokens.push(self.special(message.role.marker())?);
            counts.push(false);
            let content = self.encode(&message.content)?;
            counts.resize(counts.len() + content.len() + 1, message.learn);
            tokens.extend(content);
            tokens.push(end);
        }
        example(&tokens, &counts)
    }

    fn of_text(&self, text: &Text) -> Result<Example> {
        let mut tokens = vec![self.special("<|bos|>")?];
        tokens.extend(self.encode(&text.text)?);
        tokens.push(self.special("<|end|>")?);
        let counts = vec![true; tokens.len()];
        example(&tokens, &counts)
    }

    fn special(&self, token: &str) -> Result<u32> {
        self.tokenizer.token_to_id(token).with_context(|| format!("the tokenizer lacks {token}"))
    }

    fn encode(&self, text: &str) -> Result<Vec<u32>> {
        let encoding = self.tokenizer.encode_fast(text, false).map_err(|error| anyhow!(error))?;
        Ok(encoding.get_ids().to_vec())
    }
}

/// At most [`TOKENS_MAX`] tokens; the end is cut off, or the beginning where it alone counts.
fn example(tokens: &[u32], counts: &[bool]) -> Result<Example> {
    let keep = tokens.len().min(TOKENS_MAX + 1);
    let supervised = counts[1..keep].contains(&true);
    let range = if supervised { 0..keep } else { tokens.len() - keep..tokens.len() };
    let (tokens, counts) = (&tokens[range.clone()], &counts[range]);
    let targets = (1..tokens.len()).map(|i| counts[i].then_some(tokens[i])).collect();
    Ok(Example::with_targets(tokens[..tokens.len() - 1].to_vec(), targets)?)
}
