//! Why a contract refuses, in words.

use std::fmt;

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::{Revert, SolError, SolInterface};
use primitives::Wei;

use super::bindings::IAdapters::IAdaptersErrors as Adapters;
use super::bindings::IAgents::IAgentsErrors as Agents;
use super::bindings::IAttestations::IAttestationsErrors as Attestations;
use super::bindings::IContributions::IContributionsErrors as Contributions;
use super::bindings::IDatanets::IDatanetsErrors as Datanets;
use super::bindings::IDisputes::IDisputesErrors as Disputes;
use super::bindings::IEscrow::IEscrowErrors as Escrow;
use super::bindings::IGOPEN::IGOPENErrors as VotingToken;
use super::bindings::IGovernor::IGovernorErrors as Governor;
use super::bindings::IParameters::IParametersErrors as Parameters;
use super::bindings::IPayouts::IPayoutsErrors as Payouts;
use super::bindings::IReputation::IReputationErrors as Reputation;
use super::bindings::IStaking::IStakingErrors as Staking;
use super::bindings::ITimelock::ITimelockErrors as Timelock;
use super::bindings::IValidation::IValidationErrors as Validation;
use super::bindings::IWOPEN::IWOPENErrors as Wrapped;

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
    /// The proof does not lead to the active root.
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
    /// One of the contracts' own reasons, by its name in the interface.
    Named {
        /// The error's name, for example `TooFewShares`.
        name: &'static str,
        /// Name and arguments as text.
        text: String,
    },
    /// A reason in words (`Error(string)`).
    Words(String),
    /// Any other reason, as its ABI encoding.
    Other(Bytes),
}

impl Refusal {
    /// Reads the data of a reverted call.
    pub fn decode(data: &[u8]) -> Self {
        from_payouts(data)
            .or_else(|| from_escrow(data))
            .or_else(|| from_registries(data))
            .or_else(|| from_any(data))
            .or_else(|| Revert::abi_decode(data).ok().map(|revert| Self::Words(revert.reason)))
            .unwrap_or_else(|| Self::Other(Bytes::copy_from_slice(data)))
    }

    /// The reason's name in the contracts' interfaces, where it has one of its own.
    pub fn name(&self) -> Option<&'static str> {
        match self {
            Self::Named { name, .. } => Some(name),
            _ => None,
        }
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
        Payouts::NotPoster(e) => Refusal::NotPoster { account: e.caller },
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

fn from_registries(data: &[u8]) -> Option<Refusal> {
    if let Ok(refusal) = Adapters::abi_decode(data) {
        return Some(match refusal {
            Adapters::AdapterExists(e) => Refusal::Exists { id: e.adapterId },
            Adapters::SnapshotUnknown(e) => Refusal::Unknown { id: e.snapshotId },
        });
    }
    let refusal = match Datanets::abi_decode(data).ok()? {
        Datanets::NotAuthorized(e) => Refusal::NotAuthorized { owner: e.owner },
        Datanets::DatanetExists(e) => Refusal::Exists { id: e.datanetId },
        Datanets::DatanetUnknown(e) => Refusal::Unknown { id: e.datanetId },
        Datanets::ParentNotLast(e) => Refusal::ParentNotLast { last: e.last, parent: e.parent },
        Datanets::OwnerMissing(_) => return None,
    };
    Some(refusal)
}

/// Reasons that need no words of their own: the first contract that knows the error names it.
fn from_any(data: &[u8]) -> Option<Refusal> {
    macro_rules! first_of {
        ($($errors:ident),*) => {
            None$(.or_else(|| named::<$errors>(data, $errors::name_by_selector)))*
        };
    }
    first_of!(
        Escrow,
        Payouts,
        Parameters,
        Staking,
        Attestations,
        Disputes,
        Datanets,
        Contributions,
        Governor,
        Timelock,
        VotingToken,
        Wrapped,
        Agents,
        Reputation,
        Validation
    )
}

/// `Name { argument: value, … }`, from the derived `Debug` of the enum: `Name(Name { … })`.
fn named<E: SolInterface + fmt::Debug>(
    data: &[u8],
    name: fn([u8; 4]) -> Option<&'static str>,
) -> Option<Refusal> {
    let error = E::abi_decode(data).ok()?;
    let shown = format!("{error:?}");
    let text = shown.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'))?;
    Some(Refusal::Named { name: name(error.selector())?, text: text.to_owned() })
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
                write!(f, "the proof of {account} does not lead to the active root")
            }
            Self::NothingToClaim { account, claimed } => {
                let paid = Open(*claimed);
                write!(f, "{account} has been paid everything that it has earned, {paid}")
            }
            Self::Named { text, .. } => write!(f, "the contract refused: {text}"),
            Self::Words(reason) => write!(f, "the contract refused: {reason}"),
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
