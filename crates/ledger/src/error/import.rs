//! Why a chain file cannot be imported, exported or verified.

use std::{fmt, io};

use alloy_primitives::{B256, Bytes};

use super::{OpenError, SealError, StoreError};
use crate::import::Imported;

/// What of a block breaks the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// Hash of the block before.
    ParentHash,
    /// Height.
    Number,
    /// Seconds since 1970.
    Timestamp,
    /// Most gas that the transactions may use (EIP-1559).
    GasLimit,
    /// Gas that the transactions used.
    GasUsed,
    /// Base fee per gas (EIP-1559).
    BaseFee,
    /// Difficulty of the proof of work, zero after the merge (EIP-3675).
    Difficulty,
    /// Up to 32 bytes of the producer's choice.
    ExtraData,
    /// Nonce of the proof of work, zero after the merge.
    Nonce,
    /// Hash of the ommers.
    OmmersHash,
    /// One of the ommers.
    Ommer {
        /// Position in the list.
        index: usize,
    },
    /// Blob gas that the transactions use (EIP-4844).
    BlobGasUsed,
    /// Running excess of blob gas (EIP-4844, EIP-7918).
    ExcessBlobGas,
    /// Root of the beacon block before (EIP-4788).
    ParentBeaconRoot,
    /// Root of the withdrawals (EIP-4895).
    WithdrawalsRoot,
    /// Hash of the requests to the beacon chain (EIP-7685).
    RequestsHash,
    /// Root of the transactions.
    TransactionsRoot,
    /// One of the transactions.
    Transaction {
        /// Position in the block.
        index: usize,
    },
    /// Length of the RLP encoding (EIP-7934).
    Size,
    /// A field that no fork here knows, for example a block access list.
    Unknown,
    /// Bloom filter of the logs.
    LogsBloom,
    /// Root of the receipts.
    ReceiptsRoot,
    /// Root of the state after the block.
    StateRoot,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::ParentHash => "parent hash",
            Self::Number => "number",
            Self::Timestamp => "timestamp",
            Self::GasLimit => "gas limit",
            Self::GasUsed => "gas used",
            Self::BaseFee => "base fee",
            Self::Difficulty => "difficulty",
            Self::ExtraData => "extra data",
            Self::Nonce => "nonce",
            Self::OmmersHash => "ommers hash",
            Self::Ommer { index } => return write!(f, "ommer {index}"),
            Self::BlobGasUsed => "blob gas used",
            Self::ExcessBlobGas => "excess blob gas",
            Self::ParentBeaconRoot => "parent beacon block root",
            Self::WithdrawalsRoot => "withdrawals root",
            Self::RequestsHash => "requests hash",
            Self::TransactionsRoot => "transactions root",
            Self::Transaction { index } => return write!(f, "transaction {index}"),
            Self::Size => "size",
            Self::Unknown => "unknown field",
            Self::LogsBloom => "logs bloom",
            Self::ReceiptsRoot => "receipts root",
            Self::StateRoot => "state root",
        };
        f.write_str(name)
    }
}

/// A block that breaks the rules of its chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("block {number} is invalid: {field} is {found}, expected {expected}")]
pub struct InvalidBlock {
    /// Its number.
    pub number: u64,
    /// What is wrong.
    pub field: Field,
    /// What the rules or the execution say.
    pub expected: String,
    /// What the block says.
    pub found: String,
}

/// Why an import stopped.
#[derive(Debug, thiserror::Error)]
#[error("the import stopped after {} new blocks, which stay; the head is block {}", done.new, done.head)]
pub struct ImportError {
    /// What was imported before.
    pub done: Imported,
    /// What stopped it.
    #[source]
    pub reason: Box<ImportFailure>,
}

/// What stopped an import.
#[derive(Debug, thiserror::Error)]
pub enum ImportFailure {
    /// The bytes could not be read.
    #[error("cannot read the chain after byte {position}")]
    Read {
        /// Bytes read before.
        position: u64,
        /// What the operating system says.
        #[source]
        source: io::Error,
    },
    /// The bytes end within a block.
    #[error(
        "the chain ends within the block at byte {position}: {wanted} bytes announced, {found} there"
    )]
    Truncated {
        /// Where the block begins.
        position: u64,
        /// Length that its first bytes state.
        wanted: u64,
        /// Bytes that there are.
        found: u64,
    },
    /// No block has this length.
    #[error("{bytes} bytes announced for the block at byte {position}, limit {limit}")]
    Oversized {
        /// Where the block begins.
        position: u64,
        /// Length that its first bytes state.
        bytes: u64,
        /// Longest allowed.
        limit: u64,
    },
    /// The bytes are no RLP block.
    #[error("the bytes from {position} on are no RLP block: {reason}")]
    Rlp {
        /// Where the block begins.
        position: u64,
        /// What the decoder met.
        reason: alloy_rlp::Error,
    },
    /// The block follows another one than the chain's.
    #[error("block {number} is {offered} in the file and {known} in the chain")]
    OtherBlock {
        /// Number of the block.
        number: u64,
        /// Hash in the chain.
        known: B256,
        /// Hash in the file.
        offered: B256,
    },
    /// Blocks are missing in between.
    #[error("block {number} cannot follow block {head}, blocks in between are missing")]
    Gap {
        /// Number of the block.
        number: u64,
        /// Last block of the chain.
        head: u64,
    },
    /// The block breaks the rules.
    #[error(transparent)]
    Invalid(#[from] Box<InvalidBlock>),
    /// The block could not be executed.
    #[error(transparent)]
    Execution(#[from] SealError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<InvalidBlock> for ImportFailure {
    fn from(invalid: InvalidBlock) -> Self {
        Self::Invalid(Box::new(invalid))
    }
}

/// Why a chain could not be written to a file.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The chain has no such blocks.
    #[error("blocks {first} to {last} were asked for, the chain has {lowest} to {head}")]
    Range {
        /// First block that was asked for.
        first: u64,
        /// Last block that was asked for.
        last: u64,
        /// First block that can be exported.
        lowest: u64,
        /// Last block of the chain.
        head: u64,
    },
    /// The bytes could not be written.
    #[error("cannot write block {number}")]
    Write {
        /// Number of the block.
        number: u64,
        /// What the operating system says.
        #[source]
        source: io::Error,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a stored chain is not what its genesis and its transactions make.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The pages of the file do not have the checksums that they state.
    #[error("the pages of the database do not match their checksums")]
    Checksum,
    /// A block breaks the rules.
    #[error("block {number} cannot be executed again")]
    Block {
        /// Number of the block.
        number: u64,
        /// Why.
        #[source]
        reason: Box<ImportFailure>,
    },
    /// Something stored differs from what the execution makes.
    #[error("table {table} differs at {key}: stored {stored}, executed {executed}", stored = show(stored.as_ref()), executed = show(executed.as_ref()))]
    Different {
        /// Name of the table.
        table: &'static str,
        /// Key of the first entry that differs.
        key: Bytes,
        /// What is stored; none when the entry is missing.
        stored: Option<Bytes>,
        /// What the execution makes; none when the entry should not be there.
        executed: Option<Bytes>,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn show(value: Option<&Bytes>) -> String {
    value.map_or_else(|| "nothing".to_owned(), Bytes::to_string)
}
