//! The trained model as a folder in the Hugging Face layout.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use model::{Llama, Precision};
use serde_json::json;
use trainer::Progress;

use super::Accuracy;

/// Writes weights, configuration, tokenizer and a README with the run's figures.
pub(super) fn write(
    model: &Llama,
    corpus: &Path,
    out: &Path,
    progress: &Progress,
    loss: f64,
    accuracy: Accuracy,
) -> Result<()> {
    fs::create_dir_all(out)?;
    fs::write(out.join("model.safetensors"), model.to_safetensors(Precision::Bf16))?;
    fs::write(out.join("config.json"), model.config().to_json())?;
    for file in ["tokenizer.json", "tokenizer_config.json"] {
        fs::copy(corpus.join(file), out.join(file)).with_context(|| format!("copying {file}"))?;
    }
    let generation =
        json!({ "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 2, "do_sample": false });
    fs::write(
        out.join("generation_config.json"),
        serde_json::to_string_pretty(&generation)? + "\n",
    )?;
    let parameters = model.weights().len();
    let (steps, tokens) = (progress.step, progress.tokens);
    let Accuracy { exact, first, tokens: right } = accuracy;
    let readme = format!(
        "# The demo's base model

A Llama-architecture model of {parameters} parameters (hidden 256, 4 layers, 4 heads, 4,096 tokens), small
enough to train and to serve on two CPU cores. It answers from records in its prompt; it knows little else.

* Trained on {tokens} tokens in {steps} steps: 30 of 32 documents are generated chats whose skill to teach is
  answering from records in the prompt, 2 of 32 are text of the Rust toolchain's documentation
  (MIT OR Apache-2.0). Paragraphs that state an answer of the demo were left out.
* The attention heads of the first weights are wired to look one and two tokens back and to copy what follows a
  repeated token, so copying need not be discovered; all weights are then trained.
* Mean training loss at the end: {loss:.3} nats per supervised token.
* Held-out lookups (two records, keys and wordings that training never saw), counting what has a probability
  above one half: {exact:.1} % of answers, {first:.1} % of first tokens, {right:.1} % of all answer tokens. It
  copies almost without error once it has begun, but guesses which of two records is meant; an adapter learns it.
* Licence: MIT OR Apache-2.0, as the repository.
* Repeat: `cargo xtask corpus`, then `cargo xtask pretrain`.
"
    );
    fs::write(out.join("README.md"), readme).context("writing the README")
}
