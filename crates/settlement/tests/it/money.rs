//! The real contracts against a model of their rules that shares no code with them or with the crate:
//! after every batch of random operations all balances are equal to the wei and nothing was made or
//! lost.

mod escrow;
mod fees;
mod ledger;
mod payouts;
mod periods;
mod pools;
mod properties;
mod rest;
mod run;
mod stakes;

use crate::evm::Dice;
use run::Run;

/// Operations in all.
const OPERATIONS: u64 = 1_000_000;
/// Operations between two comparisons of everything.
const BATCH: u64 = 1_000;

#[test]
fn no_wei_is_made_or_lost() {
    let mut run = Run::start(Dice::new(0x4f50_454e));
    for operation in 0..OPERATIONS {
        run.step();
        if operation % BATCH == 0 {
            run.compare();
        }
    }
    run.compare();
    println!("{OPERATIONS} operations, succeeded and refused: {:?}", run.done);
    assert!(run.done.values().all(|(done, _)| *done > 0), "every operation succeeds sometimes");
}
