//! Validators: stake, draw, attest, earn, leave.

use primitives::{SharePpm, Wei};
use settlement::Refusal;

use crate::world::{WINDOW_S, key, open, start};

#[test]
fn a_validator_is_drawn_attests_earns_and_leaves() {
    let world = start();
    let (validator, delegator) = (key(3), key(4));
    let chain = &world.chain;
    let commission = SharePpm::new(100_000).expect("at most a whole");
    let poor = world.contracts.register_validator(commission, Wei::OPEN);
    assert_eq!(world.refusal(&validator, &poor).name(), Some("StakeTooSmall"));
    world.done(&validator, &world.contracts.register_validator(commission, open(100)));
    world.done(&delegator, &world.contracts.delegate(validator.address(), open(300)));
    let known = world.contracts.validators(chain).expect("a read");
    assert_eq!((known.len(), known[0].stake), (1, open(400)));
    // Stake counts once it has been there for a whole window.
    world.seal(2 * WINDOW_S);

    world.fund();
    let earnings = world.earnings(&[(1, 1_000_000_000)]);
    world.capture(&earnings);
    let period = world.close(None, &earnings);
    world.post(&period);
    world.seal(1);
    world.seal(1);
    let gas = world.done(&world.payer, &world.contracts.draw(1));
    println!("draw: {gas} gas");
    world.done(&validator, &world.contracts.attest(1, period.id()));
    let attesters = world.contracts.attesters(chain, 1, period.id()).expect("a read");
    assert_eq!(attesters.len(), 1);
    assert!(attesters[0].has_attested);
    world.seal(WINDOW_S + 1);
    let part = period.entitlement(world.contracts.attestations).expect("a tree").expect("earned");
    assert_eq!(part.cumulative, Wei::new(20_000_000));
    world.done(&world.payer, &world.contracts.claim(&part));
    world.done(&world.payer, &world.contracts.distribute(1));
    let own = world.contracts.position(chain, validator.address(), validator.address());
    let own = own.expect("a read");
    let others = world.contracts.position(chain, validator.address(), delegator.address());
    let others = others.expect("a read");
    assert!(own.amount > open(100) && others.amount > open(300));
    assert!(own.amount.get() + others.amount.get() <= open(400).get() + 20_000_000);

    world.done(&delegator, &world.contracts.unbond(validator.address(), others.shares));
    let ticket = (0..3).map(|id| world.contracts.ticket(chain, id).expect("a read"));
    let ticket = ticket.into_iter().find(|ticket| ticket.owner == delegator.address());
    let ticket = ticket.expect("a ticket");
    let early = world.refusal(&delegator, &world.contracts.withdraw_stake(ticket.id));
    assert_eq!(early, Refusal::TooEarly { executable_s: ticket.ready_s });
    world.seal(1_001);
    let before = world.balance(delegator.address());
    world.done(&delegator, &world.contracts.withdraw_stake(ticket.id));
    assert!(world.balance(delegator.address()) > before + open(299).get());
}
