//! What an operator may choose about money.

use primitives::{Address, SharePpm, Wei};

use crate::contracts::Parameter;

/// Prices, and what the contracts are deployed with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// What an answer costs.
    pub price: Price,
    /// What the contracts are told once.
    pub deployment: DeploymentOptions,
}

/// What an answer costs, by tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// For each token read.
    pub per_prompt_token_wei: Wei,
    /// For each token written.
    pub per_answer_token_wei: Wei,
    /// The least that an answer costs; large against the number of its payees, so that rounding
    /// stays below one part per million.
    pub minimum_wei: Wei,
}

impl Default for Price {
    /// One OPEN per million tokens read, four per million written, at least 0.0001 OPEN.
    fn default() -> Self {
        Self {
            per_prompt_token_wei: Wei::new(1_000_000_000_000),
            per_answer_token_wei: Wei::new(4_000_000_000_000),
            minimum_wei: Wei::new(100_000_000_000_000),
        }
    }
}

/// How a fee is divided, in parts per million of the fee; the six sum to 1,000,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SplitOptions {
    /// To the contributors of the records that shaped the answer.
    pub contributors_ppm: SharePpm,
    /// To the adapter's owner.
    pub owner_ppm: SharePpm,
    /// To the node that answered.
    pub host_ppm: SharePpm,
    /// To the validators who check payouts.
    pub validators_ppm: SharePpm,
    /// To the treasury.
    pub treasury_ppm: SharePpm,
    /// Taken out of circulation. Together with the treasury's part it is at least 5 %, so that
    /// asking oneself is a loss.
    pub burn_ppm: SharePpm,
}

impl Default for SplitOptions {
    /// 70 % to contributors, 10 % each to owner and host, 2 % to validators, 7 % to the treasury,
    /// 1 % burnt.
    fn default() -> Self {
        Self {
            contributors_ppm: share(700_000),
            owner_ppm: share(100_000),
            host_ppm: share(100_000),
            validators_ppm: share(20_000),
            treasury_ppm: share(70_000),
            burn_ppm: share(10_000),
        }
    }
}

/// What the contracts are told when they are deployed. The split and the numbers of
/// [`Parameter`](crate::Parameter) can be changed by governance afterwards, the rest is fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeploymentOptions {
    /// Who gets which part of a fee, at first.
    pub split: SplitOptions,
    /// How long a payer's withdrawal waits so that answers already given can be captured, in
    /// seconds.
    pub withdrawal_delay_s: u64,
    /// How long a change of payee waits, in seconds.
    pub payee_delay_s: u64,
    /// Least time between two changes of one parameter, in seconds.
    pub cooldown_s: u64,
    /// From the queueing of a proposal to its execution, in seconds.
    pub timelock_delay_s: u64,
    /// How votes are held.
    pub voting: VotingOptions,
    /// The numbers that governance may change, at first.
    pub parameters: ParameterOptions,
    /// Who posts payouts; the deployer by default.
    pub poster: Option<Address>,
    /// Who may pause posting and call off payouts and slashes; the deployer by default.
    pub guardian: Option<Address>,
    /// A wrapped OPEN that the chain has already, for example a predeploy of an OP Stack chain.
    pub wopen: Option<Address>,
}

impl Default for DeploymentOptions {
    fn default() -> Self {
        Self {
            split: SplitOptions::default(),
            withdrawal_delay_s: DAY_S,
            payee_delay_s: 3 * DAY_S,
            cooldown_s: 7 * DAY_S,
            timelock_delay_s: 2 * DAY_S,
            voting: VotingOptions::default(),
            parameters: ParameterOptions::default(),
            poster: None,
            guardian: None,
            wopen: None,
        }
    }
}

impl DeploymentOptions {
    /// Every parameter with its first value, in the contract's order.
    pub fn values(&self) -> impl Iterator<Item = (Parameter, u128)> {
        let parameters = self.parameters;
        Parameter::ALL.into_iter().map(move |parameter| (parameter, parameters.value(parameter)))
    }
}

