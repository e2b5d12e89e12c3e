//! The transactions of a block once more, on the state before it.

use alloy_consensus::{Header, Sealed, transaction::TxHashRef as _};
use alloy_evm::{Evm as _, EvmEnv, FromRecoveredTx as _, block::system_calls::SystemCaller};
use alloy_hardforks::EthereumHardforks as _;
use revm::{DatabaseCommit as _, context::result::ResultAndState, inspector::NoOpInspector};

use super::{
    Overlay, Reader, StateAt, TraceError, Tracer, TransactionContext, TxEnv, finish, overrides,
};
use crate::{
    block::Block,
    chain::{failure::execution_error, overrides::Accounts},
    executor::move_dao_balances,
    rules::Rules,
};

/// A block of which some transactions have run.
pub(super) struct Replay<'b, 'r> {
    pub(super) overlay: Overlay<'r>,
    environment: EvmEnv,
    block: &'b Block,
    /// Transactions that have run.
    done: usize,
}

impl<'b, 'r> Replay<'b, 'r> {
    /// Up to the first transaction: the system calls before it.
    pub(super) fn begin(
        rules: &Rules,
        reader: &'r Reader,
        block: &'b Block,
    ) -> Result<Self, TraceError> {
        let header: &Sealed<Header> = &block.header;
        let mut overlay = Overlay::new(StateAt::new(reader, header.number.saturating_sub(1)));
        overlay.clears_empty = rules.is_spurious_dragon_active_at_block(header.number);
        let environment = rules.environment(header.inner());
        if rules.moves_dao_balances(header.number) {
            move_dao_balances(&mut overlay)?;
        }
        let mut none = NoOpInspector;
        let accounts = Accounts::new();
        let mut evm = overrides::evm(&mut overlay, environment.clone(), &mut none, &accounts)?;
        SystemCaller::new(rules)
            .apply_pre_execution_changes(header.inner(), &mut evm)
            .map_err(|error| TraceError::System { number: header.number, source: error.into() })?;
        drop(evm);
        Ok(Self { overlay, environment, block, done: 0 })
    }

    /// Runs up to, not including, transaction `index`.
    pub(super) fn skip(&mut self, index: usize) -> Result<(), TraceError> {
        let Self { overlay, environment, block, done } = self;
        let mut none = NoOpInspector;
        let accounts = Accounts::new();
        let mut evm = overrides::evm(overlay, environment.clone(), &mut none, &accounts)?;
        for transaction in block.transactions.iter().take(index).skip(*done) {
            let run = TxEnv::from_recovered_tx(transaction.inner(), transaction.signer());
            let outcome = evm.transact_raw(run).map_err(execution_error)?;
            evm.db_mut().commit(outcome.state);
        }
        *done = index.max(*done);
        Ok(())
    }

    /// Runs the next transaction under a tracer.
    pub(super) fn trace(&mut self, tracer: &mut Tracer) -> Result<super::GethTrace, TraceError> {
        let Some(transaction) = self.block.transactions.get(self.done) else {
            return Err(TraceError::Genesis);
        };
        let run = TxEnv::from_recovered_tx(transaction.inner(), transaction.signer());
        let outcome: ResultAndState = {
            let accounts = Accounts::new();
            let environment = self.environment.clone();
            let mut evm = overrides::evm(&mut self.overlay, environment, tracer, &accounts)?;
            let outcome = evm.transact_raw(run.clone());
            drop(evm);
            match outcome {
                Err(_) if tracer.0.is_exceeded() => return Err(tracer.0.error()),
                outcome => outcome.map_err(execution_error)?,
            }
        };
        let context = TransactionContext {
            block_hash: Some(self.block.hash()),
            tx_index: Some(self.done),
            tx_hash: Some(*transaction.tx_hash()),
        };
        let block = &self.environment.block_env;
        let trace = finish(&mut tracer.1, Some(context), &run, block, &outcome, &mut self.overlay)?;
        self.overlay.commit(outcome.state);
        self.done = self.done.saturating_add(1);
        Ok(trace)
    }
}
