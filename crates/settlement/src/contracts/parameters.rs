//! What governance may change, and what holds now.

use alloy_primitives::Address;
use alloy_sol_types::SolCall;
use primitives::{SharePpm, Wei};

use super::bindings::IParameters;
use super::{Contracts, call, view};
use crate::chain::ChainClient;
use crate::error::ChainError;
use crate::options::SplitOptions;
use crate::split::SplitVersion;
use crate::transaction::ContractCall;

const GAS_PARAMETERS: u64 = 200_000;

/// A number that governance may change; its name ends in its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Parameter {
    /// How long a posted payout can be disputed.
    ChallengeWindowS,
    /// What the poster stakes on each payout.
    PosterBondWei,
    /// How long the poster has to reveal a demanded answer.
    RevealDelayS,
    /// What demanding an answer costs when it is revealed.
    DemandBondWei,
    /// The challenger's part of a lost bond or slash; the rest is burnt.
    ChallengerPpm,
    /// A validator's least own stake.
    StakeMinWei,
    /// How long unbonding stake waits.
    UnbondingDelayS,
    /// How long a slash can be vetoed.
    VetoDelayS,
    /// The part of stake that a slash takes.
    SlashPpm,
    /// How many validators are drawn per period.
    AttestersDrawn,
    /// What committing to a contribution puts down.
    CommitmentBondWei,
    /// How long a commitment may stay unrevealed.
    RevealDeadlineS,
}

impl Parameter {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 12] = [
        Self::ChallengeWindowS,
        Self::PosterBondWei,
        Self::RevealDelayS,
        Self::DemandBondWei,
        Self::ChallengerPpm,
        Self::StakeMinWei,
        Self::UnbondingDelayS,
        Self::VetoDelayS,
        Self::SlashPpm,
        Self::AttestersDrawn,
        Self::CommitmentBondWei,
        Self::RevealDeadlineS,
    ];

    /// The code in the contract.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The word shown to people and used in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ChallengeWindowS => "challenge_window_s",
            Self::PosterBondWei => "poster_bond_wei",
            Self::RevealDelayS => "reveal_delay_s",
            Self::DemandBondWei => "demand_bond_wei",
            Self::ChallengerPpm => "challenger_ppm",
            Self::StakeMinWei => "stake_min_wei",
            Self::UnbondingDelayS => "unbonding_delay_s",
            Self::VetoDelayS => "veto_delay_s",
            Self::SlashPpm => "slash_ppm",
            Self::AttestersDrawn => "attesters_drawn",
            Self::CommitmentBondWei => "commitment_bond_wei",
            Self::RevealDeadlineS => "reveal_deadline_s",
        }
    }

    /// The parameter of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|parameter| parameter.name() == name)
    }
}

/// A number that governance may change, with its bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Which one.
    pub parameter: Parameter,
    /// Its value now.
    pub value: u128,
    /// The least that it may be.
    pub min: u128,
    /// The most that it may be.
    pub max: u128,
    /// When it was last changed, Unix time in seconds; zero when never.
    pub changed_s: u64,
}

impl Contracts {
    /// Puts another split in force. Only governance may: put it into a
    /// [`Proposal`](crate::Proposal).
    pub fn set_split(&self, options: &SplitOptions) -> ContractCall {
        let parts = IParameters::Split::from(options);
        self.parameters_call(&IParameters::setSplitCall { parts })
    }

    /// Changes a number. Only governance may: put it into a [`Proposal`](crate::Proposal).
    pub fn set_parameter(&self, parameter: Parameter, value: u128) -> ContractCall {
        let arguments = IParameters::setCall { key: parameter.code(), newValue: value };
        self.parameters_call(&arguments)
    }

    /// Lets another account post payouts. Only governance may.
    pub fn set_poster(&self, poster: Address) -> ContractCall {
        self.parameters_call(&IParameters::setPosterCall { newPoster: poster })
    }

    /// Lets another account guard, or nobody. Only governance may.
    pub fn set_guardian(&self, guardian: Address) -> ContractCall {
        self.parameters_call(&IParameters::setGuardianCall { newGuardian: guardian })
    }

