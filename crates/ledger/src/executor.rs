//! Runs the transactions of one block and completes its header.
//!
//! The header of the block is given first (number, time, base fee, ...): the producer makes one
//! up, an importer takes one from outside and compares what [`Run::finish`] returns with it.

use alloy_consensus::{
    EMPTY_OMMER_ROOT_HASH, Eip658Value, Header, ReceiptEnvelope, Sealed, Transaction as _,
    TxEnvelope, TxReceipt as _,
    constants::EMPTY_WITHDRAWALS,
    proofs::{calculate_receipt_root, calculate_transaction_root},
    transaction::Recovered,
};
use alloy_eips::eip7685::Requests;
use alloy_eips::{eip1559::BaseFeeParams, eip4895::Withdrawals};
use alloy_evm::{
    Evm as _, EvmFactory as _,
    block::{
        BlockExecutionError, BlockExecutor as _, BlockValidationError, InternalBlockExecutionError,
    },
    eth::{
        EthBlockExecutionCtx, EthBlockExecutor, EthEvm, EthEvmFactory, dao_fork,
        receipt_builder::AlloyReceiptBuilder,
    },
    precompiles::PrecompilesMap,
};
use alloy_hardforks::EthereumHardforks as _;
use alloy_primitives::{Address, B256, Bloom, keccak256};
use revm::{
    context::result::InvalidTransaction,
    database::{State, states::bundle_state::BundleRetention},
    database_interface::{Database, DatabaseCommit, DatabaseCommitExt as _, WrapDatabaseRef},
    inspector::NoOpInspector,
};

use crate::{
    block::Block,
    error::SealError,
    rules::{Rules, RulesAt},
    state::{Changes, StateAt},
    trie::Trie,
};

type BlockState<'a> = State<WrapDatabaseRef<StateAt<'a>>>;
type Executor<'a> = EthBlockExecutor<
    'a,
    EthEvm<BlockState<'a>, NoOpInspector, PrecompilesMap>,
    RulesAt<'a>,
    AlloyReceiptBuilder,
>;

/// A block that is being executed.
pub(crate) struct Run<'a> {
    executor: Executor<'a>,
    header: Header,
    transactions: Vec<Recovered<TxEnvelope>>,
    ommers: &'a [Header],
    withdrawals: Option<Withdrawals>,
    post_states: Option<PostStates>,
    blob_gas_max: u64,
}

/// State roots between the transactions, which receipts state before Byzantium (EIP-98).
struct PostStates {
    parent: Trie,
    roots: Vec<B256>,
}

