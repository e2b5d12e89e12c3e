//! Runs the transactions of one block and completes its header.
//!
//! The header of the block is given first (number, time, base fee, ...): the producer makes one
//! up, an importer takes one from outside and compares what [`Run::finish`] returns with it.

use alloy_consensus::{
    EMPTY_OMMER_ROOT_HASH, Header, ReceiptEnvelope, Sealed, TxEnvelope, TxReceipt as _,
    constants::EMPTY_WITHDRAWALS,
    proofs::{calculate_receipt_root, calculate_transaction_root},
    transaction::Recovered,
};
use alloy_eips::eip1559::BaseFeeParams;
use alloy_evm::{
    Evm as _, EvmFactory as _,
    block::{
        BlockExecutionError, BlockExecutor as _, BlockValidationError, InternalBlockExecutionError,
    },
    eth::{
        EthBlockExecutionCtx, EthBlockExecutor, EthEvm, EthEvmFactory,
        receipt_builder::AlloyReceiptBuilder,
    },
    precompiles::PrecompilesMap,
};
use alloy_hardforks::EthereumHardforks as _;
use alloy_primitives::{Address, B256, Bloom, keccak256};
use revm::{
    context::result::InvalidTransaction,
    database::{State, states::bundle_state::BundleRetention},
    database_interface::WrapDatabaseRef,
    inspector::NoOpInspector,
};

use crate::{
    block::Block,
    error::SealError,
    rules::Rules,
    state::{Changes, StateAt},
    trie::Trie,
};

type BlockState<'a> = State<WrapDatabaseRef<StateAt<'a>>>;
type Executor<'a> = EthBlockExecutor<
    'a,
    EthEvm<BlockState<'a>, NoOpInspector, PrecompilesMap>,
    &'a Rules,
    AlloyReceiptBuilder,
>;

/// A block that is being executed.
pub(crate) struct Run<'a> {
    executor: Executor<'a>,
    header: Header,
    transactions: Vec<Recovered<TxEnvelope>>,
}

/// What became of a transaction that was offered to a block.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// It is in the block.
    Included,
    /// It may fit a later block.
    Later,
    /// It waits for the base fee to fall.
    BelowBaseFee,
    /// It can never be executed.
    Rejected,
}

impl<'a> Run<'a> {
    /// Begins the block of `header` on `state`: system calls before the transactions.
    pub(crate) fn begin(
        rules: &'a Rules,
        state: StateAt<'a>,
        header: Header,
    ) -> Result<Self, SealError> {
        let database =
            State::builder().with_database(WrapDatabaseRef(state)).with_bundle_update().build();
        let evm = EthEvmFactory::default().create_evm(database, rules.environment(&header));
        let context = EthBlockExecutionCtx {
            parent_hash: header.parent_hash,
            parent_beacon_block_root: header.parent_beacon_block_root,
            ommers: &[],
            withdrawals: None,
            extra_data: header.extra_data.clone(),
            tx_count_hint: None,
            slot_number: None,
        };
        let mut executor =
            EthBlockExecutor::new(evm, context, rules, AlloyReceiptBuilder::default());
        executor.apply_pre_execution_changes().map_err(|error| failed(header.number, error))?;
        Ok(Self { executor, header, transactions: Vec::new() })
    }

    /// Gas that the block has left.
    pub(crate) fn gas_left(&self) -> u64 {
        self.header.gas_limit.saturating_sub(self.executor.cumulative_tx_gas_used)
    }

    /// Runs a transaction and, when it is valid, puts it into the block.
    pub(crate) fn execute(
        &mut self,
        transaction: &Recovered<TxEnvelope>,
    ) -> Result<Verdict, SealError> {
        match self.executor.execute_transaction(transaction) {
            Ok(_) => {
                self.transactions.push(transaction.clone());
                Ok(Verdict::Included)
            }
            Err(BlockExecutionError::Validation(error)) => match error {
                BlockValidationError::TransactionGasLimitMoreThanAvailableBlockGas { .. } => {
                    Ok(Verdict::Later)
                }
                BlockValidationError::InvalidTx { error, .. } => {
                    Ok(match error.as_invalid_tx_err() {
                        Some(InvalidTransaction::GasPriceLessThanBasefee) => Verdict::BelowBaseFee,
                        Some(InvalidTransaction::NonceTooHigh { .. }) => Verdict::Later,
                        _ => Verdict::Rejected,
                    })
                }
                error => Err(failed(self.header.number, error.into())),
            },
            Err(error) => Err(failed(self.header.number, error)),
        }
    }

