//! What a payout pays for, answer by answer, as the contracts read it.

use alloy_primitives::{B256, Bytes};
use alloy_sol_types::{SolValue, sol};
use primitives::{CompletionId, LeafDomain, MerkleTree};

use crate::error::PeriodError;
use crate::period::Earning;
use crate::split::SplitLine;

sol! {
    /// One line of an answer's split.
    #[derive(Debug, PartialEq, Eq)]
    struct SettledLine {
        /// Who is paid.
        address account;
        /// What for, as [`Role::code`](crate::Role::code).
        uint8 role;
        /// How much.
        uint128 amountWei;
    }

    /// One answer that a payout pays: a leaf of the payout's tree of answers.
    #[derive(Debug, PartialEq, Eq)]
    struct SettledAnswer {
        /// The answer's id.
        bytes32 completion;
        /// Id of the attribution that its fee was divided by.
        bytes32 receipt;
        /// The host's EIP-712 signature over that attribution, 65 bytes.
        bytes signature;
        /// What the caller paid, in wei.
        uint128 feeWei;
        /// Number of the split that was in force.
        uint32 splitVersion;
        /// Who gets how much, in the order of [`split`](fn@crate::split).
        SettledLine[] lines;
    }
}

impl From<&SplitLine> for SettledLine {
    fn from(line: &SplitLine) -> Self {
        Self { account: line.account, role: line.role.code(), amountWei: line.amount.get() }
    }
}

impl From<&Earning> for SettledAnswer {
    fn from(earning: &Earning) -> Self {
        let lines = earning.lines.iter().map(SettledLine::from);
        Self {
            completion: earning.completion,
            receipt: earning.receipt,
            signature: Bytes::copy_from_slice(&earning.signature.to_bytes()),
            feeWei: earning.fee.get(),
            splitVersion: earning.split_version,
            lines: lines.collect(),
        }
    }
}

/// All answers that one payout pays, in order of their ids, with the tree over them.
#[derive(Debug, Clone)]
pub struct SettledAnswers {
    answers: Vec<SettledAnswer>,
    tree: MerkleTree,
}

/// One answer and the way from its leaf to the payout's root of answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerProof {
    /// The period whose payout holds it.
    pub period: u64,
    /// 0-based position of its leaf.
    pub index: u64,
    /// One sibling per level, from the leaf up.
    pub siblings: Vec<B256>,
    /// The answer.
    pub answer: SettledAnswer,
}

impl SettledAnswers {
    /// The tree over these answers, given in any order.
    ///
    /// # Errors
    /// [`PeriodError::AnswerTwice`]; [`PeriodError::Merkle`] past 2³² answers.
    pub fn new(answers: impl IntoIterator<Item = SettledAnswer>) -> Result<Self, PeriodError> {
        let mut answers: Vec<SettledAnswer> = answers.into_iter().collect();
        answers.sort_by_key(|answer| answer.completion);
        let mut pairs = answers.iter().zip(answers.iter().skip(1));
        if let Some((answer, _)) = pairs.find(|(one, next)| one.completion == next.completion) {
            return Err(PeriodError::AnswerTwice { completion: answer.completion });
        }
        let tree = MerkleTree::new(LeafDomain::Answers, answers.iter().map(SolValue::abi_encode))?;
        Ok(Self { answers, tree })
    }

    /// The root, as a [`Payout`](primitives::Payout) names it; zero without answers.
    pub fn root(&self) -> B256 {
        self.tree.root()
    }

    /// The answers, in order of their ids.
    pub fn answers(&self) -> &[SettledAnswer] {
        &self.answers
    }

    /// The proof of one answer, for the period that pays it; none for an answer that is not in it.
    ///
    /// # Errors
    /// [`PeriodError::Merkle`] never, as the answer's leaf exists.
    pub fn proof(
        &self,
        period: u64,
        completion: CompletionId,
    ) -> Result<Option<AnswerProof>, PeriodError> {
        let found = self.answers.binary_search_by_key(&completion, |answer| answer.completion);
        let Some(place) = found.ok() else { return Ok(None) };
        let proof = self.tree.proof(place)?;
        let answer = self.answers.get(place).cloned();
        Ok(answer.map(|answer| AnswerProof {
            period,
            index: proof.index,
            siblings: proof.siblings,
            answer,
        }))
    }
}
