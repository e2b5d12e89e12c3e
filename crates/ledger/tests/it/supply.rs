use alloy_consensus::BlockHeader;
use alloy_primitives::U256;
use proptest::prelude::*;

use crate::account::{Account, RECORDER, REVERTER, chain, run, word};

#[derive(Clone, Debug)]
enum Step {
    Transfer { from: u8, to: u8, wei: u64 },
    Call { from: u8, contract: usize, value: u64 },
    Seal,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0u8..5, 0u8..9, any::<u64>()).prop_map(|(from, to, wei)| Step::Transfer { from, to, wei }),
        (0u8..5, 0usize..2, 0u64..3).prop_map(|(from, contract, value)| Step::Call {
            from,
            contract,
            value
        }),
        Just(Step::Seal),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// Whatever is executed, the supply shrinks by exactly the burnt base fees.
    #[test]
    fn only_the_base_fee_leaves_the_supply(steps in prop::collection::vec(step(), 1..40)) {
        let (chain, deployer) = (chain(), Account::new(0));
        run(&chain, &deployer.deploy(0, RECORDER));
        run(&chain, &deployer.deploy(1, REVERTER));
        let contracts = [deployer.address.create(0), deployer.address.create(1)];
        let mut supply = chain.supply_wei().unwrap();
        for step in steps.into_iter().chain([Step::Seal]) {
            let nonce = |from: u8| chain.next_nonce(Account::new(from).address).unwrap();
            match step {
                Step::Transfer { from, to, wei } => {
                    let to = Account::new(to).address;
                    chain.submit(&Account::new(from).transfer(nonce(from), to, wei)).unwrap();
                }
                Step::Call { from, contract, value } => {
                    let bytes = Account::new(from).call(nonce(from), contracts[contract], &word(value));
                    chain.submit(&bytes).unwrap();
                }
                Step::Seal => {
                    let Some(block) = chain.seal(0).unwrap() else { continue };
                    let burnt = U256::from(block.header.gas_used())
                        * U256::from(block.header.base_fee_per_gas().unwrap());
                    let now = chain.supply_wei().unwrap();
                    prop_assert_eq!(supply - now, burnt);
                    prop_assert_eq!(block.header.state_root, chain.recompute_state_root().unwrap());
                    supply = now;
                }
            }
        }
        prop_assert!(chain.waiting().is_empty());
    }
}
