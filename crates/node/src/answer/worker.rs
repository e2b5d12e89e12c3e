//! The answering thread: all running answers share each pass over the base model's weights.

use std::sync::Arc;
use std::sync::mpsc::Receiver;

use inference::{Engine, EngineOptions, Finish, Generation};

use super::prepare::{Paid, Prepared, refused};
use super::{AnswerEvent, Answered};
use crate::assets::StoredAdapters;
use crate::core::Core;
use crate::error::{ApiError, chain};

/// Answers that are written at the same time.
const RUNNING_MAX: usize = 8;

/// One answer being written.
pub(super) struct Running {
    pub(super) prepared: Prepared,
    pub(super) generation: Generation,
    /// The reader has gone: the answer ends with what is written, and that is what it costs.
    pub(super) is_abandoned: bool,
}

/// Answers until the node stops.
pub(crate) fn work(core: &Arc<Core>) {
    let Some(base) = &core.base else { return };
    let Some(queue) = core.answers.take_receiver() else { return };
    let (model, tokenizer) = (Arc::clone(&base.model), Arc::clone(&base.tokenizer));
    let mut engine = Engine::new(model, tokenizer, EngineOptions::default());
    let mut running: Vec<Running> = Vec::new();
    loop {
        match receive(&queue, running.len()) {
            Next::Answer(prepared) => running.extend(begin(core, &mut engine, *prepared)),
            Next::None => {}
            Next::Stop => return,
        }
        step(core, &engine, &mut running);
        let mut index = 0;
        while index < running.len() {
            if running[index].generation.finish().is_some() || running[index].is_abandoned {
                end(core, &engine, running.swap_remove(index));
            } else {
                index += 1;
            }
        }
    }
}

/// What to do before the next step.
enum Next {
    /// Begin this answer.
    Answer(Box<Prepared>),
    /// Go on with what is running.
    None,
    /// The node stops and everything is done.
    Stop,
}

/// Looks into the queue; waits there only when nothing is running.
fn receive(queue: &Receiver<Prepared>, running: usize) -> Next {
    if running == 0 {
        return queue.recv().map_or(Next::Stop, |prepared| Next::Answer(Box::new(prepared)));
    }
    if running >= RUNNING_MAX {
        return Next::None;
    }
    queue.try_recv().map_or(Next::None, |prepared| Next::Answer(Box::new(prepared)))
}

fn begin(core: &Core, engine: &mut Engine, prepared: Prepared) -> Option<Running> {
    match engine.begin(&prepared.request, &StoredAdapters(&core.store)) {
        Ok(generation) => Some(Running { prepared, generation, is_abandoned: false }),
        Err(error) => {
            fail(core, prepared, refused(error));
            None
        }
    }
}

fn step(core: &Core, engine: &Engine, running: &mut Vec<Running>) {
    let mut generations: Vec<&mut Generation> =
        running.iter_mut().map(|running| &mut running.generation).collect();
    match engine.step(&mut generations) {
        Ok(pieces) => {
            for (running, piece) in running.iter_mut().zip(pieces) {
                let text = piece.map(|piece| piece.text).filter(|text| !text.is_empty());
                let Some(text) = text else { continue };
                let sent = running.prepared.sender.blocking_send(AnswerEvent::Piece(text));
                running.is_abandoned = sent.is_err();
            }
        }
        Err(error) => {
            let cause = chain(&error);
            for running in running.drain(..) {
                fail(core, running.prepared, ApiError::internal(cause.clone()));
            }
        }
    }
}

fn end(core: &Core, engine: &Engine, running: Running) {
    let sender = running.prepared.sender.clone();
    let event = match core.complete(engine, running) {
        Ok(answered) => AnswerEvent::Done(Box::new(answered)),
        Err(error) => {
            tracing::error!(cause = %chain(&error), "an answer could not be completed");
            AnswerEvent::Failed(Box::new(error))
        }
    };
    // An error only says that the reader has gone; the answer is stored.
    drop(sender.blocking_send(event));
}

fn fail(core: &Core, prepared: Prepared, error: ApiError) {
    if let Some(Paid { reservation, .. }) = prepared.paid
        && let Err(error) = core.release(reservation)
    {
        tracing::error!(cause = %chain(&error), "a reservation could not be released");
    }
    drop(prepared.sender.blocking_send(AnswerEvent::Failed(Box::new(error))));
}

impl Core {
    /// Attributes, stores and charges a written answer; base answers are free and not kept.
    fn complete(&self, engine: &Engine, running: Running) -> Result<Answered, ApiError> {
        let Running { mut prepared, generation, .. } = running;
        let Some(paid) = prepared.paid.take() else {
            return Ok(Answered::unpaid(prepared, &generation));
        };
        let Paid { assets, bare_prompt, cited, reservation, key } = paid;
        let nonce = reservation.nonce;
        let made = self.attribute_answer(
            engine,
            (&prepared, &generation),
            (&assets, &bare_prompt, &cited),
            (reservation.payer(), nonce, reservation.amount()),
        );
        let stored = made.and_then(|made| {
            let number = self.store_answer(&made, nonce, key)?;
            Ok((number, made.fee))
        });
        match stored {
            Ok((Some(number), fee)) => {
                self.charge(reservation, fee)?;
                self.answered(number, prepared.detail)
            }
            Ok((None, _)) => {
                self.release(reservation)?;
                self.answered_before(key, prepared.detail)
            }
            Err(error) => {
                self.release(reservation)?;
                Err(error)
            }
        }
    }
}

/// OpenAI's word for why an answer ended.
pub(super) const fn finish_reason(finish: Option<Finish>) -> &'static str {
    match finish {
        Some(Finish::Length) => "length",
        _ => "stop",
    }
}
