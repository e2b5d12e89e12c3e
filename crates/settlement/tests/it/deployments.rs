//! Deploying once, again, half, and over a wrapped token that exists.

use std::cell::Cell;

use primitives::Wei;
use settlement::{ChainClient, ContractCall, Deployment, DeploymentError, DeploymentOptions};

use crate::world::{CHAIN_ID, START_S, World, bare, deployment, key, options, person, start};

#[test]
fn deploying_again_finds_everything_in_place() {
    let world = start();
    let again = deployment(&world.operator, &options());
    let fees = world.chain.fees().expect("fees");
    assert!(again.missing(&world.chain, &world.operator, fees).expect("a read").is_empty());
    again.verify(&world.chain).expect("unchanged");
    let changed = [
        DeploymentOptions { withdrawal_delay_s: 1, ..options() },
        DeploymentOptions { payee_delay_s: 1, ..options() },
        DeploymentOptions { cooldown_s: 1, ..options() },
    ];
    for options in changed {
        let wrong = deployment(&world.operator, &options).verify(&world.chain);
        assert!(matches!(wrong, Err(DeploymentError::WrongSetting { .. })), "{wrong:?}");
    }
    let nobody = deployment(&world.payer, &options());
    let wrong = nobody.verify(&world.chain);
    assert!(matches!(wrong, Err(DeploymentError::WrongCode { .. })), "{wrong:?}");
    world.done(&world.payer, &ContractCall::transfer(person(1), Wei::OPEN));
    let used = nobody.missing(&world.chain, &world.payer, fees);
    assert!(matches!(used, Err(DeploymentError::NonceUsed { nonce: 0, .. })), "{used:?}");
}

/// A world without contracts yet.
fn empty(deployment: &Deployment) -> World {
    World {
        chain: bare(),
        contracts: *deployment.contracts(),
        operator: key(1),
        payer: key(2),
        time_s: Cell::new(START_S),
    }
}

#[test]
fn a_deployment_that_stopped_anywhere_goes_on() {
    let plan = deployment(&key(1), &options());
    let world = empty(&plan);
    let fees = world.chain.fees().expect("fees");
    let all = plan.missing(&world.chain, &world.operator, fees).expect("a plan");
    assert_eq!(all.len(), 21);
    for creation in &all[..9] {
        world.chain.submit(&creation.raw).expect("a funded operator");
        world.seal(1);
    }
    assert!(plan.verify(&world.chain).is_err());
    let rest = plan.missing(&world.chain, &world.operator, fees).expect("a plan");
    assert_eq!(rest.len(), 12);
    assert_eq!(rest[0], all[9], "the same transaction, so that sending it twice is harmless");
    world.deploy(&plan);
    plan.verify(&world.chain).expect("all deployed");
}

#[test]
fn a_wrapped_token_that_exists_is_used() {
    let first = start();
    let wopen = Some(first.contracts.wopen);
    let other = DeploymentOptions { wopen, ..options() };
    let plan = Deployment::new(CHAIN_ID, key(5).address(), &other).expect("committed artifacts");
    assert_eq!(plan.contracts().wopen, first.contracts.wopen);
    let fees = first.chain.fees().expect("fees");
    let missing = plan.missing(&first.chain, &key(5), fees).expect("a plan");
    assert_eq!(missing.len(), 20);
    for creation in &missing {
        first.chain.submit(&creation.raw).expect("a funded operator");
        first.seal(1);
    }
    plan.verify(&first.chain).expect("all deployed");
    let gone = DeploymentOptions { wopen: Some(person(0x42)), ..options() };
    let gone = Deployment::new(CHAIN_ID, key(5).address(), &gone).expect("committed artifacts");
    let wrong = gone.verify(&first.chain);
    assert!(matches!(wrong, Err(DeploymentError::WrongCode { contract: "WOPEN", .. })));
}
