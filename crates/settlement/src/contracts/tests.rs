use std::collections::BTreeSet;

use alloy_primitives::{hex, keccak256};
use alloy_sol_types::SolInterface;
use serde_json::Value;

use super::bindings::IEscrow::{IEscrowCalls, IEscrowErrors};
use super::bindings::IPayouts::{IPayoutsCalls, IPayoutsErrors};
use super::bindings::IRegistry::{IRegistryCalls, IRegistryErrors};
use super::*;

const REGISTRY: &str = include_str!("../../../../schema/contracts/Registry.json");
const ESCROW: &str = include_str!("../../../../schema/contracts/Escrow.json");
const PAYOUTS: &str = include_str!("../../../../schema/contracts/Payouts.json");

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

#[test]
fn bindings_are_what_was_compiled() {
    assert_eq!(bound_to::<IRegistryCalls>(), compiled(REGISTRY, "function"));
    assert_eq!(bound_to::<IEscrowCalls>(), compiled(ESCROW, "function"));
    assert!(bound_to::<IPayoutsCalls>().is_subset(&compiled(PAYOUTS, "function")));
    assert_eq!(bound_to::<IRegistryErrors>(), compiled(REGISTRY, "error"));
    assert!(bound_to::<IEscrowErrors>().is_subset(&compiled(ESCROW, "error")));
    assert!(bound_to::<IPayoutsErrors>().is_subset(&compiled(PAYOUTS, "error")));
}

#[test]
fn refusals_are_read_and_shown() {
    let account = Address::repeat_byte(1);
    let claimed = Wei::OPEN.to_u256();
    let error = IPayouts::NothingToClaim { account, claimedWei: claimed };
    let refusal = Refusal::decode(&alloy_sol_types::SolError::abi_encode(&error));
    assert_eq!(refusal, Refusal::NothingToClaim { account, claimed });
    let text = format!("{account} has been paid everything that it has earned, 1 OPEN");
    assert_eq!(refusal.to_string(), text);
    let other = Refusal::decode(&hex!("08c379a0"));
    assert_eq!(other.to_string(), "the contract refused: 0x08c379a0");
}

#[test]
fn every_batch_stays_below_the_transaction_gas_cap() {
    assert!(batch_gas(CAPTURES_MAX, GAS_CAPTURE) < 16_777_216);
    assert!(batch_gas(CLAIMS_MAX, GAS_CLAIM) < 16_777_216);
}
