//! Runs the calls of one block and completes its header.

use alloy_consensus::{
    EMPTY_OMMER_ROOT_HASH, Eip658Value, Header, ReceiptEnvelope, Sealed, TxReceipt as _,
    TypedTransaction,
    proofs::{calculate_receipt_root, calculate_withdrawals_root},
    transaction::TxHashRef as _,
};
use alloy_eips::{
    eip4895::Withdrawal,
    eip7685::{EMPTY_REQUESTS_HASH, Requests},
};
use alloy_evm::{
    Evm as _, EvmEnv,
    block::{
        BlockExecutionError, state_changes::post_block_balance_increments,
        system_calls::SystemCaller,
    },
    eth::eip6110,
};
use alloy_hardforks::EthereumHardforks as _;
use alloy_primitives::{Address, B256, Bloom, Bytes, U256};
use alloy_rpc_types_eth::{Log, TransactionRequest};
use alloy_trie::root::ordered_trie_root_encoded;
use revm::{
    DatabaseCommit as _,
    context::{
        TxEnv,
        result::{EVMError, ExecutionResult, HaltReason, InvalidTransaction},
    },
    context_interface::Transaction as _,
    database_interface::DatabaseCommitExt as _,
    state::AccountInfo,
};

use super::{
    SimulatedBlock, SimulatedCall,
    plan::Planned,
    transaction::{Unsigned, receipt},
    transfers::Transfers,
};
use crate::{
    chain::{
        failure::{self, result_of},
        overlay::Overlay,
        overrides::{self, Accounts, OverlayEvm},
        request::{self, Defaults},
    },
    error::{CallError, SimulateError, StoreError, TransactionFault},
    executor::next_base_fee,
    rules::Rules,
    trie::Trie,
};

/// Carries the state from one simulated block to the next.
#[derive(Debug)]
pub(super) struct Simulator<'c, 'r> {
    pub(super) rules: &'c Rules,
    pub(super) overlay: Overlay<'r>,
    /// Trie of the state, up to date between blocks.
    pub(super) state: Trie,
    /// Gas that the calls of the whole request may still use.
    pub(super) gas_left: u64,
    pub(super) validation: bool,
    pub(super) trace_transfers: bool,
}

/// What the calls of a block left behind.
#[derive(Debug, Default)]
struct Executed {
    transactions: Vec<Unsigned>,
    receipts: Vec<ReceiptEnvelope>,
    calls: Vec<SimulatedCall>,
    gas_used: u64,
    blob_gas_used: u64,
    logs: u64,
}

type Evm<'o, 'r> = OverlayEvm<'o, 'r, Transfers>;

impl Simulator<'_, '_> {
    /// Runs one block on top of `parent`.
    pub(super) fn run(
        &mut self,
        planned: Planned,
        parent: &Sealed<Header>,
    ) -> Result<SimulatedBlock, SimulateError> {
        let header = self.header(&planned, parent);
        let block = planned.block;
        let rules = self.rules;
        let withdrawals =
            rules.is_shanghai_active_at_timestamp(header.timestamp).then_some(block.withdrawals);
        self.overlay.clears_empty = rules.is_spurious_dragon_active_at_block(header.number);
        let environment = self.environment(&header, block.header.blob_base_fee);
        for (number, hash) in block.header.block_hash.into_iter().flatten() {
            self.overlay.set_hash(number, hash);
        }
        let accounts: Accounts = block.state.into_iter().collect();
        overrides::apply_accounts(&mut self.overlay, &accounts)?;
        let mut tracer = Transfers::new(self.trace_transfers);
        let mut evm = overrides::evm(&mut self.overlay, environment, &mut tracer, &accounts)?;
        let mut system = SystemCaller::new(rules);
        let failed = |error| failed(header.number, error);
        system.apply_pre_execution_changes(&header, &mut evm).map_err(failed)?;
        let mut calls = Calls {
            rules,
            header: &header,
            validation: self.validation,
            state: &mut self.state,
            gas_left: &mut self.gas_left,
            executed: Executed::default(),
        };
        for call in block.calls {
            calls.run(&mut evm, call)?;
        }
        let executed = calls.executed;
        let requests = rules
            .is_prague_active_at_timestamp(header.timestamp)
            .then(|| requests(rules, &mut system, &mut evm, &executed.receipts))
            .transpose()
            .map_err(failed)?;
        let paid = post_block_balance_increments::<Header>(
            rules.at(&header),
            evm.block(),
            &[],
            withdrawals.as_deref(),
        );
        evm.db_mut().increment_balances(paid)?;
        self.overlay.take_changes().apply(&mut self.state);
        let simulated =
            complete(header, self.state.root(), requests.as_ref(), withdrawals, executed);
        self.overlay.set_hash(simulated.header.number, simulated.header.hash());
        Ok(simulated)
    }

