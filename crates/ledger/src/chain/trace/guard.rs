//! Stops an execution whose trace grows too long.

use revm::{
    Inspector,
    context_interface::{ContextError, ContextTr},
    interpreter::{CallInputs, CallOutcome, Interpreter, interpreter_types::MemoryTr as _},
};

use crate::error::TraceError;

/// Memory of one recorded step without its stack, as told to a client, in bytes.
const STEP_BYTES: usize = 1024;
/// Memory of one word of its stack.
const STACK_WORD_BYTES: usize = 96;
/// Memory of one recorded call without its input, in bytes.
const CALL_BYTES: usize = 2048;

/// Counts what the tracer beside it records, over all transactions that it sees.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    records_steps: bool,
    records_memory: bool,
    limit: usize,
    recorded: usize,
}

impl Guard {
    pub(super) fn new(records_steps: bool, records_memory: bool, limit: usize) -> Self {
        Self { records_steps, records_memory, limit, recorded: 0 }
    }

    pub(super) fn is_exceeded(&self) -> bool {
        self.recorded > self.limit
    }

    pub(super) fn error(&self) -> TraceError {
        TraceError::TooLong { limit: self.limit }
    }

    fn record(&mut self, bytes: usize) {
        self.recorded = self.recorded.saturating_add(bytes);
    }
}

impl<C: ContextTr> Inspector<C> for Guard {
    fn step(&mut self, interpreter: &mut Interpreter, context: &mut C) {
        if self.records_steps {
            let stack = interpreter.stack.len().saturating_mul(STACK_WORD_BYTES);
            let memory = if self.records_memory { interpreter.memory.size() } else { 0 };
            self.record(STEP_BYTES.saturating_add(stack).saturating_add(memory));
        }
        if self.is_exceeded() {
            *context.error() = Err(ContextError::Custom("trace too long".to_owned()));
            interpreter.halt_fatal();
        }
    }

    fn call(&mut self, _: &mut C, inputs: &mut CallInputs) -> Option<CallOutcome> {
        self.record(CALL_BYTES.saturating_add(inputs.input.len()));
        None
    }

    fn call_end(&mut self, _: &mut C, _: &CallInputs, outcome: &mut CallOutcome) {
        self.record(outcome.result.output.len());
    }
}
