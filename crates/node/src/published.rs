//! The data behind a posted root, as everybody can download it.
//!
//! `GET /v1/periods/N/data` gives exactly the bytes whose keccak-256 was posted with the root:
//!
//! ```text
//! abi.encode(PublishedPeriod)
//!   payout    ABI encoding of the Payout
//!   balances  ABI encoding of (address, uint128)[], everybody's cumulative amount in order of account
//!   answers   per answer, in order of completion id: SettledAnswer, Completion, AttributionReceipt
//!   adapters  ABI encodings of the Adapters that gave them, in order of id
//! ```
//!
//! From these, the payout before and the adapters' published indexes, anybody recomputes the root:
//! [`crate::dispute`] does.

use std::collections::BTreeMap;

use alloy_sol_types::{SolValue as _, sol};
use primitives::{
    Adapter, AdapterId, AttributionReceipt, ChainRecord as _, Completion, Payout, RecordError,
};
use settlement::{Balances, SettledAnswer};

sol! {
    /// One answer as it is published.
    #[derive(Debug)]
    struct PublishedAnswer {
        /// ABI encoding of the `SettledAnswer`.
        bytes settled;
        /// ABI encoding of the `Completion`.
        bytes completion;
        /// ABI encoding of the `AttributionReceipt`.
        bytes attribution;
    }

    /// A whole period as it is published.
    #[derive(Debug)]
    struct PublishedPeriod {
        /// ABI encoding of the `Payout`.
        bytes payout;
        /// The list of everybody's cumulative amounts.
        bytes balances;
        /// In order of the completions' ids.
        PublishedAnswer[] answers;
        /// ABI encodings of the `Adapter`s that gave them, in order of their ids.
        bytes[] adapters;
    }
}

/// Why published data cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishedError {
    /// Not the layout.
    #[error("the data of a period is not laid out as published data is")]
    Layout,
    /// A record in it.
    #[error("a record in the data of a period cannot be read")]
    Record(#[from] RecordError),
    /// The balances in it.
    #[error("the balances in the data of a period cannot be read")]
    Balances(#[from] settlement::PeriodError),
}

/// One answer that a period pays.
#[derive(Debug, Clone)]
pub struct Answer {
    /// What the payout's tree of answers holds.
    pub settled: SettledAnswer,
    /// The answer's record.
    pub completion: Completion,
    /// The attribution that its fee was divided by.
    pub receipt: AttributionReceipt,
}

/// Everything behind a posted root.
#[derive(Debug, Clone)]
pub struct Data {
    /// The posted record.
    pub payout: Payout,
    /// What everybody has earned since the beginning.
    pub balances: Balances,
    /// The answers that the period pays, in order of completion id.
    pub answers: Vec<Answer>,
    /// The adapters that gave them, by id.
    pub adapters: BTreeMap<AdapterId, Adapter>,
}

impl Data {
    /// The bytes that are published.
    pub fn encode(&self) -> Vec<u8> {
        let answers = self.answers.iter().map(|answer| PublishedAnswer {
            settled: answer.settled.abi_encode().into(),
            completion: answer.completion.encode().into(),
            attribution: answer.receipt.encode().into(),
        });
        let period = PublishedPeriod {
            payout: self.payout.encode().into(),
            balances: self.balances.encode().into(),
            answers: answers.collect(),
            adapters: self.adapters.values().map(|adapter| adapter.encode().into()).collect(),
        };
        period.abi_encode()
    }

    /// Reads published bytes.
    ///
    /// # Errors
    /// [`PublishedError`] for anything that [`Data::encode`] does not write.
    pub fn decode(bytes: &[u8]) -> Result<Self, PublishedError> {
        let period = PublishedPeriod::abi_decode_validate(bytes);
        let period = period.map_err(|_not_ours| PublishedError::Layout)?;
        let answers = period.answers.iter().map(|answer| {
            let settled = SettledAnswer::abi_decode_validate(&answer.settled);
            Ok(Answer {
                settled: settled.map_err(|_not_ours| PublishedError::Layout)?,
                completion: Completion::decode(&answer.completion)?,
                receipt: AttributionReceipt::decode(&answer.attribution)?,
            })
        });
        let answers = answers.collect::<Result<_, PublishedError>>()?;
        let payout = Payout::decode(&period.payout)?;
        let adapters = period.adapters.iter().map(|bytes| {
            let adapter = Adapter::decode(bytes)?;
            Ok((adapter.id(), adapter))
        });
        let adapters = adapters.collect::<Result<_, PublishedError>>()?;
        Ok(Self { payout, balances: Balances::decode(&period.balances)?, answers, adapters })
    }
}