    /// The header as far as it is known before execution. What is not overridden is as in the
    /// block before; without validation the base fee is zero.
    fn header(&self, planned: &Planned, parent: &Sealed<Header>) -> Header {
        let (rules, overrides) = (self.rules, &planned.block.header);
        let time = planned.timestamp_s;
        let cancun = rules.is_cancun_active_at_timestamp(time);
        let merged = rules.is_paris_active_at_block(planned.number)
            || rules.is_shanghai_active_at_timestamp(time);
        let excess = || {
            let blobs = rules.blob_params(time)?;
            parent.next_block_excess_blob_gas(blobs)
        };
        let mut header = Header {
            parent_hash: parent.hash(),
            ommers_hash: EMPTY_OMMER_ROOT_HASH,
            beneficiary: parent.beneficiary,
            difficulty: if merged { U256::ZERO } else { parent.difficulty },
            number: planned.number,
            gas_limit: parent.gas_limit,
            timestamp: time,
            parent_beacon_block_root: cancun.then(|| overrides.beacon_root.unwrap_or_default()),
            blob_gas_used: cancun.then_some(0),
            excess_blob_gas: cancun.then(|| excess().unwrap_or_default()),
            requests_hash: rules.is_prague_active_at_timestamp(time).then_some(EMPTY_REQUESTS_HASH),
            ..Header::default()
        };
        let base_fee = next_base_fee(rules, parent);
        header.base_fee_per_gas = base_fee.map(|fee| if self.validation { fee } else { 0 });
        overrides::apply_header(&mut header, overrides);
        (header.number, header.timestamp) = (planned.number, time);
        if base_fee.is_none() {
            header.base_fee_per_gas = None;
        }
        header
    }

    fn environment(&self, header: &Header, blob_base_fee: Option<U256>) -> EvmEnv {
        let mut environment = overrides::environment(self.rules, header, blob_base_fee);
        environment.cfg_env.disable_nonce_check = !self.validation;
        environment
    }
}

/// The calls of one block while they run.
struct Calls<'b> {
    rules: &'b Rules,
    header: &'b Header,
    validation: bool,
    state: &'b mut Trie,
    gas_left: &'b mut u64,
    executed: Executed,
}

