//! What settlement needs of a chain, whichever it is.

use alloy_primitives::{Address, B256, Bytes};

use crate::error::ChainError;

/// Gas prices for a transaction (EIP-1559).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fees {
    /// The most that is paid per gas, in wei.
    pub max_fee_per_gas_wei: u128,
    /// Of it, the most that goes to the block's producer, in wei.
    pub max_priority_fee_per_gas_wei: u128,
}

/// What became of a transaction that is in a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionOutcome {
    /// Whether it did what it should; otherwise it only cost its gas.
    pub succeeded: bool,
    /// The block that holds it.
    pub block_number: u64,
    /// What it used.
    pub gas_used: u64,
}

/// A chain to read from and to send signed transactions to.
pub trait ChainClient {
    /// The chain's id (EIP-155).
    ///
    /// # Errors
    /// [`ChainError::Unavailable`].
    fn chain_id(&self) -> Result<u64, ChainError>;

    /// Executes a call on the latest state without changing it.
    ///
    /// # Errors
    /// [`ChainError::Refused`] with the contract's reason, [`ChainError::Unavailable`].
    fn call(&self, from: Address, to: Address, data: Bytes) -> Result<Bytes, ChainError>;

    /// The code at an address; empty for none.
    ///
    /// # Errors
    /// [`ChainError::Unavailable`].
    fn code(&self, address: Address) -> Result<Bytes, ChainError>;

    /// The nonce of the account's next transaction, waiting ones counted.
    ///
    /// # Errors
    /// [`ChainError::Unavailable`].
    fn nonce(&self, account: Address) -> Result<u64, ChainError>;

    /// Gas prices that get a transaction into one of the next blocks.
    ///
    /// # Errors
    /// [`ChainError::Unavailable`].
    fn fees(&self) -> Result<Fees, ChainError>;

    /// Hands over a signed transaction; sending the same one again is harmless.
    ///
    /// # Errors
    /// [`ChainError::Unavailable`] with the chain's reason.
    fn submit(&self, raw: &Bytes) -> Result<B256, ChainError>;

    /// What became of a transaction; none while it is in no block.
    ///
    /// # Errors
    /// [`ChainError::Unavailable`].
    fn outcome(&self, transaction: B256) -> Result<Option<TransactionOutcome>, ChainError>;
}
