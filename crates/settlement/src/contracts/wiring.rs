//! What the contracts know of each other, read back.

use alloy_primitives::Address;

use super::bindings::{
    IAdapters, IAttestations, IDisputes, IEscrow, IGOPEN, IGovernor, IParameters, IPayouts,
    IStaking, ITimelock,
};
use super::{Contracts, view};
use crate::chain::ChainClient;
use crate::error::ChainError;

/// One contract's knowledge of another's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Link {
    /// The contract that was asked.
    pub contract: &'static str,
    /// Where it is.
    pub address: Address,
    /// What it was asked for.
    pub setting: &'static str,
    /// What it should say.
    pub expected: Address,
    /// What it says.
    pub found: Address,
}

/// Every address that a constructor or an initialization fixed.
pub(crate) fn links(
    chain: &impl ChainClient,
    contracts: &Contracts,
) -> Result<Vec<Link>, ChainError> {
    let Contracts { timelock, gopen, governor, parameters, adapters, payouts, .. } = *contracts;
    let Contracts { escrow, staking, attestations, disputes, datanets, .. } = *contracts;
    let mut links = Vec::new();
    macro_rules! link {
        ($contract:literal, $address:expr, $call:expr, $setting:literal, $expected:expr) => {
            links.push(Link {
                contract: $contract,
                address: $address,
                setting: $setting,
                expected: $expected,
                found: view(chain, $address, &$call)?,
            })
        };
    }
    link!("GOPEN", gopen, IGOPEN::WRAPPEDCall {}, "wrapped token", contracts.wopen);
    link!("OpenGovernor", governor, IGovernor::tokenCall {}, "token", gopen);
    link!("OpenGovernor", governor, IGovernor::timelockCall {}, "timelock", timelock);
    link!("Parameters", parameters, IParameters::GOVERNANCECall {}, "governance", timelock);
    link!("Adapters", adapters, IAdapters::datanetsCall {}, "datanets", datanets);
    link!("Payouts", payouts, IPayouts::PARAMETERSCall {}, "parameters", parameters);
    link!("Payouts", payouts, IPayouts::DISPUTESCall {}, "disputes", disputes);
    link!("Escrow", escrow, IEscrow::PAYOUTSCall {}, "payouts", payouts);
    link!("Staking", staking, IStaking::PARAMETERSCall {}, "parameters", parameters);
    link!("Staking", staking, IStaking::ATTESTATIONSCall {}, "attestations", attestations);
    link!("Attestations", attestations, IAttestations::PAYOUTSCall {}, "payouts", payouts);
    link!("Attestations", attestations, IAttestations::STAKINGCall {}, "staking", staking);
    link!("Attestations", attestations, IAttestations::DISPUTESCall {}, "disputes", disputes);
    link!("Disputes", disputes, IDisputes::PAYOUTSCall {}, "payouts", payouts);
    link!("Disputes", disputes, IDisputes::ADAPTERSCall {}, "adapters", adapters);
    link!("Disputes", disputes, IDisputes::PARAMETERSCall {}, "parameters", parameters);
    link!("Disputes", disputes, IDisputes::TREASURYCall {}, "treasury", timelock);
    link!("Disputes", disputes, IDisputes::ATTESTATIONSCall {}, "attestations", attestations);
    let proposer = view(chain, timelock, &ITimelock::PROPOSER_ROLECall {})?;
    let call = ITimelock::hasRoleCall { role: proposer, account: governor };
    let found = if view(chain, timelock, &call)? { governor } else { Address::ZERO };
    links.push(Link {
        contract: "Timelock",
        address: timelock,
        setting: "proposer",
        expected: governor,
        found,
    });
    Ok(links)
}

/// Withdrawal delay, payee delay and cooldown, in seconds.
pub(crate) fn delays(
    chain: &impl ChainClient,
    contracts: &Contracts,
) -> Result<[u64; 3], ChainError> {
    Ok([
        view(chain, contracts.escrow, &IEscrow::WITHDRAWAL_DELAY_SCall {})?,
        view(chain, contracts.payouts, &IPayouts::PAYEE_DELAY_SCall {})?,
        view(chain, contracts.parameters, &IParameters::COOLDOWN_SCall {})?,
    ])
}
