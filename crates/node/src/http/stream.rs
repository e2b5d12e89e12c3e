//! Answers piece by piece: text deltas → one piece with the sources → usage and attribution → `[DONE]`.

use std::convert::Infallible;

use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt as _, stream};
use serde::Serialize;
use tokio_stream::wrappers::ReceiverStream;

use crate::answer::{AnswerEvent, AnswerStream, Answered};
use crate::error::ApiError;
use crate::wire::{ChatChunk, ChunkChoice, CompletionReply, Delta, TextChoice};

type Events = Vec<Event>;

/// A chat answer in `chat.completion.chunk` pieces.
pub(super) fn chat(answers: AnswerStream) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let head = ChatChunk {
        id: format!("chatcmpl-{}", answers.id),
        object: "chat.completion.chunk".to_owned(),
        created: answers.created_s,
        model: answers.model.clone(),
        ..ChatChunk::default()
    };
    let with = move |delta: Delta, finish_reason: Option<String>| ChatChunk {
        choices: vec![ChunkChoice { index: 0, delta, finish_reason }],
        ..head.clone()
    };
    let role = Delta {
        role: Some("assistant".to_owned()),
        content: Some(String::new()),
        annotations: None,
    };
    let first = vec![event(&with(role, None))];
    let rest = ReceiverStream::new(answers.receiver).map(move |event_| match event_ {
        AnswerEvent::Piece(text) => {
            vec![event(&with(Delta { content: Some(text), ..Delta::default() }, None))]
        }
        AnswerEvent::Done(answered) => chat_end(&with, &answered),
        AnswerEvent::Failed(error) => failed(&error),
    });
    sse(stream::iter([first]).chain(rest))
}

fn chat_end(with: &impl Fn(Delta, Option<String>) -> ChatChunk, answered: &Answered) -> Events {
    let sources = Delta { annotations: Some(answered.annotations()), ..Delta::default() };
    let last = ChatChunk {
        choices: Vec::new(),
        usage: Some(answered.usage),
        attribution: Some(answered.attribution.clone()),
        ..with(Delta::default(), None)
    };
    let reason = Some(answered.finish_reason.to_owned());
    vec![event(&with(sources, None)), event(&with(Delta::default(), reason)), event(&last), done()]
}

/// A continuation in `text_completion` pieces.
pub(super) fn text(answers: AnswerStream) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let head = CompletionReply {
        id: format!("cmpl-{}", answers.id),
        object: "text_completion".to_owned(),
        created: answers.created_s,
        model: answers.model.clone(),
        ..CompletionReply::default()
    };
    let with = move |text: String, finish_reason: Option<String>| CompletionReply {
        choices: vec![TextChoice { index: 0, text, finish_reason, logprobs: None }],
        ..head.clone()
    };
    let rest = ReceiverStream::new(answers.receiver).map(move |event_| match event_ {
        AnswerEvent::Piece(text) => vec![event(&with(text, None))],
        AnswerEvent::Done(answered) => {
            let reason = Some(answered.finish_reason.to_owned());
            let last = CompletionReply {
                choices: Vec::new(),
                usage: Some(answered.usage),
                attribution: Some(answered.attribution.clone()),
                ..with(String::new(), None)
            };
            vec![event(&with(String::new(), reason)), event(&last), done()]
        }
        AnswerEvent::Failed(error) => failed(&error),
    });
    sse(rest)
}

fn sse(
    events: impl Stream<Item = Events> + Send + 'static,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    Sse::new(events.flat_map(stream::iter).map(Ok)).keep_alive(KeepAlive::default())
}

fn event(piece: &impl Serialize) -> Event {
    let text = serde_json::to_string(piece).expect("our pieces are plain JSON values");
    Event::default().data(text)
}

fn done() -> Event {
    Event::default().data("[DONE]")
}

fn failed(error: &ApiError) -> Events {
    vec![event(&error.body()), done()]
}