    /// Stops the posting of payouts for a while; claims go on. Sent by the guardian.
    pub fn pause(&self) -> ContractCall {
        self.parameters_call(&IParameters::pauseCall {})
    }

    /// Ends a pause. Only governance may.
    pub fn unpause(&self) -> ContractCall {
        self.parameters_call(&IParameters::unpauseCall {})
    }

    /// The split in force.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn current_split(&self, chain: &impl ChainClient) -> Result<SplitVersion, ChainError> {
        let version = view(chain, self.parameters, &IParameters::splitVersionCall {})?;
        self.split_version(chain, version)
    }

    /// One version of the split.
    ///
    /// # Errors
    /// [`ChainError::Refused`] for an unknown one; as [`ChainClient::call`].
    pub fn split_version(
        &self,
        chain: &impl ChainClient,
        version: u32,
    ) -> Result<SplitVersion, ChainError> {
        let call = IParameters::splitCall { version };
        let IParameters::splitReturn { parts, fromS } = view(chain, self.parameters, &call)?;
        let options = SplitOptions::try_from(&parts).ok();
        let options = options.ok_or(ChainError::OutOfRange { what: "the split" })?;
        Ok(SplitVersion { version, from_s: fromS, options })
    }

    /// Every version of the split, in order.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn splits(&self, chain: &impl ChainClient) -> Result<Vec<SplitVersion>, ChainError> {
        let last = view(chain, self.parameters, &IParameters::splitVersionCall {})?;
        (1..=last).map(|version| self.split_version(chain, version)).collect()
    }

    /// A number that governance may change, with its bounds.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn setting(
        &self,
        chain: &impl ChainClient,
        parameter: Parameter,
    ) -> Result<Setting, ChainError> {
        let call = IParameters::settingCall { key: parameter.code() };
        let found = view(chain, self.parameters, &call)?;
        Ok(Setting {
            parameter,
            value: found.value,
            min: found.min,
            max: found.max,
            changed_s: found.changedS,
        })
    }

    /// What the poster has to stake on the next payout.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn poster_bond(&self, chain: &impl ChainClient) -> Result<Wei, ChainError> {
        Ok(Wei::new(self.setting(chain, Parameter::PosterBondWei)?.value))
    }

    /// Who posts payouts.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn poster(&self, chain: &impl ChainClient) -> Result<Address, ChainError> {
        view(chain, self.parameters, &IParameters::posterCall {})
    }

    /// Who may pause posting and call off payouts and slashes; zero for nobody.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn guardian(&self, chain: &impl ChainClient) -> Result<Address, ChainError> {
        view(chain, self.parameters, &IParameters::guardianCall {})
    }

    /// Whether posting is paused.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn is_paused(&self, chain: &impl ChainClient) -> Result<bool, ChainError> {
        view(chain, self.parameters, &IParameters::pausedCall {})
    }

    fn parameters_call<C: SolCall>(&self, arguments: &C) -> ContractCall {
        call(self.parameters, arguments.abi_encode(), GAS_PARAMETERS)
    }
}

impl From<&SplitOptions> for IParameters::Split {
    fn from(options: &SplitOptions) -> Self {
        Self {
            contributorsPpm: options.contributors_ppm.get(),
            ownerPpm: options.owner_ppm.get(),
            hostPpm: options.host_ppm.get(),
            validatorsPpm: options.validators_ppm.get(),
            treasuryPpm: options.treasury_ppm.get(),
            burnPpm: options.burn_ppm.get(),
        }
    }
}

impl TryFrom<&IParameters::Split> for SplitOptions {
    type Error = primitives::ShareError;

    fn try_from(parts: &IParameters::Split) -> Result<Self, Self::Error> {
        Ok(Self {
            contributors_ppm: SharePpm::new(parts.contributorsPpm)?,
            owner_ppm: SharePpm::new(parts.ownerPpm)?,
            host_ppm: SharePpm::new(parts.hostPpm)?,
            validators_ppm: SharePpm::new(parts.validatorsPpm)?,
            treasury_ppm: SharePpm::new(parts.treasuryPpm)?,
            burn_ppm: SharePpm::new(parts.burnPpm)?,
        })
    }
}
