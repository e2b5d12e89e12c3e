//! What can go wrong with money.

use alloy_primitives::{Address, B256};
use primitives::{AmountError, MerkleError, ShareError, SignatureError, Wei};

use crate::contracts::Refusal;
use crate::split::Role;

/// Why an account refuses a reservation or a charge.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
#[non_exhaustive]
pub enum AccountError {
    /// Not enough money, or not enough of it authorized for this host.
    #[error("{payer} needs {needed}, {available} is available")]
    InsufficientBalance {
        /// Who should pay.
        payer: Address,
        /// What the answer may cost.
        needed: Wei,
        /// What can be reserved.
        available: Wei,
    },
    /// The fee is above what was reserved for the answer.
    #[error("a fee of {fee} is above the {reserved} reserved from {payer}")]
    AboveReservation {
        /// Who pays.
        payer: Address,
        /// What was reserved.
        reserved: Wei,
        /// What should be charged.
        fee: Wei,
    },
    /// The reservation belongs to another payer.
    #[error("a reservation of {found} does not belong to {payer}")]
    WrongPayer {
        /// Whose account it is.
        payer: Address,
        /// Whose reservation it is.
        found: Address,
    },
    /// An amount left its range.
    #[error(transparent)]
    Amount(#[from] AmountError),
}

/// Why a fee cannot be divided.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
#[non_exhaustive]
pub enum SplitError {
    /// The parts of contributors, owner, host, validators, treasury and burn do not make a whole.
    #[error("the parts of a fee sum to {sum_ppm} parts per million instead of 1,000,000")]
    PartsNotWhole {
        /// Their sum.
        sum_ppm: u128,
    },
    /// The shares of an answer do not make a whole.
    #[error("the shares of answer {completion} sum to {sum_ppm} parts per million")]
    SharesNotWhole {
        /// The answer.
        completion: B256,
        /// Shares and unattributed part together.
        sum_ppm: u128,
    },
    /// A payee is the zero address.
    #[error("nobody is named as {}", role.name())]
    AccountMissing {
        /// The line without account.
        role: Role,
    },
    /// A share is above the whole.
    #[error(transparent)]
    Share(#[from] ShareError),
    /// An amount left its range.
    #[error(transparent)]
    Amount(#[from] AmountError),
}

/// Why a period cannot be closed.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
#[non_exhaustive]
pub enum PeriodError {
    /// An answer appears twice.
    #[error("answer {completion} is in the period twice")]
    AnswerTwice {
        /// The answer.
        completion: B256,
    },
    /// The lines of an earning do not sum to its fee.
    #[error("the lines of answer {completion} sum to {lines}, its fee is {fee}")]
    NotWhole {
        /// The answer.
        completion: B256,
        /// What the lines sum to.
        lines: Wei,
        /// The fee.
        fee: Wei,
    },
    /// The period number or the number of accounts does not fit.
    #[error("{what} does not fit the record")]
    TooMany {
        /// What was counted.
        what: &'static str,
    },
    /// The bytes are not a list of balances in order of account.
    #[error("bytes are not a list of balances in order of account")]
    Encoding,
    /// An amount left its range.
    #[error(transparent)]
    Amount(#[from] AmountError),
    /// The tree cannot be built.
    #[error(transparent)]
    Merkle(#[from] MerkleError),
}

/// Why a voucher is worth nothing.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
#[non_exhaustive]
pub enum VoucherError {
    /// The key is not the payer's.
    #[error("{found} cannot sign for {payer}")]
    NotPayer {
        /// Who pays.
        payer: Address,
        /// Whose key it is.
        found: Address,
    },
    /// It is for another host or another contract.
    #[error("the voucher names {found}, expected {expected}")]
    WrongParty {
        /// Who should be named.
        expected: Address,
        /// Who is.
        found: Address,
    },
    /// An earlier voucher promised more.
    #[error("the voucher promises {limit}, an earlier one {known}")]
    LimitLowered {
        /// What the earlier one promised.
        known: Wei,
        /// What this one promises.
        limit: Wei,
    },
    /// It ran out.
    #[error("the voucher ran out at second {expires_s}")]
    Expired {
        /// When, Unix time in seconds.
        expires_s: u64,
    },
    /// The bytes are not a signed voucher.
    #[error("bytes are not a signed voucher")]
    Encoding,
    /// The signature is not the payer's.
    #[error(transparent)]
    Signature(#[from] SignatureError),
}

/// Why an answer cannot be checked.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
#[non_exhaustive]
pub enum DisputeError {
    /// A record is not the one that the settled answer names.
    #[error("the answer names record {expected}, {found} was published")]
    OtherRecord {
        /// The record that is named.
        expected: B256,
        /// The record that is there.
        found: B256,
    },
    /// The bytes are no influence index.
    #[error("bytes are not an influence index")]
    Index,
}

/// Why nothing can be claimed.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
#[non_exhaustive]
pub enum ClaimError {
    /// Everything earned has been paid.
    #[error("{account} has been paid everything that it has earned, {claimed}")]
    NothingToClaim {
        /// Who asked.
        account: Address,
        /// What it was paid.
        claimed: Wei,
    },
    /// The proof does not lead to the root.
    #[error(transparent)]
    Merkle(#[from] MerkleError),
    /// An amount left its range.
    #[error(transparent)]
    Amount(#[from] AmountError),
}

/// Why the chain did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
    /// A contract refused.
    #[error("{0}")]
    Refused(Refusal),
    /// The contract's answer is not what its interface says.
    #[error("{function} did not answer in its own format")]
    Answer {
        /// The function called.
        function: &'static str,
        /// What the decoder said.
        #[source]
        source: alloy_sol_types::Error,
    },
    /// The contract's answer is outside the range of what it stands for.
    #[error("{what} is outside its range")]
    OutOfRange {
        /// What was read.
        what: &'static str,
    },
    /// The chain could not be reached or refused the transaction itself.
    #[error("the chain is not available")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Why our contracts are not, or cannot be, where they belong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeploymentError {
    /// The embedded artifact cannot be read.
    #[error("the compiled contract {contract} cannot be read")]
    Artifact {
        /// Its name.
        contract: &'static str,
    },
    /// Something else stands at the contract's address.
    #[error("{address} does not hold the code of {contract}")]
    WrongCode {
        /// The contract expected.
        contract: &'static str,
        /// Where.
        address: Address,
    },
    /// A contract was deployed with other settings.
    #[error("{contract} at {address} was deployed with another {setting}")]
    WrongSetting {
        /// The contract.
        contract: &'static str,
        /// Where.
        address: Address,
        /// What differs.
        setting: &'static str,
    },
    /// The operator has used the nonce that the contract's address derives from.
    #[error(
        "{contract} cannot be deployed: its deployer has used nonce {nonce} for something else"
    )]
    NonceUsed {
        /// The contract.
        contract: &'static str,
        /// The nonce.
        nonce: u64,
    },
    /// The chain did not answer.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The key cannot sign.
    #[error(transparent)]
    Signature(#[from] SignatureError),
}
