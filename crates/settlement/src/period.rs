//! A period: what was earned in it, closed into one Merkle-sum root over all that was ever earned.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, U256, keccak256};
use alloy_sol_types::SolValue;
use primitives::{
    AttributionReceipt, AttributionReceiptId, ChainRecord, CompletionId, Digest, LeafDomain,
    MerkleSumTree, Payout, PayoutId, Signature, SumVertex, Wei,
};

use crate::claim::Entitlement;
use crate::error::{PeriodError, SplitError};
use crate::settled::{SettledAnswer, SettledAnswers};
use crate::split::{Parties, SplitLine, SplitVersion, split};

/// One answer's fee and who earned it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earning {
    /// The attribution that the fee was divided by.
    pub receipt: AttributionReceiptId,
    /// The answer.
    pub completion: CompletionId,
    /// The host's signature over the attribution.
    pub signature: Signature,
    /// What the caller paid.
    pub fee: Wei,
    /// Number of the split that was in force.
    pub split_version: u32,
    /// Who gets it.
    pub lines: Vec<SplitLine>,
}

impl Earning {
    /// Divides an answer's fee by its attribution.
    ///
    /// # Errors
    /// As [`split`].
    pub fn new(
        fee: Wei,
        receipt: &AttributionReceipt,
        signature: Signature,
        version: &SplitVersion,
        parties: &Parties,
    ) -> Result<Self, SplitError> {
        Ok(Self {
            receipt: receipt.id(),
            completion: receipt.completion,
            signature,
            fee,
            split_version: version.version,
            lines: split(fee, receipt, &version.options, parties)?,
        })
    }
}

/// Where a payout's leaves count: one contract on one chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PayoutDomain {
    /// The chain's id (EIP-155).
    pub chain_id: u64,
    /// Address of the `Payouts` contract.
    pub payouts: Address,
}

impl PayoutDomain {
    /// The content of an account's leaf: `abi.encode(chainId, payouts, account, cumulativeWei)`.
    pub fn leaf(&self, account: Address, cumulative: Wei) -> Vec<u8> {
        (U256::from(self.chain_id), self.payouts, account, cumulative.to_u256()).abi_encode()
    }
}

/// What every account has earned since the beginning.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Balances(BTreeMap<Address, Wei>);

impl Balances {
    /// What `account` has earned.
    pub fn of(&self, account: Address) -> Wei {
        self.0.get(&account).copied().unwrap_or_default()
    }

    /// Accounts that have earned anything, in order, with what they have earned.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (Address, Wei)> {
        self.0.iter().map(|(account, amount)| (*account, *amount))
    }

    /// The sum over all accounts.
    ///
    /// # Errors
    /// [`PeriodError::Amount`] past 128 bits.
    pub fn total(&self) -> Result<Wei, PeriodError> {
        Ok(Wei::total(self.0.values().copied())?)
    }

    /// The published list behind a payout's root: ABI encoding of `(address, uint128)[]` in order
    /// of account.
    pub fn encode(&self) -> Vec<u8> {
        let pairs: Vec<(Address, u128)> =
            self.iter().map(|(account, amount)| (account, amount.get())).collect();
        pairs.abi_encode()
    }

    /// Reads such a list.
    ///
    /// # Errors
    /// [`PeriodError::Encoding`] for anything that [`Balances::encode`] does not write.
    pub fn decode(bytes: &[u8]) -> Result<Self, PeriodError> {
        let pairs = Vec::<(Address, u128)>::abi_decode_validate(bytes);
        let pairs = pairs.ok().ok_or(PeriodError::Encoding)?;
        let pairs = pairs.into_iter().map(|(account, amount)| (account, Wei::new(amount)));
        let balances = Self(pairs.filter(|(_, amount)| *amount > Wei::ZERO).collect());
        if balances.encode() == bytes { Ok(balances) } else { Err(PeriodError::Encoding) }
    }

    /// keccak-256 of the published list, as posted on chain beside the root.
    pub fn digest(&self) -> Digest {
        keccak256(self.encode())
    }

    fn add(&mut self, line: &SplitLine) -> Result<(), PeriodError> {
        if line.amount > Wei::ZERO {
            let balance = self.0.entry(line.account).or_default();
            *balance = balance.checked_add(line.amount)?;
        }
        Ok(())
    }

    fn tree(&self, domain: &PayoutDomain) -> Result<MerkleSumTree, PeriodError> {
        let leaves = self.iter().map(|(account, amount)| (domain.leaf(account, amount), amount));
        Ok(MerkleSumTree::new(LeafDomain::Payout, leaves)?)
    }
}