impl Calls<'_> {
    fn run(
        &mut self,
        evm: &mut Evm<'_, '_>,
        call: TransactionRequest,
    ) -> Result<(), SimulateError> {
        let from = call.from.unwrap_or_default();
        let nonce = evm.db_mut().info(from)?.unwrap_or_default().nonce;
        let typed = self.typed(call, nonce)?;
        let mut transaction = request::environment(&typed, from);
        self.forgive(evm, &mut transaction);
        let gas_limit = transaction.gas_limit;
        let blob_gas = transaction.total_blob_gas();
        let kind = typed.tx_type();
        let unsigned = Unsigned::new(typed, from);
        let outcome = evm.transact_raw(transaction).map_err(|error| refused(error, gas_limit))?;
        evm.db_mut().commit(outcome.state);
        if nonce == u64::MAX {
            wrap_nonce(evm, from)?;
        }
        let status = self.status(evm, &outcome.result);
        let executed = &mut self.executed;
        let gas = *outcome.result.gas();
        executed.gas_used = executed.gas_used.saturating_add(gas.tx_gas_used());
        executed.blob_gas_used = executed.blob_gas_used.saturating_add(blob_gas);
        *self.gas_left = self.gas_left.saturating_sub(gas.tx_gas_used());
        let emitted = match &outcome.result {
            ExecutionResult::Success { logs, .. } => logs.clone(),
            _ => Vec::new(),
        };
        let logs = evm.inspector_mut().take();
        let opcode = evm.inspector_mut().last_opcode();
        executed.receipts.push(receipt(kind, status, executed.gas_used, emitted));
        let logs = executed.place(logs, *unsigned.transaction.tx_hash(), self.header);
        executed.calls.push(SimulatedCall {
            logs,
            gas_used: gas.tx_gas_used(),
            max_gas_used: gas.total_gas_spent().max(gas.floor_gas()),
            outcome: output(outcome.result, opcode),
        });
        executed.transactions.push(unsigned);
        Ok(())
    }

    /// The call as a transaction: gas up to what the block and the whole request have left.
    fn typed(
        &self,
        mut call: TransactionRequest,
        nonce: u64,
    ) -> Result<TypedTransaction, SimulateError> {
        let limit = self.header.gas_limit;
        let left = limit.saturating_sub(self.executed.gas_used);
        let gas = call.gas.unwrap_or(left);
        if gas > left {
            let needed = self.executed.gas_used.saturating_add(gas);
            return Err(SimulateError::BlockGasLimit { needed, limit });
        }
        call.gas = Some(gas.min(*self.gas_left));
        let defaults = Defaults {
            nonce,
            gas_limit: gas,
            has_base_fee: self.header.base_fee_per_gas.is_some(),
            chain_id: self.rules.chain_id(),
        };
        Ok(request::typed(call, defaults)?)
    }

    /// Without validation, a fee that is not named is not asked for, and any nonce will do.
    fn forgive(&self, evm: &mut Evm<'_, '_>, transaction: &mut TxEnv) {
        if !self.validation {
            transaction.nonce = transaction.nonce.min(request::NONCE_MAX);
        }
        let is_free = transaction.gas_price == 0
            && transaction.gas_priority_fee.is_none_or(|priority| priority == 0);
        evm.ctx_mut().cfg.disable_base_fee = !self.validation && is_free;
        if !self.validation && transaction.max_fee_per_blob_gas == 0 {
            let blobs = evm.block().blob_excess_gas_and_price;
            transaction.max_fee_per_blob_gas = blobs.map_or(0, |blobs| blobs.blob_gasprice);
        }
    }

    /// Success or not (EIP-658); before Byzantium the state root.
    fn status(&mut self, evm: &mut Evm<'_, '_>, result: &ExecutionResult) -> Eip658Value {
        if self.rules.is_byzantium_active_at_block(self.header.number) {
            return Eip658Value::Eip658(result.is_success());
        }
        evm.db_mut().take_changes().apply(self.state);
        Eip658Value::PostState(self.state.root())
    }
}

/// Without validation the last nonce is followed by the first.
fn wrap_nonce(evm: &mut Evm<'_, '_>, from: Address) -> Result<(), StoreError> {
    let info = evm.db_mut().info(from)?.unwrap_or_default();
    evm.db_mut().set_info(from, AccountInfo { nonce: 0, ..info })
}

impl Executed {
    /// Logs with everything but the hash of the block.
    fn place(
        &mut self,
        logs: Vec<alloy_primitives::Log>,
        transaction: B256,
        header: &Header,
    ) -> Vec<Log> {
        let index = u64::try_from(self.calls.len()).ok();
        let placed = |log| {
            let log_index = Some(self.logs);
            self.logs = self.logs.saturating_add(1);
            Log {
                inner: log,
                block_hash: None,
                block_number: Some(header.number),
                block_timestamp: Some(header.timestamp),
                transaction_hash: Some(transaction),
                transaction_index: index,
                log_index,
                removed: false,
            }
        };
        logs.into_iter().map(placed).collect()
    }
}

