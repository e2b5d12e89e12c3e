//! Blocks that are made up and never written: what would come next.

use alloy_consensus::{
    Transaction as _, TxEnvelope, proofs::calculate_withdrawals_root,
    transaction::SignerRecoverable as _,
};
use alloy_eips::{eip2718::Decodable2718 as _, eip4895::Withdrawals};
use alloy_evm::block::{BlockExecutionError, BlockValidationError};
use alloy_primitives::{Address, B256, Bytes, U256};

use super::Chain;
use crate::{
    block::Block,
    error::BuildError,
    executor::{Extras, Run, next_header},
    state::StateAt,
};

/// What a block is built for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildAttributes {
    /// Its time, in seconds since 1970; later than the parent's.
    pub timestamp_s: u64,
    /// Value of `PREVRANDAO`; made up when absent.
    pub prev_randao: Option<B256>,
    /// Receives the priority fees; the producer's own when absent.
    pub fee_recipient: Option<Address>,
    /// Payments from the beacon chain (EIP-4895), from Shanghai on.
    pub withdrawals: Withdrawals,
    /// Root of the parent's beacon block (EIP-4788), from Cancun on.
    pub parent_beacon_block_root: B256,
    /// Gas limit to move towards; the producer's own when absent.
    pub gas_limit: Option<u64>,
    /// At most 32 bytes of the producer's.
    pub extra_data: Bytes,
}

/// A block that is not in the chain.
#[derive(Clone, Debug)]
pub struct Built {
    /// The block.
    pub block: Block,
    /// Priority fees that its producer would earn, in wei.
    pub value_wei: U256,
    /// Requests to the consensus layer (EIP-7685): type, then data.
    pub requests: Vec<Bytes>,
}

impl Chain {
    /// Builds a block on the last one without adding it: of these transactions, all of them and
    /// in this order, or of those that wait when there are none given.
    ///
    /// # Errors
    ///
    /// [`BuildError`] for another parent than the last block, a time that is not after it, or a
    /// transaction that cannot be in the block.
    pub fn build(
        &self,
        parent: B256,
        attributes: &BuildAttributes,
        transactions: Option<&[Bytes]>,
    ) -> Result<Built, BuildError> {
        let head = self.current();
        let reader = self.store.reader()?;
        if head.header.hash() != parent {
            return Err(match reader.number(parent)? {
                Some(number) => BuildError::NotLatest { number, latest: head.header.number },
                None => BuildError::UnknownParent { parent },
            });
        }
        if attributes.timestamp_s <= head.header.timestamp {
            let (time, parent) = (attributes.timestamp_s, head.header.timestamp);
            return Err(BuildError::Timestamp { time, parent });
        }
        let to = attributes.fee_recipient.unwrap_or(self.options.fee_recipient);
        let gas_limit = attributes.gas_limit.unwrap_or(self.options.block_gas_limit);
        let time = attributes.timestamp_s;
        let mut header = next_header(&self.rules, &head.header, time, to, gas_limit);
        header.mix_hash = attributes.prev_randao.unwrap_or(header.mix_hash);
        header.extra_data = attributes.extra_data.clone();
        header.withdrawals_root =
            header.withdrawals_root.map(|_| calculate_withdrawals_root(&attributes.withdrawals));
        header.parent_beacon_block_root =
            header.parent_beacon_block_root.map(|_| attributes.parent_beacon_block_root);
        let state = StateAt::new(&reader, head.header.number);
        let extras = Extras { ommers: &[], withdrawals: Some(&attributes.withdrawals) };
        let mut run = Run::begin_with(&self.rules, state, header, extras)?;
        match transactions {
            Some(transactions) => run_all(&mut run, transactions)?,
            None => drop(self.fill(&mut run, &head)?),
        }
        let mut trie = head.state.clone();
        let (block, _, requests) = run.finish_with_requests(&mut trie)?;
        Ok(Built { value_wei: value(&block), block, requests: requests.take() })
    }
}

fn run_all(run: &mut Run<'_>, transactions: &[Bytes]) -> Result<(), BuildError> {
    for (index, bytes) in transactions.iter().enumerate() {
        let transaction = TxEnvelope::decode_2718_exact(bytes)
            .map_err(|reason| BuildError::Undecodable { index, reason })?;
        let transaction = transaction.try_into_recovered();
        let transaction = transaction.ok().ok_or(BuildError::InvalidSignature { index })?;
        run.execute_strictly(&transaction).map_err(|error| refused(index, error))?;
    }
    Ok(())
}

fn refused(index: usize, error: BlockExecutionError) -> BuildError {
    let reason = match error {
        BlockExecutionError::Validation(BlockValidationError::InvalidTx { error, .. }) => {
            error.to_string()
        }
        error => error.to_string(),
    };
    BuildError::Transaction { index, reason }
}

/// What the producer earns: tips times gas used.
fn value(block: &Block) -> U256 {
    let base_fee = block.header.base_fee_per_gas.unwrap_or_default();
    let mut before = 0;
    let mut value = U256::ZERO;
    for (transaction, receipt) in block.transactions.iter().zip(&block.receipts) {
        let used = receipt.cumulative_gas_used();
        let gas = U256::from(used.saturating_sub(before));
        let tip = transaction.effective_tip_per_gas(base_fee).unwrap_or_default();
        value = value.saturating_add(gas.saturating_mul(U256::from(tip)));
        before = used;
    }
    value
}
