//! One .io file: comments, requests (`>>`) and the answers (`<<`) to them.

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

/// One file.
#[derive(Debug)]
pub(super) struct Script {
    /// Only the shape of the results counts.
    pub(super) shape_only: bool,
    /// What is asked and what is answered, in turn.
    pub(super) steps: Vec<Step>,
}

/// One line of a file.
#[derive(Debug)]
pub(super) enum Step {
    /// To be posted as it stands.
    Request(String),
    /// The answer to the request before it.
    Answer(Value),
}

impl Script {
    /// Reads a file.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let mut script = Self { shape_only: false, steps: Vec::new() };
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if let Some(comment) = line.strip_prefix("//") {
                let says = comment.trim_start().starts_with("speconly:");
                script.shape_only |= says && script.steps.is_empty();
            } else if let Some(request) = line.strip_prefix(">>") {
                script.steps.push(Step::Request(request.trim().to_owned()));
            } else if let Some(answer) = line.strip_prefix("<<") {
                let answer = serde_json::from_str(answer).context("a recorded answer")?;
                script.steps.push(Step::Answer(answer));
            } else {
                bail!("neither comment, request nor answer: {line:.80}");
            }
        }
        Ok(script)
    }
}
