//! The chat template: messages to one text, the same in training and serving.

use minijinja::{
    Environment, Error, ErrorKind, UndefinedBehavior, Value, context, value::from_args,
};
use serde::{Deserialize, Serialize};

use crate::{error::TextError, tokenizer::Tokenizer};

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// `system`, `user`, `assistant`, or whatever else the template knows.
    pub role: String,
    /// The text.
    pub content: String,
}

impl Message {
    /// A message.
    pub fn new(role: impl Into<String>, content: impl Into<String>) -> Self {
        Self { role: role.into(), content: content.into() }
    }
}

/// A Jinja template that writes a conversation as the network was taught it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatTemplate {
    source: String,
    bos: String,
    eos: String,
}

/// The parts of `tokenizer_config.json` that are used.
#[derive(Deserialize)]
struct Foreign {
    chat_template: Option<OneOrNamed>,
    bos_token: Option<TokenText>,
    eos_token: Option<TokenText>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrNamed {
    One(String),
    Named(Vec<Named>),
}

#[derive(Deserialize)]
struct Named {
    name: String,
    template: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum TokenText {
    Plain(String),
    Object { content: String },
}

impl TokenText {
    fn text(self) -> String {
        match self {
            Self::Plain(text) | Self::Object { content: text } => text,
        }
    }
}

impl ChatTemplate {
    /// A template from its source, and the contents of the special tokens
    /// that it may refer to.
    ///
    /// # Errors
    /// The template is malformed.
    pub fn new(source: &str, bos: &str, eos: &str) -> Result<Self, TextError> {
        environment().template_from_str(source).map_err(TextError::Template)?;
        Ok(Self { source: source.to_owned(), bos: bos.to_owned(), eos: eos.to_owned() })
    }

    /// Reads a `tokenizer_config.json`; of several templates, takes `default`.
    ///
    /// # Errors
    /// The file or the template is malformed, or there is none.
    pub fn from_json(bytes: &[u8]) -> Result<Self, TextError> {
        let foreign: Foreign = serde_json::from_slice(bytes).map_err(TextError::Syntax)?;
        let source = match foreign.chat_template {
            Some(OneOrNamed::One(source)) => Some(source),
            Some(OneOrNamed::Named(list)) => {
                list.into_iter().find(|named| named.name == "default").map(|named| named.template)
            }
            None => None,
        };
        let text = |token: Option<TokenText>| token.map(TokenText::text).unwrap_or_default();
        let source = source.ok_or(TextError::NoTemplate)?;
        Self::new(&source, &text(foreign.bos_token), &text(foreign.eos_token))
    }

    /// The source of the template.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Writes the conversation; with `add_generation_prompt`, up to where the
    /// assistant's answer begins.
    ///
    /// # Errors
    /// The template refuses these messages.
    pub fn render(
        &self,
        messages: &[Message],
        add_generation_prompt: bool,
    ) -> Result<String, TextError> {
        let values = context! {
            messages => Value::from_serialize(messages),
            add_generation_prompt,
            bos_token => self.bos,
            eos_token => self.eos,
        };
        environment().render_str(&self.source, values).map_err(TextError::Template)
    }

    /// Tokens of the conversation. Special tokens inside contents are cut out,
    /// so that a message cannot forge another.
    ///
    /// # Errors
    /// The template refuses these messages, or the tokenizer the text.
    pub fn encode(
        &self,
        tokenizer: &Tokenizer,
        messages: &[Message],
        add_generation_prompt: bool,
    ) -> Result<Vec<u32>, TextError> {
        let clean = |message: &Message| {
            Message::new(message.role.as_str(), tokenizer.without_specials(&message.content))
        };
        let messages: Vec<Message> = messages.iter().map(clean).collect();
        tokenizer.encode(&self.render(&messages, add_generation_prompt)?)
    }

    /// Tokens of a conversation and of the answer that the network should
    /// give to it: `(prompt, answer)`. The answer ends as the template ends it.
    ///
    /// # Errors
    /// The template refuses these messages, or the tokenizer the text.
    pub fn encode_answer(
        &self,
        tokenizer: &Tokenizer,
        messages: &[Message],
        answer: &str,
    ) -> Result<(Vec<u32>, Vec<u32>), TextError> {
        let prompt = self.encode(tokenizer, messages, true)?;
        let mut whole = messages.to_vec();
        whole.push(Message::new("assistant", answer));
        let whole = self.encode(tokenizer, &whole, false)?;
        // Where the boundary falls inside a token, that token belongs to the answer.
        let common = prompt.iter().zip(&whole).take_while(|(a, b)| a == b).count();
        let (prompt, answer) = whole.split_at(common);
        Ok((prompt.to_vec(), answer.to_vec()))
    }
}

/// Settings of the `transformers` library: blocks leave no blank lines, and
/// strings have the few Python methods that templates use.
fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment.set_undefined_behavior(UndefinedBehavior::Lenient);
    environment.add_function("raise_exception", |message: String| -> Result<String, Error> {
        Err(Error::new(ErrorKind::InvalidOperation, message))
    });
    environment.set_unknown_method_callback(|_, value, method, arguments| {
        let unknown = || Error::from(ErrorKind::UnknownMethod);
        let text = value.as_str().ok_or_else(unknown)?;
        string_method(text, method, arguments)?.ok_or_else(unknown)
    });
    environment
}

fn string_method(text: &str, method: &str, arguments: &[Value]) -> Result<Option<Value>, Error> {
    let one = || from_args::<(&str,)>(arguments);
    Ok(Some(match method {
        "strip" => Value::from(text.trim()),
        "lstrip" => Value::from(text.trim_start()),
        "rstrip" => Value::from(text.trim_end()),
        "upper" => Value::from(text.to_uppercase()),
        "lower" => Value::from(text.to_lowercase()),
        "startswith" => Value::from(text.starts_with(one()?.0)),
        "endswith" => Value::from(text.ends_with(one()?.0)),
        "split" => text.split(one()?.0).collect(),
        "replace" => {
            let (from, to) = from_args::<(&str, &str)>(arguments)?;
            Value::from(text.replace(from, to))
        }
        _ => return Ok(None),
    }))
}