/// A closed period: the record to post, the list behind its root, the proofs.
#[derive(Debug, Clone)]
pub struct ClosedPeriod {
    payout: Payout,
    balances: Balances,
    domain: PayoutDomain,
    tree: MerkleSumTree,
}

impl ClosedPeriod {
    /// Closes a period over `earnings`, in any order, on top of the one `before` (none for the
    /// first). A pure function: the same arguments give the same root.
    ///
    /// # Errors
    /// [`PeriodError::AnswerTwice`] and [`PeriodError::NotWhole`] name the earning at fault.
    pub fn close(
        domain: PayoutDomain,
        before: Option<&Self>,
        earnings: &[Earning],
        time_s: u64,
    ) -> Result<Self, PeriodError> {
        let mut balances = before.map(|period| period.balances.clone()).unwrap_or_default();
        let mut receipts = BTreeSet::new();
        let mut completions = BTreeSet::new();
        for earning in earnings {
            let completion = earning.completion;
            if !completions.insert(completion) || !receipts.insert(earning.receipt) {
                return Err(PeriodError::AnswerTwice { completion });
            }
            let lines = Wei::total(earning.lines.iter().map(|line| line.amount))?;
            if lines != earning.fee {
                return Err(PeriodError::NotWhole { completion, lines, fee: earning.fee });
            }
            earning.lines.iter().try_for_each(|line| balances.add(line))?;
        }
        let period = before.map_or(0, |before| before.payout.period).checked_add(1);
        let accounts = u32::try_from(balances.0.len());
        let tree = balances.tree(&domain)?;
        let answers = SettledAnswers::new(earnings.iter().map(SettledAnswer::from))?;
        let payout = Payout {
            period: period.ok_or(PeriodError::TooMany { what: "the number of periods" })?,
            parent: before.map(Self::id).unwrap_or_default(),
            root: tree.root().hash,
            accounts: accounts
                .ok()
                .ok_or(PeriodError::TooMany { what: "the number of accounts" })?,
            totalWei: tree.root().sum.get(),
            answers: answers.root(),
            timeS: time_s,
        };
        Ok(Self { payout, balances, domain, tree })
    }

    /// Takes up a period closed before from its record and its published list.
    ///
    /// # Errors
    /// [`PeriodError::Encoding`] when the list does not lead to the record's root and total.
    pub fn restore(
        domain: PayoutDomain,
        payout: Payout,
        balances: Balances,
    ) -> Result<Self, PeriodError> {
        let tree = balances.tree(&domain)?;
        let accounts = u32::try_from(balances.0.len()).ok();
        let root = SumVertex { hash: payout.root, sum: Wei::new(payout.totalWei) };
        let matches = tree.root() == root && accounts == Some(payout.accounts);
        if matches {
            return Ok(Self { payout, balances, domain, tree });
        }
        Err(PeriodError::Encoding)
    }

    /// The record to post.
    pub const fn payout(&self) -> &Payout {
        &self.payout
    }

    /// The record's id.
    pub fn id(&self) -> PayoutId {
        self.payout.id()
    }

    /// What everybody has earned since the beginning.
    pub const fn balances(&self) -> &Balances {
        &self.balances
    }

    /// The sum of all fees so far.
    pub const fn total(&self) -> Wei {
        Wei::new(self.payout.totalWei)
    }

    /// What `account` has earned and the proof of it; none when it has earned nothing.
    ///
    /// # Errors
    /// [`PeriodError::Merkle`] never, as the account's leaf exists.
    pub fn entitlement(&self, account: Address) -> Result<Option<Entitlement>, PeriodError> {
        let Some(index) = self.balances.0.keys().position(|known| *known == account) else {
            return Ok(None);
        };
        let proof = self.tree.proof(index)?;
        let (payout, cumulative) = (self.id(), self.balances.of(account));
        Ok(Some(Entitlement { payout, account, cumulative, proof }))
    }

    /// The entitlements of all accounts, in order of account.
    ///
    /// # Errors
    /// As [`ClosedPeriod::entitlement`].
    pub fn entitlements(&self) -> Result<Vec<Entitlement>, PeriodError> {
        let payout = self.id();
        let proven = self.balances.iter().enumerate().map(|(index, (account, cumulative))| {
            let proof = self.tree.proof(index)?;
            Ok(Entitlement { payout, account, cumulative, proof })
        });
        proven.collect()
    }

    /// The Merkle-sum root, as posted: hash and total.
    pub const fn root(&self) -> SumVertex {
        SumVertex { hash: self.payout.root, sum: Wei::new(self.payout.totalWei) }
    }

    /// Where the root counts.
    pub const fn domain(&self) -> &PayoutDomain {
        &self.domain
    }
}

#[cfg(test)]
mod tests;
