//! Blocks that might follow: `eth_simulateV1`.
//!
//! Each block may change accounts and fields of its header before its calls run; the next one
//! builds on what it leaves. The answer is whole blocks, with roots and hashes, as if they had
//! been sealed on top of the chain.
//!
//! **Source.** The execution-apis specification of the method; where it is silent, go-ethereum.

mod block;
mod plan;
mod transaction;
mod transfers;

use alloy_consensus::{Header, Sealed, TxEnvelope, transaction::Recovered};
use alloy_eips::{BlockId, eip4895::Withdrawal};
use alloy_primitives::Bytes;
use alloy_rpc_types_eth::{BlockOverrides, Log, TransactionRequest, state::StateOverride};

use super::{Chain, overlay::Overlay, reads::resolve};
use crate::{
    error::{CallError, ReadError, SimulateError},
    state::StateAt,
};

use block::Simulator;

/// Blocks to simulate on top of a block of the chain.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SimulateRequest {
    /// The blocks, in order. Numbers that are skipped become empty blocks.
    pub blocks: Vec<SimulateBlock>,
    /// Whether nonces, fees and base fees must be as in a real block. Signatures never count.
    pub validation: bool,
    /// Whether transfers of the native currency appear as logs of 0xee…ee (ERC-7528).
    pub trace_transfers: bool,
}

/// One block to simulate.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SimulateBlock {
    /// Fields of its header.
    pub header: BlockOverrides,
    /// Withdrawals of the consensus layer (EIP-4895).
    pub withdrawals: Vec<Withdrawal>,
    /// Accounts that are changed before the calls.
    pub state: StateOverride,
    /// What runs in it, in order.
    pub calls: Vec<TransactionRequest>,
}

/// A block as the simulation made it.
#[derive(Debug)]
pub struct SimulatedBlock {
    /// Header and its hash.
    pub header: Sealed<Header>,
    /// The calls as transactions with an empty signature.
    pub transactions: Vec<Recovered<TxEnvelope>>,
    /// Withdrawals, none before Shanghai.
    pub withdrawals: Option<Vec<Withdrawal>>,
    /// One result per call.
    pub calls: Vec<SimulatedCall>,
    /// Length of the RLP encoding in bytes.
    pub rlp_bytes: usize,
}

/// What became of one call.
#[derive(Debug)]
pub struct SimulatedCall {
    /// Returned bytes, or why it failed: [`CallError::Reverted`] or [`CallError::Halted`].
    pub outcome: Result<Bytes, CallError>,
    /// Logs with their places, transfers among them when they were asked for.
    pub logs: Vec<Log>,
    /// Gas used, refunds deducted.
    pub gas_used: u64,
    /// Most gas that was used at any time, refunds not deducted.
    pub max_gas_used: u64,
}

impl Chain {
    /// Simulates blocks on the state after `base`.
    ///
    /// All calls together may use the gas of [`Options::call_gas_limit`](crate::Options).
    ///
    /// # Errors
    ///
    /// [`SimulateError`]: the whole request fails when a block or a transaction is invalid. A
    /// call that only reverts is a result.
    pub fn simulate(
        &self,
        request: SimulateRequest,
        base: BlockId,
    ) -> Result<Vec<SimulatedBlock>, SimulateError> {
        let reader = self.store.reader()?;
        let number = resolve(&reader, base)?;
        let base = reader.header(number)?.ok_or(ReadError::UnknownBlock)?;
        let planned = plan::plan(request.blocks, &base)?;
        let mut simulator = Simulator {
            rules: &self.rules,
            overlay: Overlay::new(StateAt::new(&reader, number)),
            state: self.state_trie(&reader, number)?,
            gas_left: self.options.call_gas_limit,
            validation: request.validation,
            trace_transfers: request.trace_transfers,
        };
        let mut parent = base;
        let mut blocks = Vec::with_capacity(planned.len());
        for block in planned {
            let simulated = simulator.run(block, &parent)?;
            parent = simulated.header.clone();
            blocks.push(simulated);
        }
        Ok(blocks)
    }
}
