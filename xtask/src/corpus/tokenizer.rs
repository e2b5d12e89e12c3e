//! The tokenizer: byte-level BPE over the mixture, digits one by one, in the Hugging Face layout.

use std::fs;
use std::path::Path;

use anyhow::{Result, anyhow, ensure};
use serde_json::json;
use tokenizers::models::bpe::{BPE, BpeTrainer};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::{
    AddedToken, DecoderWrapper, NormalizerWrapper, PostProcessorWrapper, PreTokenizerWrapper,
    TokenizerBuilder,
};

use super::{Chat, Text};

const VOCABULARY: usize = 4096;
/// In the order of their ids.
pub(crate) const SPECIALS: [&str; 6] =
    ["<|bos|>", "<|end|>", "<|pad|>", "<|system|>", "<|user|>", "<|assistant|>"];
const CHAT_TEMPLATE: &str = "{{ bos_token }}{% for message in messages %}\
{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}{% endfor %}\
{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}";
/// One chat in so many is enough for the merges.
const CHATS_ONE_IN: usize = 40;

/// Trains on the texts and some chats; writes `tokenizer.json` and `tokenizer_config.json`.
pub(super) fn train(texts: &[Text], chats: &[Chat], folder: &Path) -> Result<()> {
    let specials = SPECIALS.map(|token| AddedToken::from(token, true)).to_vec();
    let mut trainer = BpeTrainer::builder()
        .vocab_size(VOCABULARY)
        .min_frequency(2)
        .show_progress(false)
        .special_tokens(specials)
        .initial_alphabet(ByteLevel::alphabet().into_iter().collect())
        .build();
    let steps = vec![
        PreTokenizerWrapper::Digits(Digits::new(true)),
        PreTokenizerWrapper::ByteLevel(ByteLevel::new(false, true, true)),
    ];
    let mut tokenizer = TokenizerBuilder::<
        BPE,
        NormalizerWrapper,
        PreTokenizerWrapper,
        PostProcessorWrapper,
        DecoderWrapper,
    >::default()
    .with_model(BPE::default())
    .with_normalizer(None)
    .with_pre_tokenizer(Some(PreTokenizerWrapper::Sequence(Sequence::new(steps))))
    .with_post_processor(None)
    .with_decoder(Some(DecoderWrapper::ByteLevel(ByteLevel::default())))
    .build()
    .map_err(|error| anyhow!(error))?;
    let messages = chats.iter().step_by(CHATS_ONE_IN).flat_map(|chat| chat.messages.iter());
    let lines: Vec<&str> = texts
        .iter()
        .map(|text| text.text.as_str())
        .chain(messages.map(|m| m.content.as_str()))
        .collect();
    tokenizer.train(&mut trainer, lines.into_iter()).map_err(|error| anyhow!(error))?;
    for (id, token) in SPECIALS.into_iter().enumerate() {
        ensure!(tokenizer.token_to_id(token) == u32::try_from(id).ok(), "{token} has another id");
    }
    ensure!(
        tokenizer.get_vocab_size(true) == VOCABULARY,
        "the text is too small for the vocabulary"
    );
    tokenizer.save(folder.join("tokenizer.json"), true).map_err(|error| anyhow!(error))?;
    let config = json!({
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": "<|bos|>",
        "eos_token": "<|end|>",
        "pad_token": "<|pad|>",
        "add_bos_token": false,
        "clean_up_tokenization_spaces": false,
        "model_max_length": 512,
        "chat_template": CHAT_TEMPLATE,
    });
    fs::write(folder.join("tokenizer_config.json"), serde_json::to_string_pretty(&config)? + "\n")?;
    Ok(())
}
