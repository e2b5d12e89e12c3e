//! Answers: from a request to a stored, attributed and owed completion.
//!
//! ```text
//! request ─→ Prepared (prompt built, fee reserved) ─→ queue ─→ tokens ─→ attribution ─→ one write ─→ reply
//! ```
//! Whatever can be refused is refused before the queue. The reservation is durable before the first
//! token; completion, attribution receipt, split and the end of the reservation are one write, made
//! before the reply ends.

mod attributed;
mod prepare;
mod reply;
mod request;
mod stored;
mod worker;

use std::sync::{Mutex, mpsc};

use tokio::sync::mpsc as replies;

use crate::error::ApiError;
use crate::keys::lock;
use crate::wire::{AttributionDetail, AttributionSummary, Usage};

pub(crate) use attributed::commitment;
pub(crate) use request::AnswerRequest;
pub(crate) use worker::work;

use prepare::Prepared;

/// Where prepared answers wait for the model.
#[derive(Debug)]
pub(crate) struct AnswerQueue {
    /// Gone when the node stops.
    sender: Mutex<Option<mpsc::SyncSender<Prepared>>>,
    /// Until the answering thread takes it.
    receiver: Mutex<Option<mpsc::Receiver<Prepared>>>,
}

/// What the caller hears while an answer is made.
#[derive(Debug)]
pub(crate) enum AnswerEvent {
    /// More text.
    Piece(String),
    /// The answer is complete and stored.
    Done(Box<Answered>),
    /// There is no answer, and nothing is owed.
    Failed(Box<ApiError>),
}

/// An answer in the making, as HTTP sees it.
#[derive(Debug)]
pub(crate) struct AnswerStream {
    /// Unique to this reply.
    pub(crate) id: String,
    /// The model that answers.
    pub(crate) model: String,
    /// When it was begun.
    pub(crate) created_s: u64,
    /// What happens.
    pub(crate) receiver: replies::Receiver<AnswerEvent>,
}

/// A complete answer.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) id: String,
    pub(crate) model: String,
    pub(crate) created_s: u64,
    pub(crate) text: String,
    pub(crate) finish_reason: &'static str,
    pub(crate) usage: Usage,
    /// As much of it as the caller asked for.
    pub(crate) attribution: AttributionSummary,
}

impl AnswerQueue {
    /// A queue of at most `answers_max`.
    pub(crate) fn new(answers_max: usize) -> Self {
        let (sender, receiver) = mpsc::sync_channel(answers_max);
        Self { sender: Mutex::new(Some(sender)), receiver: Mutex::new(Some(receiver)) }
    }

    /// Ends the answering thread once it has finished what it has begun.
    pub(crate) fn stop(&self) {
        drop(lock(&self.sender).take());
    }

    /// The other end of the queue, for the answering thread.
    fn take_receiver(&self) -> Option<mpsc::Receiver<Prepared>> {
        lock(&self.receiver).take()
    }

    /// Queues an answer; gives it back when the queue is full or closed.
    fn push(&self, prepared: Prepared) -> Result<(), Box<Prepared>> {
        let Some(sender) = lock(&self.sender).clone() else { return Err(Box::new(prepared)) };
        sender.try_send(prepared).map_err(|error| match error {
            mpsc::TrySendError::Full(prepared) | mpsc::TrySendError::Disconnected(prepared) => {
                Box::new(prepared)
            }
        })
    }
}