/// How votes are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VotingOptions {
    /// From proposal to the beginning of the vote, in seconds.
    pub delay_s: u32,
    /// How long votes are taken, in seconds.
    pub period_s: u32,
    /// Votes that a proposer needs.
    pub threshold: Wei,
    /// Votes that a proposal needs, in per cent of all that is wrapped.
    pub quorum_percent: u8,
    /// How long votes are still taken after the quorum was reached late, in seconds; at most the
    /// period.
    pub late_quorum_extension_s: u32,
}

impl Default for VotingOptions {
    /// A day before a vote of two weeks, 100 OPEN to propose, a quorum of 4 %.
    fn default() -> Self {
        Self {
            delay_s: 86_400,
            period_s: 14 * 86_400,
            threshold: HUNDRED_OPEN,
            quorum_percent: 4,
            late_quorum_extension_s: 2 * 86_400,
        }
    }
}

/// The numbers that governance may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParameterOptions {
    /// How long a posted payout can be disputed, in seconds.
    pub challenge_window_s: u64,
    /// What the poster stakes on each payout.
    pub poster_bond: Wei,
    /// How long the poster has to reveal a demanded answer, in seconds.
    pub reveal_delay_s: u64,
    /// What demanding an answer costs when it is revealed.
    pub demand_bond: Wei,
    /// The challenger's part of a lost bond or slash; the rest is burnt.
    pub challenger_ppm: SharePpm,
    /// A validator's least own stake.
    pub stake_min: Wei,
    /// How long unbonding stake waits, in seconds.
    pub unbonding_delay_s: u64,
    /// How long a slash can be vetoed, in seconds.
    pub veto_delay_s: u64,
    /// The part of stake that a slash takes.
    pub slash_ppm: SharePpm,
    /// How many validators are drawn per period, at most 16.
    pub attesters_drawn: u8,
    /// What committing to a contribution puts down.
    pub commitment_bond: Wei,
    /// How long a commitment may stay unrevealed, in seconds.
    pub reveal_deadline_s: u64,
}

impl Default for ParameterOptions {
    fn default() -> Self {
        Self {
            challenge_window_s: DAY_S,
            poster_bond: HUNDRED_OPEN,
            reveal_delay_s: DAY_S / 4,
            demand_bond: Wei::OPEN,
            challenger_ppm: share(500_000),
            stake_min: HUNDRED_OPEN,
            unbonding_delay_s: 14 * DAY_S,
            veto_delay_s: 3 * DAY_S,
            slash_ppm: share(100_000),
            attesters_drawn: 5,
            commitment_bond: Wei::OPEN,
            reveal_deadline_s: 7 * DAY_S,
        }
    }
}

impl ParameterOptions {
    /// The value of one parameter, in the unit of its name.
    pub fn value(&self, parameter: Parameter) -> u128 {
        match parameter {
            Parameter::ChallengeWindowS => self.challenge_window_s.into(),
            Parameter::PosterBondWei => self.poster_bond.get(),
            Parameter::RevealDelayS => self.reveal_delay_s.into(),
            Parameter::DemandBondWei => self.demand_bond.get(),
            Parameter::ChallengerPpm => self.challenger_ppm.get().into(),
            Parameter::StakeMinWei => self.stake_min.get(),
            Parameter::UnbondingDelayS => self.unbonding_delay_s.into(),
            Parameter::VetoDelayS => self.veto_delay_s.into(),
            Parameter::SlashPpm => self.slash_ppm.get().into(),
            Parameter::AttestersDrawn => self.attesters_drawn.into(),
            Parameter::CommitmentBondWei => self.commitment_bond.get(),
            Parameter::RevealDeadlineS => self.reveal_deadline_s.into(),
        }
    }
}

const DAY_S: u64 = 24 * 60 * 60;
const HUNDRED_OPEN: Wei = Wei::new(100_000_000_000_000_000_000);

const fn share(ppm: u32) -> SharePpm {
    match SharePpm::new(ppm) {
        Ok(share) => share,
        Err(_) => SharePpm::WHOLE,
    }
}
