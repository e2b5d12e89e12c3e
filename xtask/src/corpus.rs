//! `cargo xtask corpus`: the pre-training mixture and the tokenizer trained on it.
//!
//! Text comes from the Rust toolchain's own documentation, without the error-code index and without any
//! paragraph that states an answer of the demo. Chats come from a seeded generator whose skill to teach is
//! answering from records in the prompt: the keys are random, so nothing can be learnt by heart.

mod chat;
mod html;
mod invent;
mod tokenizer;
mod wording;

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::seeded::Seeded;

/// Where the corpus goes and how large it is.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The folder that receives `text.jsonl`, `chat.jsonl`, `heldout.jsonl` and the tokenizer.
    #[arg(long, default_value = ".openledger/corpus")]
    pub(crate) out: PathBuf,
    /// The demo's Datanets: no paragraph of the text may state an answer of theirs.
    #[arg(long, default_value = "demo")]
    demo: PathBuf,
    /// The number of generated chats.
    #[arg(long, default_value_t = 96_000)]
    chats: usize,
    /// Decides every generated chat.
    #[arg(long, default_value_t = 11)]
    seed: u64,
}

/// One message of a chat.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Message {
    pub(crate) role: Role,
    pub(crate) content: String,
    /// Whether training counts this message's tokens and its end.
    #[serde(default)]
    pub(crate) learn: bool,
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    System,
    User,
    Assistant,
}

impl Role {
    /// The special token that opens a message of this role.
    pub(crate) fn marker(self) -> &'static str {
        match self {
            Self::System => "<|system|>",
            Self::User => "<|user|>",
            Self::Assistant => "<|assistant|>",
        }
    }
}

/// One line of `chat.jsonl`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Chat {
    pub(crate) messages: Vec<Message>,
}

/// One line of `text.jsonl`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Text {
    pub(crate) text: String,
}

const HELD_OUT_CHATS: usize = 500;

pub(crate) fn run(options: &Options) -> Result<()> {
    fs::create_dir_all(&options.out)?;
    let answers = demo_answers(&options.demo)?;
    let paragraphs = html::paragraphs(&answers)?;
    let texts = join_paragraphs(&paragraphs);
    write_lines(&options.out.join("text.jsonl"), &texts)?;
    let characters: usize = texts.iter().map(|text| text.text.len()).sum();
    println!("text: {} documents, {characters} bytes", texts.len());

    let inventor = invent::Inventor::new(&paragraphs);
    let mut seeded = Seeded::new(options.seed);
    let chats: Vec<Chat> = (0..options.chats)
        .map(|turn| {
            let stage = chat::Stage::at(turn, options.chats);
            chat::write(&inventor, stage, wording::Split::Train, &mut seeded)
        })
        .collect();
    write_lines(&options.out.join("chat.jsonl"), &chats)?;
    let mut seeded = Seeded::new(options.seed ^ 0x0048_454c_444f_5554);
    let held_out: Vec<Chat> = (0..HELD_OUT_CHATS)
        .map(|_| chat::write_lookup(&inventor, wording::Split::HeldOut, &mut seeded))
        .collect();
    write_lines(&options.out.join("heldout.jsonl"), &held_out)?;
    println!("chat: {} documents", chats.len());

    tokenizer::train(&texts, &chats, &options.out)
}

/// The answers of every Datanet under `demo`.
fn demo_answers(demo: &Path) -> Result<Vec<String>> {
    #[derive(Deserialize)]
    struct Answer {
        answer: String,
    }
    let mut answers = Vec::new();
    for entry in demo.read_dir().with_context(|| format!("reading {}", demo.display()))? {
        let path = entry?.path().join("records.jsonl");
        if path.is_file() {
            let records: Vec<Answer> = read_lines(&path)?;
            answers.extend(records.into_iter().map(|record| record.answer));
        }
    }
    ensure!(
        !answers.is_empty(),
        "no Datanet under {}: run `cargo xtask demo-data`",
        demo.display()
    );
    Ok(answers)
}

/// Joins neighbouring paragraphs into documents of a few hundred characters.
fn join_paragraphs(paragraphs: &[String]) -> Vec<Text> {
    const DOCUMENT_BYTES: usize = 700;
    let mut texts = Vec::new();
    let mut text = String::new();
    for paragraph in paragraphs {
        if !text.is_empty() {
            text.push('\n');
        }
        text += paragraph;
        if text.len() >= DOCUMENT_BYTES {
            texts.push(Text { text: std::mem::take(&mut text) });
        }
    }
    texts
}

/// Reads a JSON Lines file.
pub(crate) fn read_lines<T: for<'a> Deserialize<'a>>(path: &Path) -> Result<Vec<T>> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    text.lines()
        .enumerate()
        .map(|(line, json)| {
            serde_json::from_str(json).with_context(|| format!("{}:{}", path.display(), line + 1))
        })
        .collect()
}

fn write_lines<T: Serialize>(path: &Path, lines: &[T]) -> Result<()> {
    let file = fs::File::create(path).with_context(|| format!("creating {}", path.display()))?;
    let mut writer = BufWriter::new(file);
    for line in lines {
        serde_json::to_writer(&mut writer, line)?;
        writer.write_all(b"\n")?;
    }
    Ok(writer.flush()?)
}
