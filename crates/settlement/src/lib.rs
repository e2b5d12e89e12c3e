//! Money: what an answer costs, who earns it, and how it reaches them.
//!
//! **Takes** [`Completion`](primitives::Completion)s and
//! [`AttributionReceipt`](primitives::AttributionReceipt)s, **gives**
//! [`Payout`](primitives::Payout)s and [`Claim`](primitives::Claim)s, and the signed transactions
//! that anchor, fund, capture, redeem, post, claim, vote, stake and dispute.
//!
//! ```text
//! Price ─→ Account ─→ Authorization ─→ fee ─→ split ─→ Earning ─→ ClosedPeriod ─→ Entitlement ─→ Claim
//!          reserve     answer given     │                 │        Merkle-sum root   proof
//!                                       │                 └─→ SettledAnswers ─→ find_fraud ─→ FraudProof
//!                                       └─→ Contracts::captures (once per answer), redeem (vouchers)
//! ```
//!
//! **Guarantees.** Every wei of a fee goes to exactly one line of its split; shares are rounded down
//! and the residue is a line of its own, so no split of names or records gains a wei. Closing a
//! period is a pure function of the payout before and the earnings: the same log gives the same
//! root. Cumulative amounts never fall, and their sum is the sum of all fees. Splits, scores and trees
//! are those of the contracts, bit for bit.
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
mod settled;
mod voucher;
mod why;

mod chain;
mod contracts;
mod deployment;
mod dispute;
mod transaction;

pub use account::{Account, Authorization};
pub use chain::{ChainClient, Fees, TransactionOutcome};
pub use claim::Entitlement;
pub use contracts::{
    ActivePayout, AdapterAnchor, AgentAnchor, Attester, Capture, Commitment, Contracts,
    DatanetAnchor, Demand, EscrowAccount, Feedback, FirstContribution, Parameter, Payee,
    PayoutsState, PeriodStatus, Position, PostedPeriod, Proposal, ProposalState, ProposalStatus,
    Refusal, ReputationSummary, Setting, Slash, SlashStatus, Ticket, Validator, Vote, Votes,
    VotingTerms,
};
pub use deployment::{Deployment, genesis};
pub use dispute::{
    FraudProof, IndexRow, Published, PublishedAnswer, PublishedIndex, RowProof, find_fraud,
    find_repeated,
};
pub use error::{
    AccountError, ChainError, ClaimError, DeploymentError, DisputeError, PeriodError, SplitError,
    VoucherError,
};
pub use options::{
    DeploymentOptions, Options, ParameterOptions, Price, SplitOptions, VotingOptions,
};
pub use period::{Balances, ClosedPeriod, Earning, PayoutDomain};
pub use settled::{AnswerProof, SettledAnswer, SettledAnswers, SettledLine};
pub use split::{BURN, Parties, Role, SplitLine, SplitVersion, split};
pub use transaction::{ContractCall, SignedTransaction, Terms};
pub use voucher::{ChannelTerms, Redemption, SignedVoucher, Voucher};
pub use why::{Reason, why};
