//! Text to tokens and back.

use crate::error::TextError;

/// A tokenizer in the format of `tokenizer.json`.
#[derive(Debug, Clone)]
pub struct Tokenizer {
    /// Recognises special tokens in text.
    special: tokenizers::Tokenizer,
    /// Reads them as ordinary text.
    plain: tokenizers::Tokenizer,
    specials: Vec<String>,
}

impl Tokenizer {
    /// Reads a `tokenizer.json`. Truncation and padding that it may ask for are switched off.
    ///
    /// # Errors
    /// The file is malformed.
    pub fn from_json(bytes: &[u8]) -> Result<Self, TextError> {
        let mut special = tokenizers::Tokenizer::from_bytes(bytes).map_err(TextError::Tokenizer)?;
        special.with_padding(None).with_truncation(None).map_err(TextError::Tokenizer)?;
        let mut plain = special.clone();
        plain.set_encode_special_tokens(true);
        let mut added: Vec<_> = special.get_added_tokens_decoder().into_iter().collect();
        added.sort_unstable_by_key(|(token, _)| *token);
        let specials = added.into_iter().filter(|(_, token)| token.special);
        let specials = specials.map(|(_, token)| token.content).collect();
        Ok(Self { special, plain, specials })
    }

    /// Tokens of a text in which special tokens may be written out, such as a
    /// rendered chat template. Nothing is added at the ends.
    ///
    /// # Errors
    /// The tokenizer cannot represent the text.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, TextError> {
        encode(&self.special, text)
    }

    /// Tokens of a text from outside: what looks like a special token is read
    /// as ordinary characters.
    ///
    /// # Errors
    /// The tokenizer cannot represent the text.
    pub fn encode_plain(&self, text: &str) -> Result<Vec<u32>, TextError> {
        encode(&self.plain, text)
    }

    /// Text of tokens, without the special ones. Bytes that are not UTF-8
    /// become `U+FFFD`.
    ///
    /// # Errors
    /// The decoder of the file fails.
    pub fn decode(&self, tokens: &[u32]) -> Result<String, TextError> {
        self.special.decode(tokens, true).map_err(TextError::Tokenizer)
    }

    /// Text of tokens, special ones included.
    ///
    /// # Errors
    /// The decoder of the file fails.
    pub fn decode_with_special(&self, tokens: &[u32]) -> Result<String, TextError> {
        self.special.decode(tokens, false).map_err(TextError::Tokenizer)
    }

    /// The token with this exact content.
    pub fn token(&self, content: &str) -> Option<u32> {
        self.special.token_to_id(content)
    }

    /// The content of a token, as the file writes it.
    pub fn content(&self, token: u32) -> Option<String> {
        self.special.id_to_token(token)
    }

    /// Number of tokens.
    pub fn vocabulary(&self) -> usize {
        self.special.get_vocab_size(true)
    }

    /// Contents of the special tokens, by token.
    pub fn specials(&self) -> &[String] {
        &self.specials
    }

    /// `text` with every special token cut out, so that it cannot end a
    /// message or forge another inside a chat template.
    #[must_use]
    pub fn without_specials(&self, text: &str) -> String {
        let mut text = text.to_owned();
        // A cut can join two halves into a new special token, hence the loop.
        while let Some(special) = self.specials.iter().find(|special| text.contains(*special)) {
            text = text.replace(special, "");
        }
        text
    }
}

fn encode(tokenizer: &tokenizers::Tokenizer, text: &str) -> Result<Vec<u32>, TextError> {
    let encoding = tokenizer.encode_fast(text, false).map_err(TextError::Tokenizer)?;
    Ok(encoding.get_ids().to_vec())
}

/// Decodes an answer token by token, never splitting a character.
///
/// Some decoders treat the start of a text specially, so a few tokens before
/// the new ones are decoded along and cut off again.
#[derive(Debug, Clone, Default)]
pub struct TextStream {
    tokens: Vec<u32>,
    /// Tokens before this one are context only.
    context: usize,
}

impl TextStream {
    /// A stream at its start.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes one token and returns the text that it completes, often none.
    ///
    /// # Errors
    /// The decoder of the file fails.
    pub fn push(&mut self, tokenizer: &Tokenizer, token: u32) -> Result<String, TextError> {
        self.tokens.push(token);
        let text = self.fresh(tokenizer)?;
        // A trailing replacement character is most likely half a character.
        if text.is_empty() || text.ends_with('\u{fffd}') {
            return Ok(String::new());
        }
        self.tokens.drain(..self.context);
        self.context = self.tokens.len();
        Ok(text)
    }

    /// Returns what is left at the end of the answer.
    ///
    /// # Errors
    /// The decoder of the file fails.
    pub fn finish(&mut self, tokenizer: &Tokenizer) -> Result<String, TextError> {
        let text = self.fresh(tokenizer)?;
        *self = Self::default();
        Ok(text)
    }

    fn fresh(&self, tokenizer: &Tokenizer) -> Result<String, TextError> {
        let context = tokenizer.decode(&self.tokens[..self.context])?;
        let text = tokenizer.decode(&self.tokens)?;
        Ok(text.strip_prefix(&context).unwrap_or_default().to_owned())
    }
}
