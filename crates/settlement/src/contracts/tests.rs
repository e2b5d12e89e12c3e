use std::collections::BTreeSet;

use alloy_primitives::{Address, U256, hex, keccak256};
use alloy_sol_types::{SolError, SolInterface};
use primitives::Wei;
use serde_json::Value;

use super::bindings::*;
use super::escrow::{CAPTURES_MAX, GAS_CAPTURE, GAS_REDEMPTION, REDEMPTIONS_MAX};
use super::payouts::{CLAIMS_MAX, GAS_CLAIM};
use super::{Refusal, batch_gas};

fn type_name(parameter: &Value) -> String {
    let name = parameter["type"].as_str().unwrap();
    let Some(array) = name.strip_prefix("tuple") else { return name.to_owned() };
    format!("({}){array}", type_names(&parameter["components"]))
}

fn type_names(parameters: &Value) -> String {
    let names: Vec<_> = parameters.as_array().unwrap().iter().map(type_name).collect();
    names.join(",")
}

/// Selectors of all functions or errors in a compiled ABI.
fn compiled(artifact: &str, kind: &str) -> BTreeSet<[u8; 4]> {
    let artifact: Value = serde_json::from_str(artifact).unwrap();
    let entries = artifact["abi"].as_array().unwrap().iter();
    let selectors = entries.filter(|entry| entry["type"] == kind).map(|entry| {
        let name = entry["name"].as_str().unwrap();
        let signature = format!("{name}({})", type_names(&entry["inputs"]));
        *keccak256(signature).first_chunk().unwrap()
    });
    selectors.collect()
}

fn bound_to<T: SolInterface>() -> BTreeSet<[u8; 4]> {
    T::selectors().collect()
}

macro_rules! check {
    ($($contract:literal: $interface:ident, $calls:ident, $errors:ident);* $(;)?) => {$(
        let artifact =
            include_str!(concat!("../../../../schema/contracts/", $contract, ".json"));
        let missing: Vec<_> = bound_to::<$interface::$calls>()
            .difference(&compiled(artifact, "function"))
            .map(|selector| $interface::$calls::signature_by_selector(*selector))
            .collect();
        assert!(missing.is_empty(), "{} has no {missing:?}", $contract);
        let missing: Vec<_> = bound_to::<$interface::$errors>()
            .difference(&compiled(artifact, "error"))
            .map(|selector| $interface::$errors::signature_by_selector(*selector))
            .collect();
        assert!(missing.is_empty(), "{} has no error {missing:?}", $contract);
    )*};
}

#[test]
fn bindings_are_what_was_compiled() {
    check!(
        "Datanets": IDatanets, IDatanetsCalls, IDatanetsErrors;
        "Adapters": IAdapters, IAdaptersCalls, IAdaptersErrors;
        "Contributions": IContributions, IContributionsCalls, IContributionsErrors;
        "Escrow": IEscrow, IEscrowCalls, IEscrowErrors;
        "Payouts": IPayouts, IPayoutsCalls, IPayoutsErrors;
        "Parameters": IParameters, IParametersCalls, IParametersErrors;
        "Disputes": IDisputes, IDisputesCalls, IDisputesErrors;
        "Staking": IStaking, IStakingCalls, IStakingErrors;
        "Attestations": IAttestations, IAttestationsCalls, IAttestationsErrors;
        "WOPEN": IWOPEN, IWOPENCalls, IWOPENErrors;
        "GOPEN": IGOPEN, IGOPENCalls, IGOPENErrors;
        "OpenGovernor": IGovernor, IGovernorCalls, IGovernorErrors;
        "Timelock": ITimelock, ITimelockCalls, ITimelockErrors;
        "Agents": IAgents, IAgentsCalls, IAgentsErrors;
        "Reputation": IReputation, IReputationCalls, IReputationErrors;
        "Validation": IValidation, IValidationCalls, IValidationErrors;
    );
}

#[test]
fn refusals_are_read_and_shown() {
    let account = Address::repeat_byte(1);
    let claimed = Wei::OPEN.to_u256();
    let error = IPayouts::NothingToClaim { account, claimedWei: claimed };
    let refusal = Refusal::decode(&error.abi_encode());
    assert_eq!(refusal, Refusal::NothingToClaim { account, claimed });
    let text = format!("{account} has been paid everything that it has earned, 1 OPEN");
    assert_eq!(refusal.to_string(), text);
    let few = IStaking::TooFewShares { shares: U256::from(5), wanted: claimed };
    let few = Refusal::decode(&few.abi_encode());
    assert_eq!(few.name(), Some("TooFewShares"));
    let text = "the contract refused: TooFewShares { shares: 5, wanted: 1000000000000000000 }";
    assert_eq!(few.to_string(), text);
    let nothing = Refusal::decode(&IDisputes::NothingWrong {}.abi_encode());
    assert_eq!(nothing.to_string(), "the contract refused: NothingWrong");
    let words = alloy_sol_types::Revert::from("no").abi_encode();
    assert_eq!(Refusal::decode(&words), Refusal::Words("no".to_owned()));
    let other = Refusal::decode(&hex!("08c379a0"));
    assert_eq!(other.to_string(), "the contract refused: 0x08c379a0");
}

#[test]
fn every_batch_stays_below_the_transaction_gas_cap() {
    assert!(batch_gas(CAPTURES_MAX, GAS_CAPTURE) < 16_777_216);
    assert!(batch_gas(CLAIMS_MAX, GAS_CLAIM) < 16_777_216);
    assert!(batch_gas(REDEMPTIONS_MAX, GAS_REDEMPTION) < 16_777_216);
}
