//! Traces: replayed transactions and blocks agree with what happened.

use alloy_consensus::transaction::TxHashRef as _;
use alloy_eips::BlockId;
use alloy_primitives::{B256, Bytes, U256};
use alloy_rpc_types_eth::TransactionRequest;
use alloy_rpc_types_trace::geth::{
    CallConfig, GethDebugBuiltInTracerType as BuiltIn, GethDebugTracingCallOptions,
    GethDebugTracingOptions, GethTrace, PreStateConfig, PreStateFrame,
};
use ledger::{Chain, Options, TraceError};

use crate::{
    account::{Account, RECORDER, chain, forwarder, genesis, run, word},
    import::official,
};

fn call_tracer() -> GethDebugTracingOptions {
    GethDebugTracingOptions::call_tracer(CallConfig::default())
}

/// A recorder behind a forwarder; the last block calls it with 7.
fn forwarded(chain: &Chain) -> B256 {
    let alice = Account::new(0);
    run(chain, &alice.deploy(0, RECORDER));
    run(chain, &alice.deploy(1, &forwarder(alice.address.create(0))));
    let block = run(chain, &alice.call(2, alice.address.create(1), &word(7)));
    *block.transactions[0].tx_hash()
}

#[test]
fn a_transaction_is_traced_as_it_ran() {
    let chain = chain();
    let hash = forwarded(&chain);
    let gas = chain.receipt(hash).unwrap().unwrap().gas_used;
    let steps = chain.trace_transaction(hash, GethDebugTracingOptions::default()).unwrap();
    let GethTrace::Default(steps) = steps else { panic!("{steps:?}") };
    assert_eq!((steps.gas, steps.failed), (gas, false));
    assert!(steps.struct_logs.iter().any(|step| step.op == "SSTORE" && step.depth == 2));
    let frame = chain.trace_transaction(hash, call_tracer()).unwrap();
    let GethTrace::CallTracer(frame) = frame else { panic!("{frame:?}") };
    assert_eq!(frame.gas_used, U256::from(gas));
    assert_eq!(frame.calls[0].to, Some(Account::new(0).address.create(0)));
    assert_eq!(frame.calls[0].output, Some(Bytes::copy_from_slice(&word(7))));
}

#[test]
fn other_tracers_answer() {
    let chain = chain();
    let hash = forwarded(&chain);
    let recorder = Account::new(0).address.create(0);
    let before = GethDebugTracingOptions::prestate_tracer(PreStateConfig::default());
    let before = chain.trace_transaction(hash, before).unwrap();
    let GethTrace::PreStateTracer(PreStateFrame::Default(before)) = before else {
        panic!("{before:?}")
    };
    assert!(before.0.contains_key(&recorder));
    for tracer in [BuiltIn::FourByteTracer, BuiltIn::NoopTracer, BuiltIn::FlatCallTracer] {
        let options = GethDebugTracingOptions::new_tracer(tracer);
        chain.trace_transaction(hash, options).unwrap();
    }
    let script = serde_json::from_str(r#"{"tracer": "{ step: function() {} }"}"#).unwrap();
    let error = chain.trace_transaction(hash, script).unwrap_err();
    assert!(matches!(error, TraceError::Tracer { .. }), "{error}");
}

#[test]
fn a_call_is_traced_after_any_block_and_within_it() {
    let chain = chain();
    forwarded(&chain);
    let recorder = Account::new(0).address.create(0);
    let request = TransactionRequest::default().to(recorder);
    let request = request.input(Bytes::copy_from_slice(&word(9)).into());
    let traced = |number, tx_index| {
        let options = GethDebugTracingCallOptions {
            tx_index,
            ..GethDebugTracingCallOptions::new(call_tracer())
        };
        let trace = chain.trace_call(request.clone(), BlockId::number(number), options).unwrap();
        let GethTrace::CallTracer(frame) = trace else { panic!("{trace:?}") };
        frame.output.unwrap_or_default()
    };
    assert_eq!(traced(3, None).as_ref(), word(9));
    assert!(traced(0, None).is_empty(), "not deployed yet");
    assert!(traced(1, Some(0)).is_empty(), "deployed by transaction 0");
    assert_eq!(traced(1, Some(1)).as_ref(), word(9));
}

#[test]
fn long_traces_end_with_an_error() {
    let options = Options { trace_bytes_max: 20_000, ..Options::default() };
    let chain = Chain::in_memory(&genesis(), options).unwrap();
    let hash = forwarded(&chain);
    let error = chain.trace_transaction(hash, GethDebugTracingOptions::default()).unwrap_err();
    assert!(matches!(error, TraceError::TooLong { limit: 20_000 }), "{error}");
    chain.trace_transaction(hash, call_tracer()).unwrap();
    // jumpdest; push0; jump
    let endless = TransactionRequest {
        input: Bytes::from_static(&[0x5b, 0x5f, 0x56]).into(),
        ..Default::default()
    };
    let options = GethDebugTracingCallOptions::default();
    let error = chain.trace_call(endless, BlockId::latest(), options).unwrap_err();
    assert!(matches!(error, TraceError::TooLong { .. }), "{error}");
}

#[test]
fn every_transaction_of_the_official_chain_replays_to_its_gas() {
    let chain = official();
    let unknown = chain.trace_transaction(B256::ZERO, call_tracer()).unwrap_err();
    assert!(matches!(unknown, TraceError::UnknownTransaction { .. }));
    let first = chain.trace_block(BlockId::number(0), call_tracer()).unwrap_err();
    assert!(matches!(first, TraceError::Genesis));
    for number in 1..=chain.head().number {
        let block = chain.block(BlockId::number(number)).unwrap().unwrap();
        let traces = chain.trace_block(BlockId::number(number), call_tracer()).unwrap();
        assert_eq!(traces.len(), block.transactions.len());
        let mut before = 0;
        for ((_, trace), receipt) in traces.into_iter().zip(&block.receipts) {
            let GethTrace::CallTracer(frame) = trace else { panic!("{trace:?}") };
            let gas = receipt.cumulative_gas_used() - before;
            before = receipt.cumulative_gas_used();
            assert_eq!(frame.gas_used, U256::from(gas), "block {number}");
        }
    }
}
