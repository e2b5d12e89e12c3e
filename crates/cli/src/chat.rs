//! `openledger chat`.

use std::io::BufRead as _;

use node::client::Client;
use node::wire::{
    AttributionDetail, AttributionSummary, ChatContent, ChatMessage, ChatRequest, Sampling, Source,
};
use serde_json::json;

use crate::arguments::Chat;
use crate::failure::Failure;
use crate::output::{Output, amount, percent};

pub(crate) fn run(client: &Client, command: &Chat, output: Output) -> Result<(), Failure> {
    if let Some(question) = &command.question {
        return ask(client, command, question, output);
    }
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|error| {
            Failure::new(
                "input",
                format!("cannot read standard input: {error}"),
                "give the question as an argument",
            )
        })?;
        if !line.trim().is_empty() {
            ask(client, command, line.trim(), output)?;
        }
    }
    Ok(())
}

fn ask(client: &Client, command: &Chat, question: &str, output: Output) -> Result<(), Failure> {
    let detail = if command.full { AttributionDetail::Full } else { AttributionDetail::Summary };
    let request = ChatRequest {
        model: command.adapter.clone(),
        messages: vec![ChatMessage {
            role: "user".to_owned(),
            content: ChatContent::Text(question.to_owned()),
        }],
        sampling: Sampling {
            max_tokens: command.max_tokens,
            temperature: command.temperature,
            retrieve: command.no_retrieve.then_some(false),
            attribution: detail,
            ..Sampling::default()
        },
        ..ChatRequest::default()
    };
    let end = client.chat_stream(&request, |piece| output.piece(piece))?;
    output.line("\n");
    let json = json!({ "answer": end.text, "usage": end.usage, "attribution": end.attribution });
    output.result(&json, |_| sources(&end.attribution));
    Ok(())
}

fn sources(attribution: &AttributionSummary) -> String {
    let line = |source: &Source| {
        let Source { contributor_name, question, licence, .. } = source;
        let evidence = source.evidence.iter().map(|evidence| evidence.class.as_str());
        let evidence = evidence.collect::<Vec<_>>().join(", ");
        let evidence = source.reason.clone().unwrap_or(evidence);
        let share = percent(source.share_ppm);
        format!("  {share:>9}  {contributor_name}: {question}  [{evidence}; {licence}]")
    };
    let mut lines: Vec<String> = attribution.sources.iter().map(line).collect();
    if attribution.status == "complete" {
        lines.push(format!("  {:>9}  unattributed", percent(attribution.unattributed_ppm)));
        lines.push(format!("fee {}, receipt {}", amount(&attribution.fee_wei), attribution.id));
    } else {
        lines.push("the base model's answers are free and attributed to nobody".to_owned());
    }
    lines.join("\n")
}
