//! Validators and those who stake with them, as the chain has them.

use primitives::{Address, Wei};
use settlement::{ContractCall, Parameter};

use crate::core::Core;
use crate::error::ApiError;
use crate::hex::{hex, wei};
use crate::tables::TICKETS;
use crate::wire::{
    AttestStep, Attester, PeriodAttesters, StakeDetail, StakeList, StakePosition, StakeTicket,
    Validator,
};

impl Core {
    pub(crate) fn list_validators(&self) -> Result<StakeList, ApiError> {
        let (contracts, chain) = (&self.contracts, &*self.chain);
        let found = contracts.validators(chain).map_err(ApiError::internal)?;
        let validators = found.iter().map(|validator| Validator {
            address: hex(validator.account),
            name: self.keys.name_of(validator.account),
            stake_wei: wei(validator.stake),
            unbonding_wei: wei(validator.unbonding),
            commission_ppm: validator.commission_ppm,
            pending_slashes: u64::from(validator.pending_slashes),
        });
        let setting = |parameter| contracts.setting(chain, parameter).map_err(ApiError::internal);
        Ok(StakeList {
            validators: validators.collect(),
            stake_min_wei: setting(Parameter::StakeMinWei)?.value.to_string(),
            unbonding_s: u64::try_from(setting(Parameter::UnbondingDelayS)?.value)
                .unwrap_or(u64::MAX),
        })
    }

    /// What one account has staked and what is on its way out.
    pub(crate) fn show_stake(&self, account: &str) -> Result<StakeDetail, ApiError> {
        let account = self.keys.resolve(account)?;
        let found = self.contracts.validators(&*self.chain).map_err(ApiError::internal)?;
        let mut validators: Vec<Address> = found.iter().map(|found| found.account).collect();
        if !validators.contains(&account) {
            validators.push(account);
        }
        let mut positions = Vec::new();
        for validator in validators {
            let held = self.contracts.position(&*self.chain, validator, account);
            let held = held.map_err(ApiError::internal)?;
            if held.shares > 0 {
                positions.push(StakePosition {
                    validator: hex(validator),
                    validator_name: self.keys.name_of(validator),
                    amount_wei: wei(held.amount),
                    shares: held.shares.to_string(),
                });
            }
        }
        let (name, tickets) = (self.keys.name_of(account), self.tickets(account)?);
        Ok(StakeDetail { account: hex(account), name, positions, tickets })
    }

    fn tickets(&self, account: Address) -> Result<Vec<StakeTicket>, ApiError> {
        let now_s = self.chain_now_s();
        let mut tickets = Vec::new();
        for (id, row) in self.read(|tables| tables.scan(&TICKETS, .., usize::MAX))? {
            if row.owner != account {
                continue;
            }
            let ticket = self.contracts.ticket(&*self.chain, id).map_err(ApiError::internal)?;
            if ticket.owner == account {
                tickets.push(StakeTicket {
                    ticket: id,
                    validator: hex(ticket.validator),
                    amount_wei: wei(Wei::new(row.amountWei)),
                    withdrawable_s: ticket.ready_s,
                    is_ready: ticket.ready_s <= now_s,
                });
            }
        }
        Ok(tickets)
    }

    /// A step of attesting a period: in words, and the call.
    pub(crate) fn attestation(
        &self,
        period: u64,
        step: AttestStep,
    ) -> Result<(String, ContractCall), ApiError> {
        let contracts = &self.contracts;
        Ok(match step {
            AttestStep::Draw => {
                (format!("draw the validators of period {period}"), contracts.draw(period))
            }
            AttestStep::Attest => {
                let posted = contracts.posted_period(&*self.chain, period);
                let payout = posted.map_err(ApiError::internal)?.payout;
                (format!("attest period {period}"), contracts.attest(period, payout))
            }
            AttestStep::Distribute => {
                let what = format!("share the validators' part after period {period}");
                (what, contracts.distribute(period))
            }
        })
    }

    /// Who was drawn to attest a period.
    pub(crate) fn show_attesters(&self, period: u64) -> Result<PeriodAttesters, ApiError> {
        let (contracts, chain) = (&self.contracts, &*self.chain);
        let posted = contracts.posted_period(chain, period).map_err(ApiError::internal)?;
        let drawn =
            contracts.attesters(chain, period, posted.payout).map_err(ApiError::internal)?;
        let attesters = drawn.into_iter().map(|drawn| Attester {
            validator: hex(drawn.validator),
            name: self.keys.name_of(drawn.validator),
            has_attested: drawn.has_attested,
        });
        Ok(PeriodAttesters { period, payout: hex(posted.payout), attesters: attesters.collect() })
    }
}
