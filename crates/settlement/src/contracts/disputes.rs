//! Fraud proofs as calls.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use primitives::{AttributionReceipt, Completion, PayoutId, Wei};

use super::bindings::IDisputes;
use super::{Contracts, arguments, call, view};
use crate::chain::ChainClient;
use crate::dispute::{FraudProof, PublishedAnswer, RowProof};
use crate::error::ChainError;
use crate::settled::{AnswerProof, SettledAnswer};
use crate::transaction::ContractCall;

/// More than a proof with a hundred shares and a thousand dimensions needs.
const GAS_PROOF: u64 = 6_000_000;
const GAS_DEMAND: u64 = 400_000;

type BoundAnswer = (u64, U256, Vec<alloy_primitives::B256>, SettledAnswer);
type BoundRow = (u32, alloy_primitives::Bytes, Vec<alloy_primitives::B256>);

/// A demand that the poster show an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demand {
    /// Who demands it; zero when nobody does.
    pub by: Address,
    /// What was put down.
    pub bond: Wei,
    /// Until when the answer must be shown, Unix time in seconds.
    pub deadline_s: u64,
}

impl Contracts {
    /// Proves that a pending period pays something false. Sent by anybody, who is rewarded.
    pub fn prove(&self, proof: &FraudProof) -> ContractCall {
        call(self.disputes, calldata(proof), GAS_PROOF)
    }

    /// Demands that the answer at `index` of a pending period be shown, putting `bond` down.
    pub fn demand(&self, period: u64, index: u64, bond: Wei) -> ContractCall {
        let arguments = IDisputes::demandCall { period, index: U256::from(index) };
        let call = call(self.disputes, arguments.abi_encode(), GAS_DEMAND);
        ContractCall { value: bond, ..call }
    }

    /// Shows an answer that was demanded. Sent by anybody, the bond goes to the poster.
    pub fn reveal_answer(&self, answer: &PublishedAnswer) -> ContractCall {
        let data = with_records(IDisputes::revealCall::SELECTOR, answer);
        call(self.disputes, data, GAS_PROOF)
    }

    /// Ends a demand that was not met: its period is disabled. Sent by anybody.
    pub fn expire_demand(&self, payout: PayoutId, period: u64, index: u64) -> ContractCall {
        let index = U256::from(index);
        let arguments = IDisputes::expireCall { payoutId: payout, period, index };
        call(self.disputes, arguments.abi_encode(), GAS_PROOF)
    }

    /// Pays `account` the bonds of demands that are its own again. Sent by anybody.
    pub fn withdraw_demands(&self, account: Address) -> ContractCall {
        let arguments = IDisputes::withdrawCall { account };
        call(self.disputes, arguments.abi_encode(), GAS_DEMAND)
    }

    /// Whether a payout was proven fraudulent.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn is_fraud(&self, chain: &impl ChainClient, payout: PayoutId) -> Result<bool, ChainError> {
        view(chain, self.disputes, &IDisputes::isFraudCall { payoutId: payout })
    }

    /// The demand for an answer of a payout, if one waits.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn demanded(
        &self,
        chain: &impl ChainClient,
        payout: PayoutId,
        index: u64,
    ) -> Result<Option<Demand>, ChainError> {
        let call = IDisputes::demandedCall { payoutId: payout, index: U256::from(index) };
        let found = view(chain, self.disputes, &call)?;
        let demand = Demand {
            by: found.by,
            bond: Wei::new(found.bondWei.to()),
            deadline_s: found.deadlineS,
        };
        Ok(Some(demand).filter(|demand| demand.by != Address::ZERO))
    }
}

fn calldata(proof: &FraudProof) -> Vec<u8> {
    match proof {
        FraudProof::Score { answer, share_at, row } => arguments(
            IDisputes::proveScoreCall::SELECTOR,
            &(settled(&answer.proof), answer.receipt.clone(), U256::from(*share_at), bound(row)),
        ),
        FraudProof::Omission { answer, row } => arguments(
            IDisputes::proveOmissionCall::SELECTOR,
            &(settled(&answer.proof), answer.receipt.clone(), bound(row)),
        ),
        FraudProof::Order { answer, first, second } => {
            let (first, second) = (U256::from(*first), U256::from(*second));
            arguments(
                IDisputes::proveOrderCall::SELECTOR,
                &(settled(&answer.proof), answer.receipt.clone(), first, second),
            )
        }
        FraudProof::Row { answer, share_at, row, header } => {
            let share_at = U256::from(*share_at);
            let receipt = answer.receipt.clone();
            arguments(
                IDisputes::proveRowCall::SELECTOR,
                &(settled(&answer.proof), receipt, share_at, bound(row), header.clone()),
            )
        }
        FraudProof::Split { answer } => with_records(IDisputes::proveSplitCall::SELECTOR, answer),
        FraudProof::Signature { answer } => {
            with_records(IDisputes::proveSignatureCall::SELECTOR, answer)
        }
        FraudProof::Nonce { first, second } => {
            let (one, other) = (settled(&first.proof), settled(&second.proof));
            let completions = (first.completion.clone(), second.completion.clone());
            arguments(
                IDisputes::proveNonceCall::SELECTOR,
                &(one, completions.0, other, completions.1),
            )
        }
        FraudProof::Index { answer } => arguments(
            IDisputes::proveIndexCall::SELECTOR,
            &(settled(&answer.proof), answer.receipt.clone()),
        ),
    }
}

fn with_records(selector: [u8; 4], answer: &PublishedAnswer) -> Vec<u8> {
    let records: (Completion, AttributionReceipt) =
        (answer.completion.clone(), answer.receipt.clone());
    arguments(selector, &(settled(&answer.proof), records.0, records.1))
}

fn settled(proof: &AnswerProof) -> BoundAnswer {
    (proof.period, U256::from(proof.index), proof.siblings.clone(), proof.answer.clone())
}

fn bound(row: &RowProof) -> BoundRow {
    (row.row, row.leaf.clone(), row.siblings.clone())
}