fn complete(
    mut header: Header,
    state_root: B256,
    requests: Option<&Requests>,
    withdrawals: Option<Vec<Withdrawal>>,
    executed: Executed,
) -> SimulatedBlock {
    let Executed { transactions, receipts, mut calls, gas_used, blob_gas_used, .. } = executed;
    let encoded: Vec<_> = transactions.iter().map(|unsigned| &unsigned.encoded).collect();
    header.state_root = state_root;
    header.transactions_root = ordered_trie_root_encoded(&encoded);
    header.receipts_root = calculate_receipt_root(&receipts);
    header.logs_bloom = receipts.iter().fold(Bloom::ZERO, |bloom, receipt| bloom | receipt.bloom());
    header.withdrawals_root = withdrawals.as_deref().map(calculate_withdrawals_root);
    header.gas_used = gas_used;
    header.blob_gas_used = header.blob_gas_used.map(|_| blob_gas_used);
    header.requests_hash = requests.map(Requests::requests_hash);
    let header = Sealed::new(header);
    for log in calls.iter_mut().flat_map(|call| &mut call.logs) {
        log.block_hash = Some(header.hash());
    }
    let transactions: Vec<_> =
        transactions.into_iter().map(|unsigned| unsigned.transaction).collect();
    let body = alloy_consensus::BlockBody {
        transactions: transactions.iter().map(|transaction| transaction.inner().clone()).collect(),
        ommers: Vec::<Header>::new(),
        withdrawals: withdrawals.clone().map(Into::into),
    };
    let rlp_bytes =
        alloy_rlp::Encodable::length(&alloy_consensus::Block::new(header.inner().clone(), body));
    SimulatedBlock { header, transactions, withdrawals, calls, rlp_bytes }
}

/// Requests to the consensus layer (EIP-7685): deposits, withdrawals, consolidations.
fn requests(
    rules: &Rules,
    system: &mut SystemCaller<&Rules>,
    evm: &mut Evm<'_, '_>,
    receipts: &[ReceiptEnvelope],
) -> Result<Requests, BlockExecutionError> {
    let mut requests = Requests::default();
    let deposits = eip6110::parse_deposits_from_receipts(rules, receipts)?;
    if !deposits.is_empty() {
        requests.push_request_with_type(eip6110::DEPOSIT_REQUEST_TYPE, deposits);
    }
    system.append_post_execution_changes(evm, &mut requests)?;
    Ok(requests)
}

/// The output, or the failure with the instruction that caused it.
fn output(result: ExecutionResult, opcode: u8) -> Result<Bytes, CallError> {
    if let ExecutionResult::Halt { reason: HaltReason::OpcodeNotFound, .. } = &result {
        let reason = format!("invalid opcode: opcode {opcode:#x} not defined");
        return Err(CallError::Halted { reason });
    }
    result_of(result).map(|result| result.output)
}

fn failed(number: u64, error: BlockExecutionError) -> SimulateError {
    SimulateError::System { number, source: error.into() }
}

fn refused(error: EVMError<StoreError>, gas_limit: u64) -> SimulateError {
    let EVMError::Transaction(error) = error else {
        return failure::execution_error(error).into();
    };
    let fault = match &error {
        InvalidTransaction::NonceTooLow { .. } => TransactionFault::NonceTooLow,
        InvalidTransaction::NonceTooHigh { .. } => TransactionFault::NonceTooHigh,
        InvalidTransaction::GasPriceLessThanBasefee => TransactionFault::FeeBelowBaseFee,
        InvalidTransaction::PriorityFeeGreaterThanMaxFee => TransactionFault::InvalidFees,
        InvalidTransaction::CallGasCostMoreThanGasLimit { .. }
        | InvalidTransaction::GasFloorMoreThanGasLimit { .. } => TransactionFault::IntrinsicGas,
        InvalidTransaction::LackOfFundForMaxFee { .. }
        | InvalidTransaction::OverflowPaymentInTransaction => TransactionFault::InsufficientFunds,
        InvalidTransaction::CreateInitCodeSizeLimit => TransactionFault::InitcodeTooLarge,
        _ => TransactionFault::Other,
    };
    SimulateError::Transaction { fault, reason: failure::invalid(&error), gas_limit }
}