/// What a block has beside its header and its transactions.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Extras<'a> {
    /// Headers of stale siblings of ancestors.
    pub(crate) ommers: &'a [Header],
    /// Payments from the beacon chain.
    pub(crate) withdrawals: Option<&'a Withdrawals>,
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
        Self::begin_with(rules, state, header, Extras::default())
    }

    /// As [`Self::begin`], for a block with ommers or withdrawals.
    pub(crate) fn begin_with(
        rules: &'a Rules,
        state: StateAt<'a>,
        header: Header,
        extras: Extras<'a>,
    ) -> Result<Self, SealError> {
        let mut database =
            State::builder().with_database(WrapDatabaseRef(state)).with_bundle_update().build();
        if rules.moves_dao_balances(header.number) {
            move_dao_balances(&mut database)
                .map_err(|error| failed(header.number, BlockExecutionError::other(error)))?;
        }
        let withdrawals = header.withdrawals_root.map(|_| match extras.withdrawals {
            Some(withdrawals) => withdrawals.clone(),
            None => Withdrawals::default(),
        });
        let evm = EthEvmFactory::default().create_evm(database, rules.environment(&header));
        let context = EthBlockExecutionCtx {
            parent_hash: header.parent_hash,
            parent_beacon_block_root: header.parent_beacon_block_root,
            ommers: extras.ommers,
            withdrawals: withdrawals.clone().map(|list| list.into_inner().into()),
            extra_data: header.extra_data.clone(),
            tx_count_hint: None,
            slot_number: None,
        };
        let spec = rules.at(&header);
        let mut executor =
            EthBlockExecutor::new(evm, context, spec, AlloyReceiptBuilder::default());
        executor.apply_pre_execution_changes().map_err(|error| failed(header.number, error))?;
        let blobs = rules.blob_params(header.timestamp);
        Ok(Self {
            executor,
            header,
            transactions: Vec::new(),
            ommers: extras.ommers,
            withdrawals,
            post_states: None,
            blob_gas_max: blobs.map_or(0, |blobs| blobs.max_blob_gas_per_block()),
        })
    }

    /// Lets the receipts state the root after their transaction; `parent` is the state before the
    /// block.
    pub(crate) fn state_roots_in_receipts(&mut self, parent: &Trie) {
        self.post_states = Some(PostStates { parent: parent.clone(), roots: Vec::new() });
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
        let blob_gas = transaction.blob_gas_used().unwrap_or_default();
        if self.executor.blob_gas_used.saturating_add(blob_gas) > self.blob_gas_max {
            return Ok(Verdict::Later);
        }
        match self.execute_strictly(transaction) {
            Ok(()) => Ok(Verdict::Included),
            Err(BlockExecutionError::Validation(error)) => match error {
                BlockValidationError::TransactionGasLimitMoreThanAvailableBlockGas { .. } => {
                    Ok(Verdict::Later)
                }
                BlockValidationError::InvalidTx { error, .. } => {
                    Ok(match error.as_invalid_tx_err() {
                        Some(
                            InvalidTransaction::GasPriceLessThanBasefee
                            | InvalidTransaction::BlobGasPriceGreaterThanMax { .. },
                        ) => Verdict::BelowBaseFee,
                        Some(InvalidTransaction::NonceTooHigh { .. }) => Verdict::Later,
                        _ => Verdict::Rejected,
                    })
                }
                error => Err(failed(self.header.number, error.into())),
            },
            Err(error) => Err(failed(self.header.number, error)),
        }
    }

    /// As [`Self::execute`]; says why a transaction is not valid in this block.
    pub(crate) fn execute_strictly(
        &mut self,
        transaction: &Recovered<TxEnvelope>,
    ) -> Result<(), BlockExecutionError> {
        self.executor.execute_transaction(transaction)?;
        self.transactions.push(transaction.clone());
        if let Some(PostStates { parent, roots }) = &mut self.post_states {
            let database = self.executor.evm_mut().db_mut();
            database.merge_transitions(BundleRetention::PlainState);
            let mut state = parent.clone();
            Changes::from_bundle(database.bundle_state.clone()).apply(&mut state);
            roots.push(state.root());
        }
        Ok(())
    }

    /// Ends the block: system calls after the transactions, then every field of the header that
    /// follows from the execution. `trie` is the state trie of the parent and becomes this block's.
    pub(crate) fn finish(self, trie: &mut Trie) -> Result<(Block, Changes), SealError> {
        self.finish_with_requests(trie).map(|(block, changes, _)| (block, changes))
    }

    /// As [`Self::finish`]; with what the block asks of the consensus layer (EIP-7685).
    pub(crate) fn finish_with_requests(
        self,
        trie: &mut Trie,
    ) -> Result<(Block, Changes, Requests), SealError> {
        let Self { executor, mut header, transactions, ommers, withdrawals, post_states, .. } =
            self;
        let (evm, mut result) = executor.finish().map_err(|error| failed(header.number, error))?;
        let (mut database, _) = evm.finish();
        database.merge_transitions(BundleRetention::PlainState);
        let changes = Changes::from_bundle(database.take_bundle());
        changes.apply(trie);
        header.state_root = trie.root();
        header.transactions_root = calculate_transaction_root(&transactions);
        if let Some(PostStates { roots, .. }) = post_states {
            for (receipt, root) in result.receipts.iter_mut().zip(roots) {
                state_root(receipt, root);
            }
        }
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
        let (receipts, ommers) = (result.receipts, ommers.to_vec());
        let block = Block { header, transactions, receipts, ommers, withdrawals };
        Ok((block, changes, result.requests))
    }
}

/// Takes the balances of the DAO and its children (EIP-779).
pub(crate) fn move_dao_balances<D: Database + DatabaseCommit>(
    database: &mut D,
) -> Result<(), D::Error> {
    let drained = database.drain_balances(dao_fork::DAO_HARDFORK_ACCOUNTS)?;
    let sum = drained.into_iter().fold(0u128, u128::saturating_add);
    database.increment_balances([(dao_fork::DAO_HARDFORK_BENEFICIARY, sum)])?;
    Ok(())
}

fn state_root(receipt: &mut ReceiptEnvelope, root: B256) {
    // The other types came long after Byzantium.
    if let ReceiptEnvelope::Legacy(receipt) = receipt {
        receipt.receipt.status = Eip658Value::PostState(root);
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

pub(crate) fn failed(number: u64, error: BlockExecutionError) -> SealError {
    let source: Box<dyn std::error::Error + Send + Sync> = match error {
        BlockExecutionError::Internal(InternalBlockExecutionError::EVM { error, .. }) => error,
        error => error.into(),
    };
    SealError::Execution { number, source }
}
