//! Complete answers in OpenAI's form.

use inference::Generation;

use super::Answered;
use super::prepare::Prepared;
use super::worker::finish_reason;
use crate::clock::now_s;
use crate::wire::{
    Annotation, AnswerMessage, AttributionSummary, ChatChoice, ChatReply, CompletionReply, Source,
    TextChoice, UrlCitation, Usage,
};

/// Characters of a question in a source's title.
const TITLE_CHARACTERS: usize = 80;

impl Answered {
    /// The base model's answer: free, attributed to nobody, not kept.
    pub(super) fn unpaid(prepared: Prepared, generation: &Generation) -> Self {
        let usage = generation.usage();
        let count = |tokens: usize| u32::try_from(tokens).unwrap_or(u32::MAX);
        let (read, written) = (count(usage.prompt_tokens), count(usage.answer_tokens));
        Self {
            id: prepared.reply_id,
            model: prepared.model,
            created_s: now_s(),
            text: generation.text().to_owned(),
            finish_reason: finish_reason(generation.finish()),
            usage: Usage {
                prompt_tokens: read,
                completion_tokens: written,
                total_tokens: read.saturating_add(written),
            },
            attribution: AttributionSummary {
                status: "unavailable".to_owned(),
                unattributed_ppm: 1_000_000,
                fee_wei: "0".to_owned(),
                ..AttributionSummary::default()
            },
        }
    }

    /// The paid sources in OpenAI's form: one per verbatim part, or one for the whole answer.
    pub(crate) fn annotations(&self) -> Vec<Annotation> {
        let length = u32::try_from(self.text.chars().count()).unwrap_or(u32::MAX);
        let sources = self.attribution.sources.iter().filter(|source| source.share_ppm > 0);
        let annotate = |source: &Source| {
            let span =
                self.attribution.spans.iter().find(|span| span.records.contains(&source.record));
            let (start_index, end_index) = span.map_or((0, length), |span| (span.start, span.end));
            let question: String = source.question.chars().take(TITLE_CHARACTERS).collect();
            Annotation {
                kind: "url_citation".to_owned(),
                url_citation: UrlCitation {
                    start_index,
                    end_index,
                    title: format!("{}: {question}", source.contributor_name),
                    url: format!("/receipts/{}", self.attribution.id),
                },
            }
        };
        sources.map(annotate).collect()
    }

    /// As a reply to a chat request.
    pub(crate) fn chat_reply(&self) -> ChatReply {
        ChatReply {
            id: format!("chatcmpl-{}", self.id),
            object: "chat.completion".to_owned(),
            created: self.created_s,
            model: self.model.clone(),
            choices: vec![ChatChoice {
                index: 0,
                message: AnswerMessage {
                    role: "assistant".to_owned(),
                    content: self.text.clone(),
                    annotations: self.annotations(),
                },
                finish_reason: self.finish_reason.to_owned(),
            }],
            usage: self.usage,
            attribution: self.attribution.clone(),
        }
    }

    /// As a reply to a request to continue a text.
    pub(crate) fn text_reply(&self) -> CompletionReply {
        CompletionReply {
            id: format!("cmpl-{}", self.id),
            object: "text_completion".to_owned(),
            created: self.created_s,
            model: self.model.clone(),
            choices: vec![TextChoice {
                index: 0,
                text: self.text.clone(),
                finish_reason: Some(self.finish_reason.to_owned()),
                logprobs: None,
            }],
            usage: Some(self.usage),
            attribution: Some(self.attribution.clone()),
        }
    }
}
