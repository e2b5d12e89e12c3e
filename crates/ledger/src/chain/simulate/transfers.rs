//! The logs of a transaction, with transfers of the native currency among them.

use alloy_primitives::{Address, B256, Log, LogData, U256, address, b256};
use revm::{
    Inspector,
    context_interface::{ContextTr, JournalTr},
    interpreter::{
        CallInputs, CallOutcome, CallScheme, CreateInputs, CreateOutcome,
        interpreter_types::Jumps as _,
    },
};

/// The native currency as the emitter of logs (ERC-7528).
const CURRENCY: Address = address!("eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee");
/// Hash of `Transfer(address,address,uint256)`.
const TRANSFER: B256 = b256!("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");

/// Collects logs frame by frame, so that those of a reverted frame vanish with it.
#[derive(Debug, Default)]
pub(super) struct Transfers {
    /// Whether transfers become logs.
    pub(super) traced: bool,
    frames: Vec<Vec<Log>>,
    finished: Vec<Log>,
    /// The instruction that ran last.
    opcode: u8,
}

impl Transfers {
    pub(super) fn new(traced: bool) -> Self {
        Self { traced, ..Self::default() }
    }

    /// The logs of the transaction that just ended.
    pub(super) fn take(&mut self) -> Vec<Log> {
        self.frames.clear();
        std::mem::take(&mut self.finished)
    }

    /// The instruction that ran last.
    pub(super) fn last_opcode(&self) -> u8 {
        self.opcode
    }

    fn push(&mut self, log: Log) {
        match self.frames.last_mut() {
            Some(frame) => frame.push(log),
            None => self.finished.push(log),
        }
    }

    fn transfer(&mut self, from: Address, to: Address, value: U256) {
        if self.traced && !value.is_zero() {
            let topics = vec![TRANSFER, from.into_word(), to.into_word()];
            let data = value.to_be_bytes_vec().into();
            self.push(Log { address: CURRENCY, data: LogData::new_unchecked(topics, data) });
        }
    }

    fn end(&mut self, is_ok: bool) {
        let frame = self.frames.pop().unwrap_or_default();
        if is_ok {
            for log in frame {
                self.push(log);
            }
        }
    }
}

impl<C: ContextTr> Inspector<C> for Transfers {
    fn step(&mut self, interpreter: &mut revm::interpreter::Interpreter, _: &mut C) {
        self.opcode = interpreter.bytecode.opcode();
    }

    fn log(&mut self, _: &mut C, log: Log) {
        self.push(log);
    }

    fn call(&mut self, _: &mut C, inputs: &mut CallInputs) -> Option<CallOutcome> {
        self.frames.push(Vec::new());
        if let (Some(value), CallScheme::Call) = (inputs.transfer_value(), inputs.scheme) {
            self.transfer(inputs.transfer_from(), inputs.transfer_to(), value);
        }
        None
    }

    fn call_end(&mut self, _: &mut C, _: &CallInputs, outcome: &mut CallOutcome) {
        self.end(outcome.result.result.is_ok());
    }

    fn create(&mut self, context: &mut C, inputs: &mut CreateInputs) -> Option<CreateOutcome> {
        self.frames.push(Vec::new());
        // A failing database ends the transaction without any log.
        if let Ok(caller) = context.journal_mut().load_account(inputs.caller()) {
            let created = inputs.created_address(caller.data.info.nonce);
            self.transfer(inputs.caller(), created, inputs.value());
        }
        None
    }

    fn create_end(&mut self, _: &mut C, _: &CreateInputs, outcome: &mut CreateOutcome) {
        self.end(outcome.result.result.is_ok());
    }

    fn selfdestruct(&mut self, contract: Address, target: Address, value: U256) {
        self.transfer(contract, target, value);
    }
}
