//! An embedded EVM chain: pool, blocks, state, logs.
//!
//! **Takes** signed Ethereum transactions and the time; **gives** sealed blocks with correct
//! transaction, receipt and state roots, and every read that wallets need. The rules are those of
//! the genesis, Osaka from the first block by default; the native currency is OPEN, in wei.
//!
//! **Guarantees.** One durable write per block: state, block and pool move together, and a chain
//! that is opened after a crash at any moment continues from the last sealed block with every
//! acknowledged transaction in a block or in the pool. Reads see one consistent block and never
//! wait for a writer. No clock, no threads, no network: the time is an argument of
//! [`Chain::seal`], and the caller decides whether to seal at intervals or at once.
//!
//! **Source.** Ethereum yellow paper and the EIPs named beside the code; execution by revm and
//! alloy-evm, none of whose types leave this crate.
//!
//! **Not here.** JSON-RPC, our own contracts, peers and consensus, keeping blobs (EIP-4844).

#![warn(clippy::arithmetic_side_effects)]

mod admission;
mod block;
mod chain;
mod error;
mod executor;
mod genesis;
mod import;
mod options;
mod pool;
mod rules;
mod state;
mod store;
mod trie;

pub use block::Block;
pub use chain::{
    AccessListResult, AccountProof, BuildAttributes, Built, CallResult, Chain, Exported, Overrides,
    SimulateBlock, SimulateRequest, SimulatedBlock, SimulatedCall, SlotProof, Verified,
};
pub use error::{
    BuildError, CallError, ExportError, Field, GenesisError, ImportError, ImportFailure,
    InvalidBlock, OpenError, ReadError, SealError, SimulateError, StoreError, SubmitError,
    TraceError, TransactionFault, VerifyError,
};
pub use genesis::Genesis;
pub use import::Imported;
pub use options::Options;
pub use pool::{PoolContent, PoolStatus};
pub use state::Account;

pub use alloy_genesis::GenesisAccount;
