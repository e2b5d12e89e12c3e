//! How each operation can fail.

mod genesis;
mod import;

pub use genesis::GenesisError;

pub use import::{ExportError, Field, ImportError, ImportFailure, InvalidBlock, VerifyError};

use std::path::PathBuf;

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::{Panic, Revert, SolError as _};

/// The database under the chain failed or holds something impossible.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused an operation.
    #[error("the chain database failed")]
    Database(#[source] Box<redb::Error>),
    /// A stored value cannot be read back.
    #[error("the chain database is damaged: {what} cannot be read")]
    Damaged {
        /// The value that could not be read.
        what: &'static str,
    },
    /// The chain stopped after an error whose effect on the disk is unknown; reopen it.
    #[error("the chain stopped after a failed write and must be reopened")]
    Stopped,
}

macro_rules! from_redb {
    ($($error:ident),*) => {$(
        impl From<redb::$error> for StoreError {
            fn from(error: redb::$error) -> Self {
                Self::Database(Box::new(error.into()))
            }
        }
    )*};
}
from_redb!(
    DatabaseError,
    SetDurabilityError,
    TransactionError,
    TableError,
    StorageError,
    CommitError
);

impl revm::context::DBErrorMarker for StoreError {}

/// Why a chain cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has the database open.
    #[error("the chain database is in use by another process")]
    InUse,
    /// There is no database, or none with a chain that says what it was started from.
    #[error("there is no chain at {}", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// What the chain was started from cannot be read.
    #[error("the chain database has an unusable genesis")]
    Genesis(#[source] GenesisError),
    /// The database belongs to another network.
    #[error("the chain database was made from genesis {stored}, not {wanted}")]
    OtherGenesis {
        /// Genesis block hash in the database.
        stored: B256,
        /// Genesis block hash that was asked for.
        wanted: B256,
    },
    /// The state does not have the root that the last block states.
    #[error("the state of block {number} has root {computed}, the block says {stated}")]
    StateRoot {
        /// Number of the last block.
        number: u64,
        /// State root in its header.
        stated: B256,
        /// Root of the stored state.
        computed: B256,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why the pool refuses a transaction. The messages are the ones that wallets know.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// The bytes are no EIP-2718 transaction.
    #[error("transaction cannot be decoded: {reason}")]
    Undecodable {
        /// What the decoder met.
        reason: alloy_eips::eip2718::Eip2718Error,
    },
    /// Longer than the limit.
    #[error("oversized data: transaction size {bytes}, limit {limit}")]
    Oversized {
        /// Length of the transaction in bytes.
        bytes: usize,
        /// Longest allowed, in bytes.
        limit: usize,
    },
    /// The signature belongs to nobody.
    #[error("invalid sender")]
    InvalidSignature,
    /// Signed for another chain.
    #[error("invalid chain id for signer: have {transaction} want {chain}")]
    OtherChain {
        /// Chain id in the transaction.
        transaction: u64,
        /// Id of this chain.
        chain: u64,
    },
    /// The fork that brings this type is still to come.
    #[error("transaction type not supported: {kind}")]
    TypeNotSupported {
        /// EIP-2718 type.
        kind: u8,
    },
    /// A blob transaction without blobs, or with more than one may have.
    #[error("blob transaction with {blobs} blobs, permitted 1 to {limit}")]
    BlobCount {
        /// Blobs of the transaction.
        blobs: usize,
        /// Most allowed.
        limit: usize,
    },
    /// A blob's hash is not of the version that EIP-4844 defines.
    #[error("blob has invalid versioned hash {hash}")]
    BlobHashVersion {
        /// The hash.
        hash: B256,
    },
    /// A blob transaction came as it is in blocks, without the blobs.
    #[error("missing sidecar in blob transaction")]
    MissingBlobs,
    /// Cell proofs (EIP-7594) are a matter of Osaka.
    #[error("unexpected sidecar version: cell proofs come with Osaka")]
    CellProofsBeforeOsaka,
    /// Blobs, commitments, proofs and hashes do not belong together.
    #[error("invalid blobs: {reason}")]
    BlobProof {
        /// What the check found.
        reason: String,
    },
    /// The fee for blob gas is lower than the blob base fee of the next block.
    #[error(
        "max fee per blob gas less than block blob gas fee: maxFeePerBlobGas: {fee}, blobGasFee: {base_fee}"
    )]
    FeeBelowBlobBaseFee {
        /// Fee per blob gas, in wei.
        fee: u128,
        /// Blob base fee of the next block, in wei.
        base_fee: u128,
    },
    /// The nonce was used before.
    #[error("nonce too low: next nonce {next}, tx nonce {nonce}")]
    NonceTooLow {
        /// Next nonce of the sender.
        next: u64,
        /// Nonce of the transaction.
        nonce: u64,
    },
    /// Exactly this transaction is waiting.
    #[error("already known")]
    AlreadyKnown {
        /// Its hash.
        hash: B256,
    },
    /// A waiting transaction with this nonce pays nearly as much.
    #[error("replacement transaction underpriced")]
    ReplacementUnderpriced {
        /// Hash of the waiting transaction.
        waiting: B256,
    },
    /// The tip is higher than the whole fee.
    #[error(
        "max priority fee per gas higher than max fee per gas: maxPriorityFeePerGas: {tip}, maxFeePerGas: {fee}"
    )]
    TipAboveFee {
        /// Priority fee per gas, in wei.
        tip: u128,
        /// Fee per gas, in wei.
        fee: u128,
    },
    /// The fee is lower than the base fee of the next block.
    #[error("max fee per gas less than block base fee: maxFeePerGas: {fee}, baseFee: {base_fee}")]
    FeeBelowBaseFee {
        /// Fee per gas, in wei.
        fee: u128,
        /// Base fee per gas of the next block, in wei.
        base_fee: u64,
    },
    /// The sender cannot pay for everything that it has pending.
    #[error("insufficient funds for gas * price + value: balance {balance}, tx cost {cost}")]
    InsufficientFunds {
        /// Who signed.
        sender: Address,
        /// Balance in wei.
        balance: U256,
        /// Cost in wei, with the sender's pending transactions.
        cost: U256,
    },
    /// The gas limit does not even cover the transaction's own bytes.
    #[error("intrinsic gas too low: gas {gas_limit}, minimum needed {needed}")]
    IntrinsicGas {
        /// Gas limit of the transaction.
        gas_limit: u64,
        /// Least gas.
        needed: u64,
    },
    /// The gas limit does not cover the least price of the transaction's data (EIP-7623).
    #[error("insufficient gas for floor data gas cost: gas {gas_limit}, minimum needed {needed}")]
    FloorDataGas {
        /// Gas limit of the transaction.
        gas_limit: u64,
        /// Least gas.
        needed: u64,
    },
    /// The gas limit exceeds the cap per transaction (EIP-7825).
    #[error("transaction gas limit too high (cap: {cap}, tx: {gas_limit})")]
    GasLimitTooHigh {
        /// Gas limit of the transaction.
        gas_limit: u64,
        /// Highest allowed.
        cap: u64,
    },
    /// The gas limit exceeds that of a block.
    #[error("exceeds block gas limit: {gas_limit} of {limit}")]
    ExceedsBlockGasLimit {
        /// Gas limit of the transaction.
        gas_limit: u64,
        /// Gas limit of the block.
        limit: u64,
    },
    /// No account can ever use this nonce (EIP-2681).
    #[error("nonce has max value")]
    NonceMax,
    /// Creation code longer than EIP-3860 allows.
    #[error("max initcode size exceeded: code size {bytes}, limit {limit}")]
    InitcodeTooLarge {
        /// Length of the creation code.
        bytes: usize,
        /// Longest allowed.
        limit: usize,
    },
    /// An EIP-7702 transaction without authorization, or without recipient.
    #[error("EIP-7702 transaction needs a recipient and at least one authorization")]
    EmptyAuthorizations,
    /// A contract cannot sign (EIP-3607).
    #[error("sender not an eoa: address {sender}")]
    SenderHasCode {
        /// The contract.
        sender: Address,
    },
    /// The pool holds as much as it may, and nothing that would give way.
    #[error("txpool is full")]
    PoolFull,
    /// The pool is full of transactions that pay as much, or nearly.
    #[error("transaction underpriced: the pool is full, its least tip is {tip}, with fee {fee}")]
    Underpriced {
        /// Priority fee per gas of the cheapest, in wei.
        tip: u128,
        /// Fee per gas of the cheapest, in wei.
        fee: u128,
    },
    /// The sender has as much waiting as it may.
    #[error("account limit exceeded: {limit} transactions of {sender} are waiting")]
    SenderFull {
        /// Who signed.
        sender: Address,
        /// Most that may wait.
        limit: usize,
    },
    /// Accepted and durable, but the block that was to follow at once failed.
    #[error("transaction {hash} waits, its block could not be sealed")]
    NotSealed {
        /// Hash of the transaction.
        hash: B256,
        /// Why there is no block.
        #[source]
        source: Box<SealError>,
    },
    /// The database failed; the transaction was not accepted.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why no block could be sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// Execution failed for a reason that lies not in a transaction.
    #[error("block {number} cannot be executed")]
    Execution {
        /// Number of the block.
        number: u64,
        /// What the executor met.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The time counter ended.
    #[error("block {number} would need a timestamp beyond 2^64 seconds")]
    TimeExhausted {
        /// Number of the block.
        number: u64,
    },
    /// The database failed; the block was not sealed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why no block can be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// There is no such block to build on.
    #[error("unknown parent {parent}")]
    UnknownParent {
        /// Its hash.
        parent: B256,
    },
    /// Only the last block can be built on.
    #[error("block {number} is not the latest one, {latest}")]
    NotLatest {
        /// Block that was asked for.
        number: u64,
        /// Latest block.
        latest: u64,
    },
    /// Time must pass between blocks.
    #[error("invalid timestamp, parent {parent} given {time}")]
    Timestamp {
        /// Time that was asked for, in seconds since 1970.
        time: u64,
        /// Time of the parent.
        parent: u64,
    },
    /// The bytes are no EIP-2718 transaction.
    #[error("transaction {index} cannot be decoded: {reason}")]
    Undecodable {
        /// Position among the given transactions.
        index: usize,
        /// What the decoder met.
        reason: alloy_eips::eip2718::Eip2718Error,
    },
    /// The signature belongs to nobody.
    #[error("transaction {index} has an invalid signature")]
    InvalidSignature {
        /// Position among the given transactions.
        index: usize,
    },
    /// The transaction cannot be in this block.
    #[error("transaction {index} is invalid: {reason}")]
    Transaction {
        /// Position among the given transactions.
        index: usize,
        /// What the executor met.
        reason: String,
    },
    /// Execution failed for a reason that lies not in a transaction.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a read has no answer.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is no such block.
    #[error("header not found")]
    UnknownBlock,
    /// A log query ends before it begins, or after the latest block.
    #[error("invalid block range params")]
    InvalidRange,
    /// A log query spans more blocks than the limit.
    #[error("block range of {blocks} is too wide, limit {limit}")]
    RangeTooWide {
        /// Blocks in the query.
        blocks: u64,
        /// Most allowed.
        limit: u64,
    },
    /// A log query has more results than the limit.
    #[error("query returned more than {limit} results")]
    TooManyLogs {
        /// Most allowed.
        limit: usize,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a call has no result.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The code reverted.
    #[error("execution reverted{}", reason(output))]
    Reverted {
        /// What it returned, an ABI-encoded error as a rule.
        output: Bytes,
    },
    /// The code stopped without an answer, out of gas for instance.
    #[error("{reason}")]
    Halted {
        /// What stopped it.
        reason: String,
    },
    /// The request could not be run at all.
    #[error("{reason}")]
    Invalid {
        /// What is wrong with it.
        reason: String,
    },
    /// The balance does not even cover the value and the smallest amount of gas.
    #[error("gas required exceeds allowance ({allowance})")]
    GasAllowance {
        /// Gas that was available.
        allowance: u64,
    },
    /// The state could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl From<StoreError> for CallError {
    fn from(error: StoreError) -> Self {
        Self::Read(error.into())
    }
}

/// Why a simulation of blocks has no result. A call that only reverts is a result.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// No block was given.
    #[error("empty input")]
    Empty,
    /// More blocks than one request may have, gaps included.
    #[error("too many blocks, limit {limit}")]
    TooManyBlocks {
        /// Most blocks after the base.
        limit: u64,
    },
    /// A block does not follow the one before it.
    #[error("block numbers must be in order: {number} <= {previous}")]
    BlockOrder {
        /// Its number.
        number: u64,
        /// Number of the block before.
        previous: u64,
    },
    /// A block is not later than the one before it.
    #[error("block timestamps must be in order: {timestamp_s} <= {previous_s}")]
    TimeOrder {
        /// Its time, in seconds.
        timestamp_s: u64,
        /// Time of the block before, in seconds.
        previous_s: u64,
    },
    /// A call asks for more gas than its block has left.
    #[error("block gas limit reached: {needed} >= {limit}")]
    BlockGasLimit {
        /// Gas used before the call and its own gas limit.
        needed: u64,
        /// Gas limit of the block.
        limit: u64,
    },
    /// A transaction cannot be in a block.
    #[error("err: {reason} (supplied gas {gas_limit})")]
    Transaction {
        /// What kind of fault it is.
        fault: TransactionFault,
        /// What is wrong with it.
        reason: String,
        /// Its gas limit.
        gas_limit: u64,
    },
    /// A request contradicts itself or the chain.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The system contracts failed.
    #[error("system calls of block {number} failed")]
    System {
        /// Number of the block.
        number: u64,
        /// What failed.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// The faults of a simulated transaction that have a code of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionFault {
    /// The nonce was used before.
    NonceTooLow,
    /// An earlier nonce is missing.
    NonceTooHigh,
    /// The fee is lower than the base fee.
    FeeBelowBaseFee,
    /// The fees contradict each other.
    InvalidFees,
    /// The gas limit does not cover the transaction's own bytes.
    IntrinsicGas,
    /// The sender cannot pay.
    InsufficientFunds,
    /// Creation code longer than EIP-3860 allows.
    InitcodeTooLarge,
    /// Anything else.
    Other,
}

impl From<StoreError> for SimulateError {
    fn from(error: StoreError) -> Self {
        Self::Call(error.into())
    }
}

impl From<ReadError> for SimulateError {
    fn from(error: ReadError) -> Self {
        Self::Call(error.into())
    }
}

/// Why there is no trace.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// No block has the transaction.
    #[error("transaction not found")]
    UnknownTransaction {
        /// Its hash.
        hash: B256,
    },
    /// The first block was never executed.
    #[error("genesis is not traceable")]
    Genesis,
    /// The tracer is unknown, or its configuration invalid.
    #[error("{reason}")]
    Tracer {
        /// What is wrong with it.
        reason: String,
    },
    /// The trace would need more memory than the options allow.
    #[error("trace exceeds the limit of {limit} bytes")]
    TooLong {
        /// Most memory that it may need, in bytes.
        limit: usize,
    },
    /// A request cannot run.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The system contracts failed.
    #[error("system calls of block {number} failed")]
    System {
        /// Number of the block.
        number: u64,
        /// What failed.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl From<StoreError> for TraceError {
    fn from(error: StoreError) -> Self {
        Self::Call(error.into())
    }
}

impl From<ReadError> for TraceError {
    fn from(error: ReadError) -> Self {
        Self::Call(error.into())
    }
}

/// `: text` of a Solidity `Error(string)` or `Panic(uint256)`, else nothing.
fn reason(output: &[u8]) -> String {
    if let Ok(revert) = Revert::abi_decode(output) {
        return format!(": {}", revert.reason);
    }
    let panic = Panic::abi_decode(output).ok().and_then(|panic| panic.kind());
    panic.map_or_else(String::new, |kind| format!(": {}", kind.as_geth_str()))
}
