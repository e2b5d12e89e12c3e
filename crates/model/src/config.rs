//! The shape of a Llama-family network, as its `config.json` states it.

use serde::{Deserialize, Serialize};

use crate::error::ConfigError;

/// Largest accepted vocabulary.
const VOCABULARY_MAX: usize = 1 << 20;
/// Largest accepted width (hidden, feed-forward, heads × head width).
const WIDTH_MAX: usize = 1 << 17;
/// Largest accepted number of layers.
const LAYERS_MAX: usize = 512;
/// Longest accepted context, in tokens.
const CONTEXT_MAX: usize = 1 << 18;
/// Largest accepted context × head width: the size of the rotary tables.
const ROPE_MAX: usize = 1 << 25;

/// Shape and constants of the network.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Width `d` of the residual stream.
    pub hidden: usize,
    /// Number of transformer layers.
    pub layers: usize,
    /// Number of query heads.
    pub heads: usize,
    /// Number of key/value heads; divides `heads` (grouped-query attention).
    pub kv_heads: usize,
    /// Width of one head; even.
    pub head_width: usize,
    /// Width of the feed-forward layer.
    pub ffn: usize,
    /// Number of tokens.
    pub vocabulary: usize,
    /// Longest sequence, in tokens.
    pub context: usize,
    /// `ε` of `RMSNorm`.
    pub norm_epsilon: f32,
    /// Base `θ` of the rotary embedding.
    pub rope_theta: f64,
    /// Whether the output projection is the embedding.
    pub tied: bool,
    /// Token that starts a text, if the file names one.
    pub bos: Option<u32>,
    /// Tokens that end an answer.
    pub eos: Vec<u32>,
}

/// `config.json` as the `transformers` library writes it.
#[derive(Debug, Serialize, Deserialize)]
struct Foreign {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    architectures: Vec<String>,
    #[serde(default)]
    model_type: String,
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    #[serde(default)]
    num_key_value_heads: Option<usize>,
    #[serde(default)]
    head_dim: Option<usize>,
    vocab_size: usize,
    #[serde(default = "default_context")]
    max_position_embeddings: usize,
    #[serde(default = "default_epsilon")]
    rms_norm_eps: f64,
    #[serde(default)]
    rope_theta: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rope_scaling: Option<serde_json::Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rope_parameters: Option<serde_json::Value>,
    #[serde(default)]
    tie_word_embeddings: bool,
    #[serde(default = "default_activation")]
    hidden_act: String,
    #[serde(default)]
    attention_bias: bool,
    #[serde(default)]
    mlp_bias: bool,
    #[serde(default)]
    bos_token_id: Option<u32>,
    #[serde(default)]
    eos_token_id: Option<OneOrMany>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(u32),
    Many(Vec<u32>),
}

fn default_context() -> usize {
    2048
}

fn default_epsilon() -> f64 {
    1e-6
}

fn default_activation() -> String {
    "silu".to_owned()
}

impl Config {
    /// Reads a `config.json` of model type `llama`.
    ///
    /// # Errors
    /// Anything that this crate would not compute exactly (another
    /// architecture, biases, scaled rotary embeddings) and dimensions that are
    /// zero, inconsistent or beyond the caps.
    pub fn from_json(bytes: &[u8]) -> Result<Self, ConfigError> {
        let foreign: Foreign = serde_json::from_slice(bytes).map_err(ConfigError::Syntax)?;
        foreign.refuse_unsupported()?;
        let rope_theta = foreign.rope_theta()?;
        let heads = foreign.num_attention_heads;
        if heads == 0 {
            return Err(ConfigError::Range { field: "num_attention_heads", value: heads });
        }
        let config = Self {
            hidden: foreign.hidden_size,
            layers: foreign.num_hidden_layers,
            heads,
            kv_heads: foreign.num_key_value_heads.unwrap_or(heads),
            head_width: foreign.head_dim.unwrap_or(foreign.hidden_size / heads),
            ffn: foreign.intermediate_size,
            vocabulary: foreign.vocab_size,
            context: foreign.max_position_embeddings,
            norm_epsilon: narrow(foreign.rms_norm_eps),
            rope_theta,
            tied: foreign.tie_word_embeddings,
            bos: foreign.bos_token_id,
            eos: match foreign.eos_token_id {
                None => Vec::new(),
                Some(OneOrMany::One(token)) => vec![token],
                Some(OneOrMany::Many(tokens)) => tokens,
            },
        };
        config.validate()?;
        Ok(config)
    }

