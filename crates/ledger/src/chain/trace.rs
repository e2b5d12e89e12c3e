//! Executions step by step: what geth's `debug_trace…` methods tell, by revm-inspectors.
//!
//! A transaction of the chain is run again on the state before its block, after those that came
//! before it. What a tracer records is limited, so that one request cannot eat the memory.

mod guard;
mod replay;

use alloy_consensus::transaction::TxHashRef as _;
use alloy_eips::BlockId;
use alloy_primitives::B256;
use alloy_rpc_types_eth::TransactionRequest;
use alloy_rpc_types_trace::geth::{
    GethDebugBuiltInTracerType as BuiltIn, GethDebugTracerType, GethDebugTracingCallOptions,
    GethDebugTracingOptions, GethTrace,
};
use revm::context::{BlockEnv, TxEnv, result::ResultAndState};
use revm_inspectors::tracing::{DebugInspector, DebugInspectorError, TransactionContext};

use super::{
    Chain,
    overlay::Overlay,
    overrides::{self, Overrides},
    reads::resolve,
};
use crate::{
    block::Block,
    error::{ReadError, TraceError},
    state::StateAt,
    store::Reader,
};

use guard::Guard;
use replay::Replay;

/// A tracer, and what limits it.
type Tracer = (Guard, DebugInspector);

impl Chain {
    /// How a transaction of the chain ran.
    ///
    /// # Errors
    ///
    /// [`TraceError`]: an unknown transaction or tracer, or a trace beyond the limit.
    pub fn trace_transaction(
        &self,
        hash: B256,
        options: GethDebugTracingOptions,
    ) -> Result<GethTrace, TraceError> {
        let reader = self.store.reader()?;
        let (number, index) = reader.place(hash)?.ok_or(TraceError::UnknownTransaction { hash })?;
        let block = traceable(&reader, number)?;
        let mut tracer = self.tracer(options)?;
        let mut replay = Replay::begin(&self.rules, &reader, &block)?;
        replay.skip(index)?;
        replay.trace(&mut tracer)
    }

    /// How each transaction of a block ran, with its hash. The limit is for all together.
    ///
    /// # Errors
    ///
    /// As [`Self::trace_transaction`], and [`ReadError::UnknownBlock`].
    pub fn trace_block(
        &self,
        block: BlockId,
        options: GethDebugTracingOptions,
    ) -> Result<Vec<(B256, GethTrace)>, TraceError> {
        let reader = self.store.reader()?;
        let block = traceable(&reader, resolve(&reader, block)?)?;
        let mut tracer = self.tracer(options)?;
        let mut replay = Replay::begin(&self.rules, &reader, &block)?;
        let mut traces = Vec::with_capacity(block.transactions.len());
        for transaction in &block.transactions {
            traces.push((*transaction.tx_hash(), replay.trace(&mut tracer)?));
            tracer.1.fuse().map_err(refused)?;
        }
        Ok(traces)
    }

    /// How a request would run after a block, or within it after some of its transactions.
    ///
    /// # Errors
    ///
    /// As [`Self::trace_transaction`], and [`TraceError::Call`] for a request that cannot run.
    pub fn trace_call(
        &self,
        request: TransactionRequest,
        block: BlockId,
        options: GethDebugTracingCallOptions,
    ) -> Result<GethTrace, TraceError> {
        let reader = self.store.reader()?;
        let overrides = Overrides {
            state: options.state_overrides.unwrap_or_default(),
            block: options.block_overrides.unwrap_or_default(),
        };
        let mut tracer = self.tracer(options.tracing_options)?;
        let mut simulation = match options.tx_index {
            None => self.simulation(&reader, request, block, overrides)?,
            Some(index) => {
                let (overlay, header) = self.state_within(&reader, block, index)?;
                let mut header = header.header.into_inner();
                overrides::apply_header(&mut header, &overrides.block);
                let blob_base_fee = overrides.block.blob_base_fee;
                let environment = overrides::environment(&self.rules, &header, blob_base_fee);
                self.simulation_in(overlay, environment, request, overrides)?
            }
        };
        let outcome = match simulation.inspect(&mut tracer) {
            Err(_) if tracer.0.is_exceeded() => return Err(tracer.0.error()),
            outcome => outcome?,
        };
        let environment = simulation.environment.block_env.clone();
        let (transaction, context) = (simulation.transaction.clone(), None);
        let before = &mut simulation.overlay;
        finish(&mut tracer.1, context, &transaction, &environment, &outcome, before)
    }

    /// The state in which transaction `index` of a block ran.
    fn state_within<'r>(
        &self,
        reader: &'r Reader,
        block: BlockId,
        index: u64,
    ) -> Result<(Overlay<'r>, Block), TraceError> {
        let block = traceable(reader, resolve(reader, block)?)?;
        let mut replay = Replay::begin(&self.rules, reader, &block)?;
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        replay.skip(index.min(block.transactions.len()))?;
        let overlay = replay.overlay;
        Ok((overlay, block))
    }

    fn tracer(&self, options: GethDebugTracingOptions) -> Result<Tracer, TraceError> {
        let records_steps = match &options.tracer {
            None => true,
            Some(GethDebugTracerType::BuiltInTracer(tracer)) => {
                matches!(tracer, BuiltIn::Erc7562Tracer | BuiltIn::MuxTracer)
            }
            Some(GethDebugTracerType::JsTracer(name)) => name.is_empty(),
        };
        let records_memory = options.config.is_memory_enabled();
        let limit = self.options.trace_bytes_max;
        let guard = Guard::new(records_steps, records_memory, limit);
        Ok((guard, DebugInspector::new(options).map_err(refused)?))
    }
}

/// A block that ran on a state: any but the first.
fn traceable(reader: &Reader, number: u64) -> Result<Block, TraceError> {
    if Some(number) == reader.first()? {
        return Err(TraceError::Genesis);
    }
    Ok(reader.block(number)?.ok_or(ReadError::UnknownBlock)?)
}

fn finish(
    tracer: &mut DebugInspector,
    context: Option<TransactionContext>,
    transaction: &TxEnv,
    block: &BlockEnv,
    outcome: &ResultAndState,
    before: &mut Overlay<'_>,
) -> Result<GethTrace, TraceError> {
    let trace = tracer.get_result(context, transaction, block, outcome, before);
    let mut trace = trace.map_err(|error| match error {
        DebugInspectorError::Database(error) => error.into(),
        other => TraceError::Tracer { reason: other.to_string() },
    })?;
    if let GethTrace::Default(steps) = &mut trace {
        // geth leaves out what is empty.
        for step in &mut steps.struct_logs {
            step.refund_counter = step.refund_counter.filter(|refund| *refund > 0);
            step.return_data = step.return_data.take().filter(|data| !data.is_empty());
        }
    }
    Ok(trace)
}

fn refused(error: DebugInspectorError) -> TraceError {
    TraceError::Tracer { reason: error.to_string() }
}
