//! Stake of validators and their delegators.

use alloy_primitives::{Address, B256};
use alloy_sol_types::SolCall;
use primitives::{SharePpm, Wei};

use super::bindings::IStaking;
use super::{Contracts, call, view};
use crate::chain::ChainClient;
use crate::error::ChainError;
use crate::transaction::ContractCall;

const GAS_STAKING: u64 = 500_000;

/// A validator's pools.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validator {
    /// Who it is.
    pub account: Address,
    /// Stake.
    pub stake: Wei,
    /// Shares of the stake.
    pub shares: u128,
    /// Stake that is on its way out and can still be slashed.
    pub unbonding: Wei,
    /// The part of rewards that it keeps before the rest is shared.
    pub commission_ppm: u32,
    /// Slashes that are neither executed nor vetoed.
    pub pending_slashes: u32,
    /// Whether it can be drawn.
    pub is_listed: bool,
}

/// Stake of one owner with one validator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Shares of the validator's stake.
    pub shares: u128,
    /// What they are worth now.
    pub amount: Wei,
}

/// Stake on its way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    /// Its number.
    pub id: u64,
    /// Who may withdraw it; zero when it is withdrawn.
    pub owner: Address,
    /// From when on, Unix time in seconds.
    pub ready_s: u64,
    /// Whose pool it is in.
    pub validator: Address,
}

/// A slash, with the numbers of the moment when it was proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slash {
    /// Whose stake.
    pub validator: Address,
    /// From when on it can be executed, Unix time in seconds; it can be vetoed until then.
    pub executable_s: u64,
    /// Who is rewarded.
    pub challenger: Address,
    /// The part that it takes.
    pub slash_ppm: u32,
    /// What it is for: the id of the fraudulent payout.
    pub evidence: B256,
    /// What became of it.
    pub status: SlashStatus,
}

/// What became of a slash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlashStatus {
    /// No such slash.
    Unknown,
    /// It waits for its veto delay.
    Pending,
    /// Stake was taken.
    Executed,
    /// It was called off.
    Vetoed,
}

impl Contracts {
    /// Makes the sender a validator with `stake` of its own. Sent by the validator.
    pub fn register_validator(&self, commission: SharePpm, stake: Wei) -> ContractCall {
        let call = self.staking_call(&IStaking::registerCall { commissionPpm: commission.get() });
        ContractCall { value: stake, ..call }
    }

    /// Adds `amount` to the sender's stake with `validator`.
    pub fn delegate(&self, validator: Address, amount: Wei) -> ContractCall {
        let call = self.staking_call(&IStaking::delegateCall { validator });
        ContractCall { value: amount, ..call }
    }

    /// Moves shares of the sender out of the stake with `validator`; a ticket withdraws them later.
    pub fn unbond(&self, validator: Address, shares: u128) -> ContractCall {
        self.staking_call(&IStaking::unbondCall { validator, shares })
    }

    /// Pays out a ticket of the sender whose delay is over.
    pub fn withdraw_stake(&self, ticket: u64) -> ContractCall {
        self.staking_call(&IStaking::withdrawCall { ticket })
    }

    /// Pays `account` what slashes have left for it. Sent by anybody.
    pub fn withdraw_reward(&self, account: Address) -> ContractCall {
        self.staking_call(&IStaking::withdrawRewardCall { account })
    }

    /// Takes the stake of a slash whose veto delay is over. Sent by anybody.
    pub fn execute_slash(&self, id: u64) -> ContractCall {
        self.staking_call(&IStaking::executeSlashCall { id })
    }

    /// Calls a slash off. Sent by the guardian, or proposed to governance.
    pub fn veto_slash(&self, id: u64) -> ContractCall {
        self.staking_call(&IStaking::vetoCall { id })
    }

    /// Everybody who can be drawn to attest.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn validators(&self, chain: &impl ChainClient) -> Result<Vec<Validator>, ChainError> {
        let accounts = view(chain, self.staking, &IStaking::validatorsCall {})?;
        accounts.into_iter().map(|account| self.validator(chain, account)).collect()
    }

    /// One validator's pools; nothing in them when it never registered.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn validator(
        &self,
        chain: &impl ChainClient,
        account: Address,
    ) -> Result<Validator, ChainError> {
        let found = view(chain, self.staking, &IStaking::validatorCall { account })?;
        Ok(Validator {
            account,
            stake: Wei::new(found.stakeWei),
            shares: found.shares,
            unbonding: Wei::new(found.unbondingWei),
            commission_ppm: found.commissionPpm,
            pending_slashes: found.pendingSlashes,
            is_listed: found.isListed,
        })
    }

    /// What `owner` has with `validator`.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn position(
        &self,
        chain: &impl ChainClient,
        validator: Address,
        owner: Address,
    ) -> Result<Position, ChainError> {
        let shares = view(chain, self.staking, &IStaking::positionCall { validator, owner })?;
        let amount = view(chain, self.staking, &IStaking::weiOfCall { validator, owner })?;
        Ok(Position { shares, amount: Wei::new(amount) })
    }

    /// Stake on its way out.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn ticket(&self, chain: &impl ChainClient, id: u64) -> Result<Ticket, ChainError> {
        let found = view(chain, self.staking, &IStaking::ticketCall { id })?;
        let (owner, validator) = (found.owner, found.validator);
        Ok(Ticket { id, owner, ready_s: found.readyS, validator })
    }

    /// A slash.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn slash(&self, chain: &impl ChainClient, id: u64) -> Result<Slash, ChainError> {
        let found = view(chain, self.staking, &IStaking::slashCall { id })?;
        Ok(Slash {
            validator: found.validator,
            executable_s: found.executableS,
            challenger: found.challenger,
            slash_ppm: found.slashPpm,
            evidence: found.evidence,
            status: match found.status {
                1 => SlashStatus::Pending,
                2 => SlashStatus::Executed,
                3 => SlashStatus::Vetoed,
                _ => SlashStatus::Unknown,
            },
        })
    }

    fn staking_call<C: SolCall>(&self, arguments: &C) -> ContractCall {
        call(self.staking, arguments.abi_encode(), GAS_STAKING)
    }
}
