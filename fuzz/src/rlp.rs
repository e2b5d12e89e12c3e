//! Blocks, headers, receipts and transactions as bytes: what decodes encodes to itself, and a chain
//! takes or refuses anything without harm.

use std::path::Path;

use alloy_consensus::{Block, Header, ReceiptEnvelope, TxEnvelope};
use alloy_eips::eip2718::{Decodable2718, Encodable2718};
use alloy_rlp::{Decodable, Encodable};
use anyhow::{Context as _, Result};
use ledger::{Chain, Genesis, Options};

use crate::corpus::Corpus;
use crate::mutate::Mutator;
use crate::{Target, vector};

/// Decoders of the consensus encodings, and a chain at the genesis of the official one.
#[derive(Debug)]
pub(crate) struct Rlp {
    chain: Chain,
}

impl Rlp {
    /// A chain of its own.
    pub(crate) fn new(folder: &Path) -> Result<Self> {
        let genesis = Genesis::from_json(&vector(folder, "genesis.json")?)?;
        Ok(Self { chain: Chain::in_memory(&genesis, Options::default())? })
    }
}

/// The official chain's blocks with their headers, transactions and receipts, and the kept samples.
pub(crate) fn corpus(folder: &Path) -> Result<Corpus> {
    let genesis = Genesis::from_json(&vector(folder, "genesis.json")?)?;
    let chain = Chain::in_memory(&genesis, Options::default())?;
    let blocks = vector(folder, "chain.rlp")?;
    chain.import(blocks.as_slice(), |_| {})?;
    let mut samples = Vec::new();
    for number in 0..=chain.head().number {
        let block = chain.block(number.into())?.context("an imported block")?;
        samples.push(block.rlp().to_vec());
        samples.push(alloy_rlp::encode(block.header.inner()));
        samples.extend(block.receipts_rlp().into_iter().map(Vec::from));
        samples.extend(block.transactions.iter().map(Encodable2718::encoded_2718));
    }
    Corpus::with_hex(folder, Rlp::NAME, samples)
}

impl Target for Rlp {
    const NAME: &'static str = "rlp";

    fn change(&self, mutator: &mut Mutator, sample: &[u8]) -> Vec<u8> {
        mutator.bytes(sample)
    }

    fn run(&self, case: &[u8]) {
        stays_itself::<Header>(case);
        settles::<Block<TxEnvelope>>(case);
        envelope_stays_itself::<TxEnvelope>(case);
        envelope_stays_itself::<ReceiptEnvelope>(case);
        // Whatever is refused leaves the chain as it was; what is taken extends it.
        let before = self.chain.head();
        let imported = self.chain.import(case, |_| {});
        let after = self.chain.head();
        let new = match imported {
            Ok(imported) => imported.new,
            Err(refused) => refused.done.new,
        };
        assert_eq!(before.number + new, after.number, "blocks came or went");
        assert_eq!(new == 0, before.hash() == after.hash(), "a refused block left something");
        let waiting = self.chain.waiting_count();
        let taken = self.chain.submit(&case.to_vec().into()).is_ok();
        assert!(taken || self.chain.waiting_count() == waiting, "a refused transaction waits");
    }
}

/// What decodes encodes to what was read.
fn stays_itself<T: Decodable + Encodable>(case: &[u8]) {
    let mut rest = case;
    if let Ok(value) = T::decode(&mut rest) {
        let read = &case[..case.len() - rest.len()];
        assert_eq!(alloy_rlp::encode(&value), read, "two encodings of one value");
    }
}

/// What decodes has one encoding of its own. It need not be the one that was read: the decoder of
/// blocks forgives wrong lengths around typed transactions, which no hash covers.
fn settles<T: Decodable + Encodable>(mut case: &[u8]) {
    if let Ok(value) = T::decode(&mut case) {
        let own = alloy_rlp::encode(&value);
        let again = T::decode(&mut own.as_slice()).map(alloy_rlp::encode);
        assert_eq!(again, Ok(own), "its own encoding means something else");
    }
}

fn envelope_stays_itself<T: Decodable2718 + Encodable2718>(case: &[u8]) {
    if let Ok(value) = T::decode_2718_exact(case) {
        assert_eq!(value.encoded_2718(), case, "two encodings of one value");
    }
}
