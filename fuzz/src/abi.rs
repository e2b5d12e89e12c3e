//! Records and what contracts answer, as ABI: what decodes encodes to itself.

use std::path::Path;

use anyhow::Result;
use primitives::{
    Adapter, Address, AttributionReceipt, B256, Bytes, ChainRecord, Claim, Completion,
    Contribution, Payout, RecordShare, Snapshot,
};
use settlement::{
    ChainClient, ChainError, Contracts, Deployment, DeploymentOptions, Fees, Refusal,
    TransactionOutcome,
};

use crate::Target;
use crate::corpus::Corpus;
use crate::mutate::Mutator;

/// Words of the longest record without lists.
const WORDS_MAX: usize = 24;

/// Decoders of records, refusals and views.
#[derive(Debug)]
pub(crate) struct Abi(Contracts);

impl Abi {
    /// With contracts at the addresses of a deployment.
    pub(crate) fn new() -> Result<Self> {
        let deployment =
            Deployment::new(7077, Address::repeat_byte(7), &DeploymentOptions::default())?;
        Ok(Self(*deployment.contracts()))
    }
}

/// Words of zeros, which many records and answers of contracts may be; a receipt; the kept samples.
pub(crate) fn corpus(folder: &Path) -> Result<Corpus> {
    let share = RecordShare {
        row: 1,
        record: B256::repeat_byte(3),
        contributor: Address::repeat_byte(4),
        score: -5,
        spanTokens: 2,
        evidence: 6,
        reason: 0,
        sharePpm: 999_999,
    };
    let receipt = AttributionReceipt {
        completion: B256::repeat_byte(1),
        adapter: B256::repeat_byte(2),
        influenceRoot: B256::repeat_byte(5),
        rule: "poa/1".to_owned(),
        query: vec![1, 2, 255].into(),
        liftMicronats: -7,
        shares: vec![share.clone(), share],
        unattributedPpm: 1,
    };
    let zeros = (1..=WORDS_MAX).map(|words| vec![0; words * 32]);
    Corpus::with_hex(folder, Abi::NAME, zeros.chain([receipt.encode()]).collect())
}

impl Target for Abi {
    const NAME: &'static str = "abi";

    fn change(&self, mutator: &mut Mutator, sample: &[u8]) -> Vec<u8> {
        mutator.bytes(sample)
    }

    fn run(&self, case: &[u8]) {
        stays_itself::<Contribution>(case);
        stays_itself::<Snapshot>(case);
        stays_itself::<Adapter>(case);
        stays_itself::<Completion>(case);
        stays_itself::<RecordShare>(case);
        stays_itself::<AttributionReceipt>(case);
        stays_itself::<Payout>(case);
        stays_itself::<Claim>(case);
        assert!(!Refusal::decode(case).to_string().is_empty());
        let chain = Answers(case.to_vec().into());
        let (one, other) = (Address::repeat_byte(1), Address::repeat_byte(2));
        // A contract may answer anything: it is understood or it is an error.
        drop(self.0.account(&chain, one, other));
        drop(self.0.payouts_state(&chain));
        drop(self.0.claimed(&chain, one));
        drop(self.0.is_host(&chain, one, other));
    }
}

fn stays_itself<R: ChainRecord>(case: &[u8]) {
    if let Ok(record) = R::decode(case) {
        assert_eq!(record.encode(), case, "two encodings of one {}", R::TYPE_NAME);
        assert_ne!(record.id(), B256::ZERO);
    }
}

/// A chain whose contracts all answer the same.
#[derive(Debug)]
struct Answers(Bytes);

impl ChainClient for Answers {
    fn chain_id(&self) -> Result<u64, ChainError> {
        Ok(7077)
    }

    fn call(&self, _from: Address, _to: Address, _data: Bytes) -> Result<Bytes, ChainError> {
        Ok(self.0.clone())
    }

    fn code(&self, _address: Address) -> Result<Bytes, ChainError> {
        Ok(self.0.clone())
    }

    fn nonce(&self, _account: Address) -> Result<u64, ChainError> {
        Ok(0)
    }

    fn fees(&self) -> Result<Fees, ChainError> {
        Ok(Fees { max_fee_per_gas_wei: 1, max_priority_fee_per_gas_wei: 1 })
    }

    fn submit(&self, raw: &Bytes) -> Result<B256, ChainError> {
        Ok(primitives::keccak256(raw))
    }

    fn outcome(&self, _transaction: B256) -> Result<Option<TransactionOutcome>, ChainError> {
        Ok(None)
    }
}
