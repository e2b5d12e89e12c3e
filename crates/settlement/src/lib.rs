//! Money: what an answer costs, who earns it, and how it reaches them.
//!
//! **Takes** [`Completion`](primitives::Completion)s and
//! [`AttributionReceipt`](primitives::AttributionReceipt)s, **gives**
//! [`Payout`](primitives::Payout)s and [`Claim`](primitives::Claim)s, and the signed transactions
//! that anchor, fund, capture, post and claim.
//!
//! ```text
//! Price ─→ Account ─→ Authorization ─→ fee ─→ split ─→ Earning ─→ ClosedPeriod ─→ Entitlement ─→ Claim
//!          reserve     answer given     │                          one Merkle root   proof
//!                                       └─→ Contracts::captures (on chain, once per answer)
//! ```
//!
//! **Guarantees.** Every wei of a fee goes to exactly one line of its split; shares are rounded down
//! and the residue is a line of its own, so no split of names or records gains a wei. Closing a
//! period is a pure function of the payout before and the earnings: the same log gives the same
//! root. Cumulative amounts never fall, and their sum is the sum of all fees.
//!
//! **Sources.** EIP-1559 (transactions), EIP-712 (record ids), Solidity ABI specification; the
//! contracts are in `contracts/`, their interfaces and bytecode in `schema/contracts/`.
//!
//! **Not here.** No floats, no clock, no network: time, nonces and gas prices come in as arguments,
//! and the chain is reached through [`ChainClient`]. Scores and shares come from `attribution`.

#![warn(clippy::float_arithmetic)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

mod error;
mod options;

mod price;

mod account;

mod split;

mod claim;
mod period;
mod why;

mod chain;
mod contracts;
mod deployment;
mod transaction;

pub use account::{Account, Authorization};
pub use chain::{ChainClient, Fees, TransactionOutcome};
pub use claim::Entitlement;
pub use contracts::{Capture, Contracts, DatanetAnchor, EscrowAccount, PayoutsState, Refusal};
pub use deployment::{Deployment, genesis};
pub use error::{AccountError, ChainError, ClaimError, DeploymentError, PeriodError, SplitError};
pub use options::{Options, Price, SplitOptions};
pub use period::{Balances, ClosedPeriod, Earning, PayoutDomain};
pub use split::{Parties, Role, SplitLine, split};
pub use transaction::{ContractCall, SignedTransaction, Terms};
pub use why::{Reason, why};