    /// Writes the `config.json` that `transformers` reads.
    #[expect(clippy::missing_panics_doc, reason = "numbers and strings always serialize")]
    pub fn to_json(&self) -> Vec<u8> {
        let foreign = Foreign {
            architectures: vec!["LlamaForCausalLM".to_owned()],
            model_type: "llama".to_owned(),
            hidden_size: self.hidden,
            intermediate_size: self.ffn,
            num_hidden_layers: self.layers,
            num_attention_heads: self.heads,
            num_key_value_heads: Some(self.kv_heads),
            head_dim: Some(self.head_width),
            vocab_size: self.vocabulary,
            max_position_embeddings: self.context,
            rms_norm_eps: shortest(self.norm_epsilon),
            rope_theta: Some(self.rope_theta),
            rope_scaling: None,
            rope_parameters: None,
            tie_word_embeddings: self.tied,
            hidden_act: default_activation(),
            attention_bias: false,
            mlp_bias: false,
            bos_token_id: self.bos,
            eos_token_id: match self.eos.as_slice() {
                [] => None,
                [token] => Some(OneOrMany::One(*token)),
                tokens => Some(OneOrMany::Many(tokens.to_vec())),
            },
        };
        serde_json::to_vec_pretty(&foreign).expect("a struct of numbers and strings serializes")
    }

    /// Checks every dimension against the caps and against the others.
    ///
    /// # Errors
    /// [`ConfigError::Range`] names the first field that is out of range.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let range = |field, value: usize, max: usize| {
            if value == 0 || value > max {
                return Err(ConfigError::Range { field, value });
            }
            Ok(())
        };
        range("hidden_size", self.hidden, WIDTH_MAX)?;
        range("intermediate_size", self.ffn, WIDTH_MAX)?;
        range("num_hidden_layers", self.layers, LAYERS_MAX)?;
        range("vocab_size", self.vocabulary, VOCABULARY_MAX)?;
        range("max_position_embeddings", self.context, CONTEXT_MAX)?;
        range("num_attention_heads", self.heads, WIDTH_MAX)?;
        range("num_key_value_heads", self.kv_heads, self.heads)?;
        range("head_dim", self.head_width, WIDTH_MAX)?;
        if !self.heads.is_multiple_of(self.kv_heads) {
            return Err(ConfigError::Range { field: "num_key_value_heads", value: self.kv_heads });
        }
        if !self.head_width.is_multiple_of(2) || self.query_width() > WIDTH_MAX {
            return Err(ConfigError::Range { field: "head_dim", value: self.head_width });
        }
        if self.context * self.head_width > ROPE_MAX {
            let value = self.context;
            return Err(ConfigError::Range { field: "max_position_embeddings", value });
        }
        if !(self.norm_epsilon.is_finite() && self.norm_epsilon >= 0.0) {
            return Err(ConfigError::Unsupported {
                field: "rms_norm_eps",
                value: self.norm_epsilon.to_string(),
            });
        }
        if !(self.rope_theta.is_finite() && self.rope_theta > 0.0) {
            return Err(ConfigError::Unsupported {
                field: "rope_theta",
                value: self.rope_theta.to_string(),
            });
        }
        Ok(())
    }

    /// Width of all query heads together.
    pub fn query_width(&self) -> usize {
        self.heads * self.head_width
    }

    /// Width of all key (or value) heads together.
    pub fn kv_width(&self) -> usize {
        self.kv_heads * self.head_width
    }

    /// Number of parameters of the network.
    pub fn parameters(&self) -> usize {
        crate::llama::Layout::new(self).total()
    }

    /// Floating-point operations of one forward pass per token, with `length`
    /// tokens before it on average: `2·P + 4·length·query_width·layers`.
    pub fn forward_operations(&self, length: usize) -> usize {
        2 * self.parameters() + 4 * length * self.query_width() * self.layers
    }
}

impl Foreign {
    fn refuse_unsupported(&self) -> Result<(), ConfigError> {
        let refuse = |field, value: &dyn ToString| {
            Err(ConfigError::Unsupported { field, value: value.to_string() })
        };
        if self.model_type != "llama" {
            return refuse("model_type", &self.model_type);
        }
        if self.hidden_act != "silu" {
            return refuse("hidden_act", &self.hidden_act);
        }
        if self.attention_bias {
            return refuse("attention_bias", &true);
        }
        if self.mlp_bias {
            return refuse("mlp_bias", &true);
        }
        Ok(())
    }

    /// `θ` from either place where versions of the library keep it.
    fn rope_theta(&self) -> Result<f64, ConfigError> {
        let mut theta = self.rope_theta;
        let places =
            [("rope_scaling", &self.rope_scaling), ("rope_parameters", &self.rope_parameters)];
        for (field, value) in places {
            let Some(value) = value else { continue };
            let kind = value.get("rope_type").or_else(|| value.get("type"));
            if kind.and_then(|kind| kind.as_str()).unwrap_or("default") != "default" {
                return Err(ConfigError::Unsupported { field, value: value.to_string() });
            }
            theta = value.get("rope_theta").and_then(serde_json::Value::as_f64).or(theta);
        }
        Ok(theta.unwrap_or(10_000.0))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the network computes in f32")]
fn narrow(value: f64) -> f32 {
    value as f32
}

/// The shortest decimal that names this `f32`, as an `f64`.
fn shortest(value: f32) -> f64 {
    value.to_string().parse().unwrap_or_else(|_| f64::from(value))
}
