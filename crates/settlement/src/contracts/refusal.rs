//! Why a contract refuses, in words.

use std::fmt;

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::SolInterface;
use primitives::Wei;

use super::bindings::IEscrow::IEscrowErrors as Escrow;
use super::bindings::IPayouts::IPayoutsErrors as Payouts;
use super::bindings::IRegistry::IRegistryErrors as Registry;

/// A contract's reason for refusing a call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The caller may not act for this account.
    NotAuthorized {
        /// Whose right it is.
        owner: Address,
    },
    /// The caller does not post payouts.
    NotPoster {
        /// Who tried.
        account: Address,
    },
    /// The id is taken.
    Exists {
        /// Of the Datanet or adapter.
        id: B256,
    },
    /// The id is not anchored.
    Unknown {
        /// Of the Datanet or snapshot.
        id: B256,
    },
    /// The record's parent is not the last record.
    ParentNotLast {
        /// The last record.
        last: B256,
        /// The parent given.
        parent: B256,
    },
    /// The answer's fee was captured before.
    AlreadyCaptured {
        /// The answer.
        completion: B256,
    },
    /// The payer does not let this host capture any more.
    AuthorizationExpired {
        /// Who should pay.
        payer: Address,
        /// For which answer.
        completion: B256,
    },
    /// The payer lets this host capture less, or has less.
    AboveFunds {
        /// Who should pay.
        payer: Address,
        /// For which answer.
        completion: B256,
        /// What is left.
        left: U256,
    },
    /// Withdrawals wait.
    TooEarly {
        /// When it can be executed, Unix time in seconds.
        executable_s: u64,
    },
    /// Limits are not lowered while captures may come; revoke instead.
    LimitLowered {
        /// The present limit, in wei.
        current: U256,
    },
    /// The period is not the next one.
    PeriodNotNext {
        /// The next one.
        next: u64,
        /// The one given.
        period: u64,
    },
    /// The payout is above the captured fees.
    Unfunded {
        /// Fees captured, in wei.
        funded: U256,
        /// The payout's total, in wei.
        total: U256,
    },
    /// The proof does not lead to the last posted root.
    WrongProof {
        /// Whose proof.
        account: Address,
    },
    /// Everything earned has been paid.
    NothingToClaim {
        /// Who asked.
        account: Address,
        /// What it was paid, in wei.
        claimed: U256,
    },
    /// The account did not take its payment.
    PaymentRefused,
    /// Any other reason, as its ABI encoding.
    Other(Bytes),
}

impl Refusal {
    /// Reads the data of a reverted call.
    pub fn decode(data: &[u8]) -> Self {
        from_payouts(data)
            .or_else(|| from_escrow(data))
            .or_else(|| from_registry(data))
            .unwrap_or_else(|| Self::Other(Bytes::copy_from_slice(data)))
    }
}

fn from_payouts(data: &[u8]) -> Option<Refusal> {
    let refusal = match Payouts::abi_decode(data).ok()? {
        Payouts::NothingToClaim(e) => {
            Refusal::NothingToClaim { account: e.account, claimed: e.claimedWei }
        }
        Payouts::WrongProof(e) => Refusal::WrongProof { account: e.account },
        Payouts::PeriodNotNext(e) => Refusal::PeriodNotNext { next: e.next, period: e.period },
        Payouts::ParentNotLast(e) => Refusal::ParentNotLast { last: e.last, parent: e.parent },
        Payouts::Unfunded(e) => Refusal::Unfunded { funded: e.fundedWei, total: e.totalWei },
        Payouts::OwnableUnauthorizedAccount(e) => Refusal::NotPoster { account: e.account },
        Payouts::FailedCall(_) => Refusal::PaymentRefused,
        _ => return None,
    };
    Some(refusal)
}

fn from_escrow(data: &[u8]) -> Option<Refusal> {
    let refusal = match Escrow::abi_decode(data).ok()? {
        Escrow::AlreadyCaptured(e) => Refusal::AlreadyCaptured { completion: e.completionId },
        Escrow::AuthorizationExpired(e) => {
            Refusal::AuthorizationExpired { payer: e.payer, completion: e.completionId }
        }
        Escrow::AboveLimit(e) => {
            Refusal::AboveFunds { payer: e.payer, completion: e.completionId, left: e.limitWei }
        }
        Escrow::AboveBalance(e) => {
            Refusal::AboveFunds { payer: e.payer, completion: e.completionId, left: e.balanceWei }
        }
        Escrow::TooEarly(e) => Refusal::TooEarly { executable_s: e.executableS },
        Escrow::LimitLowered(e) => Refusal::LimitLowered { current: e.currentWei },
        _ => return None,
    };
    Some(refusal)
}

fn from_registry(data: &[u8]) -> Option<Refusal> {
    let refusal = match Registry::abi_decode(data).ok()? {
        Registry::NotAuthorized(e) => Refusal::NotAuthorized { owner: e.owner },
        Registry::DatanetExists(e) => Refusal::Exists { id: e.datanetId },
        Registry::AdapterExists(e) => Refusal::Exists { id: e.adapterId },
        Registry::DatanetUnknown(e) => Refusal::Unknown { id: e.datanetId },
        Registry::SnapshotUnknown(e) => Refusal::Unknown { id: e.snapshotId },
        Registry::ParentNotLast(e) => Refusal::ParentNotLast { last: e.last, parent: e.parent },
        Registry::OwnerMissing(_) => return None,
    };
    Some(refusal)
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAuthorized { owner } => write!(f, "the sender may not act for {owner}"),
            Self::NotPoster { account } => write!(f, "{account} does not post payouts"),
            Self::Exists { id } => write!(f, "{id} is anchored already"),
            Self::Unknown { id } => write!(f, "{id} is not anchored"),
            Self::ParentNotLast { last, parent } => {
                write!(f, "the last record is {last}, the parent given is {parent}")
            }
            Self::AlreadyCaptured { completion } => {
                write!(f, "the fee of answer {completion} was captured before")
            }
            Self::AuthorizationExpired { payer, completion } => {
                write!(f, "{payer} no longer authorizes the fee of answer {completion}")
            }
            Self::AboveFunds { payer, completion, left } => {
                write!(f, "{payer} has {} left for answer {completion}", Open(*left))
            }
            Self::TooEarly { executable_s } => {
                write!(f, "the withdrawal can be executed from second {executable_s} on")
            }
            Self::LimitLowered { current } => {
                write!(f, "the limit of {} still runs; revoke it instead", Open(*current))
            }
            Self::PeriodNotNext { next, period } => {
                write!(f, "the next period is {next}, the payout is for {period}")
            }
            Self::Unfunded { funded, total } => {
                write!(f, "a payout of {} is above the {} captured", Open(*total), Open(*funded))
            }
            Self::WrongProof { account } => {
                write!(f, "the proof of {account} does not lead to the last posted root")
            }
            Self::NothingToClaim { account, claimed } => {
                let paid = Open(*claimed);
                write!(f, "{account} has been paid everything that it has earned, {paid}")
            }
            Self::PaymentRefused => write!(f, "the account did not take its payment"),
            Self::Other(data) => write!(f, "the contract refused: {data}"),
        }
    }
}

/// Shows a word as an amount.
struct Open(U256);

impl fmt::Display for Open {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Wei::from_u256(self.0) {
            Ok(amount) => write!(f, "{amount}"),
            Err(_too_large) => write!(f, "{} wei", self.0),
        }
    }
}
