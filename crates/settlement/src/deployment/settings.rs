//! Whether deployed contracts were told what this deployment tells them.
//!
//! Numbers that governance may have changed since are not compared.

use alloy_primitives::Address;

use crate::chain::ChainClient;
use crate::contracts::{Contracts, wiring};
use crate::error::DeploymentError;
use crate::options::DeploymentOptions;

/// Compares every address and delay that a constructor fixed.
pub(super) fn verify(
    chain: &impl ChainClient,
    contracts: &Contracts,
    options: &DeploymentOptions,
) -> Result<(), DeploymentError> {
    for link in wiring::links(chain, contracts)? {
        if link.found != link.expected {
            return Err(wrong(link.contract, link.address, link.setting));
        }
    }
    let delays = wiring::delays(chain, contracts)?;
    let expected = [options.withdrawal_delay_s, options.payee_delay_s, options.cooldown_s];
    let names = [
        ("Escrow", contracts.escrow, "withdrawal delay"),
        ("Payouts", contracts.payouts, "payee delay"),
        ("Parameters", contracts.parameters, "cooldown"),
    ];
    for ((found, expected), (contract, address, setting)) in
        delays.into_iter().zip(expected).zip(names)
    {
        if found != expected {
            return Err(wrong(contract, address, setting));
        }
    }
    Ok(())
}

const fn wrong(contract: &'static str, address: Address, setting: &'static str) -> DeploymentError {
    DeploymentError::WrongSetting { contract, address, setting }
}