    /// Ends the block: system calls after the transactions, then every field of the header that
    /// follows from the execution. `trie` is the state trie of the parent and becomes this block's.
    pub(crate) fn finish(self, trie: &mut Trie) -> Result<(Block, Changes), SealError> {
        let Self { executor, mut header, transactions } = self;
        let (evm, result) = executor.finish().map_err(|error| failed(header.number, error))?;
        let (mut database, _) = evm.finish();
        database.merge_transitions(BundleRetention::PlainState);
        let changes = Changes::from_bundle(database.take_bundle());
        changes.apply(trie);
        header.state_root = trie.root();
        header.transactions_root = calculate_transaction_root(&transactions);
        header.receipts_root = calculate_receipt_root(&result.receipts);
        header.logs_bloom = bloom(&result.receipts);
        header.gas_used = result.gas_used;
        if header.blob_gas_used.is_some() {
            header.blob_gas_used = Some(result.blob_gas_used);
        }
        if header.requests_hash.is_some() {
            header.requests_hash = Some(result.requests.requests_hash());
        }
        let header = Sealed::new(header);
        Ok((Block { header, transactions, receipts: result.receipts }, changes))
    }
}

/// The header of the block after `parent`, as far as it is known before execution.
///
/// The gas limit moves towards `gas_limit` by less than 1/1024. A sequencer has no randomness of
/// a beacon chain: `PREVRANDAO` is a hash of parent and time, so contracts must not rely on it.
pub(crate) fn next_header(
    rules: &Rules,
    parent: &Sealed<Header>,
    timestamp_s: u64,
    fee_recipient: Address,
    gas_limit: u64,
) -> Header {
    let number = parent.number.saturating_add(1);
    let step = (parent.gas_limit / 1024).saturating_sub(1);
    let lowest = parent.gas_limit.saturating_sub(step);
    let highest = parent.gas_limit.saturating_add(step);
    let cancun = rules.is_cancun_active_at_timestamp(timestamp_s);
    let blobs = rules.blob_params(timestamp_s);
    Header {
        parent_hash: parent.hash(),
        ommers_hash: EMPTY_OMMER_ROOT_HASH,
        beneficiary: fee_recipient,
        number,
        gas_limit: gas_limit.clamp(lowest, highest),
        timestamp: timestamp_s,
        mix_hash: keccak256([parent.hash().as_slice(), &timestamp_s.to_be_bytes()].concat()),
        base_fee_per_gas: next_base_fee(rules, parent),
        withdrawals_root: rules
            .is_shanghai_active_at_timestamp(timestamp_s)
            .then_some(EMPTY_WITHDRAWALS),
        blob_gas_used: cancun.then_some(0),
        excess_blob_gas: cancun.then(|| {
            blobs.and_then(|blobs| parent.next_block_excess_blob_gas(blobs)).unwrap_or_default()
        }),
        parent_beacon_block_root: cancun.then_some(B256::ZERO),
        requests_hash: rules
            .is_prague_active_at_timestamp(timestamp_s)
            .then_some(alloy_eips::eip7685::EMPTY_REQUESTS_HASH),
        ..Header::default()
    }
}

/// Base fee per gas of the block after `parent`, in wei (EIP-1559); none before London.
pub(crate) fn next_base_fee(rules: &Rules, parent: &Header) -> Option<u64> {
    rules.is_london_active_at_block(parent.number.saturating_add(1)).then(|| {
        parent
            .next_block_base_fee(BaseFeeParams::ethereum())
            .unwrap_or(alloy_eips::eip1559::INITIAL_BASE_FEE)
    })
}

fn bloom(receipts: &[ReceiptEnvelope]) -> Bloom {
    receipts.iter().fold(Bloom::ZERO, |bloom, receipt| bloom | receipt.bloom())
}

fn failed(number: u64, error: BlockExecutionError) -> SealError {
    let source: Box<dyn std::error::Error + Send + Sync> = match error {
        BlockExecutionError::Internal(InternalBlockExecutionError::EVM { error, .. }) => error,
        error => error.into(),
    };
    SealError::Execution { number, source }
}
