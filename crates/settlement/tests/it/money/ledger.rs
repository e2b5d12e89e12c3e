//! Who holds how much, and what the parameters are: the part of the model that everything uses.

use std::collections::BTreeMap;

use primitives::{Address, U256};

/// Nobody's account.
pub(super) const DEAD: Address = primitives::address!("0x000000000000000000000000000000000000dEaD");

/// Native OPEN of every account that the test knows.
#[derive(Debug, Clone, Default)]
pub(super) struct Ledger(BTreeMap<Address, u128>);

impl Ledger {
    pub(super) fn new(balances: &BTreeMap<Address, u128>) -> Self {
        Self(balances.clone())
    }

    pub(super) fn of(&self, account: Address) -> u128 {
        self.0.get(&account).copied().unwrap_or(0)
    }

    pub(super) fn pay(&mut self, from: Address, to: Address, wei: u128) {
        let left = self.of(from).checked_sub(wei).expect("the rules never pay what is not there");
        self.0.insert(from, left);
        let sum = self.of(to) + wei;
        self.0.insert(to, sum);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Address, u128)> {
        self.0.iter().map(|(account, wei)| (*account, *wei))
    }
}

/// The governed numbers, in the contract's order.
#[derive(Debug, Clone)]
pub(super) struct Numbers(pub(super) [u128; 12]);

impl Numbers {
    pub(super) fn window_s(&self) -> u64 {
        self.seconds(0)
    }

    pub(super) const fn poster_bond(&self) -> u128 {
        self.0[1]
    }

    pub(super) fn reveal_delay_s(&self) -> u64 {
        self.seconds(2)
    }

    pub(super) const fn demand_bond(&self) -> u128 {
        self.0[3]
    }

    pub(super) const fn challenger_ppm(&self) -> u128 {
        self.0[4]
    }

    pub(super) const fn stake_min(&self) -> u128 {
        self.0[5]
    }

    pub(super) fn unbonding_delay_s(&self) -> u64 {
        self.seconds(6)
    }

    pub(super) fn veto_delay_s(&self) -> u64 {
        self.seconds(7)
    }

    pub(super) const fn slash_ppm(&self) -> u128 {
        self.0[8]
    }

    pub(super) fn attesters(&self) -> usize {
        usize::try_from(self.0[9]).expect("at most 16")
    }

    pub(super) const fn commitment_bond(&self) -> u128 {
        self.0[10]
    }

    pub(super) fn reveal_deadline_s(&self) -> u64 {
        self.seconds(11)
    }

    fn seconds(&self, place: usize) -> u64 {
        u64::try_from(self.0[place]).expect("a number of seconds")
    }
}

/// `⌊whole · ppm / 10⁶⌋`.
pub(super) fn part(whole: u128, ppm: u128) -> u128 {
    let product = U256::from(whole) * U256::from(ppm);
    (product / U256::from(1_000_000)).to()
}

/// `⌊a · b / c⌋`; none when it does not fit or `c` is zero.
pub(super) fn ratio(a: u128, b: u128, c: u128) -> Option<u128> {
    if c == 0 {
        return None;
    }
    u128::try_from(U256::from(a) * U256::from(b) / U256::from(c)).ok()
}
