//! What a body must be, given its header.

use alloy_consensus::{
    Transaction as _, TxEnvelope,
    proofs::{calculate_ommers_root, calculate_transaction_root, calculate_withdrawals_root},
    transaction::{Recovered, SignerRecoverable as _},
};
use alloy_hardforks::EthereumHardforks as _;

use super::{RawBlock, invalid, require, same};
use crate::{
    error::{Field, InvalidBlock},
    rules::Rules,
};

/// Longest RLP encoding of a block from Osaka on, in bytes (EIP-7934).
const BLOCK_BYTES_MAX: usize = (10 - 2) * 1024 * 1024;

/// Checks that the body is the one that the header describes, and who signed the transactions.
pub(crate) fn check_body(
    rules: &Rules,
    block: &RawBlock,
) -> Result<Vec<Recovered<TxEnvelope>>, InvalidBlock> {
    let (header, body) = (&block.header, &block.body);
    let number = header.number;
    if rules.is_osaka_active_at_timestamp(header.timestamp) {
        let bytes = alloy_rlp::Encodable::length(block);
        let most = || format!("at most {BLOCK_BYTES_MAX} bytes");
        require(bytes <= BLOCK_BYTES_MAX, number, Field::Size, most, bytes)?;
    }
    same(number, Field::OmmersHash, calculate_ommers_root(&body.ommers), header.ommers_hash)?;
    let root = body.withdrawals.as_ref().map(|list| calculate_withdrawals_root(list));
    same(number, Field::WithdrawalsRoot, root, header.withdrawals_root)?;
    let root = calculate_transaction_root(&body.transactions);
    same(number, Field::TransactionsRoot, root, header.transactions_root)?;
    let blob_gas = body.transactions.iter().filter_map(TxEnvelope::blob_gas_used);
    let blob_gas = blob_gas.fold(0u64, u64::saturating_add);
    if let Some(stated) = header.blob_gas_used {
        same(number, Field::BlobGasUsed, blob_gas, stated)?;
    }
    let transactions = body.transactions.iter().enumerate();
    transactions.map(|(index, transaction)| signed(rules, number, index, transaction)).collect()
}

/// The transaction with its sender.
fn signed(
    rules: &Rules,
    number: u64,
    index: usize,
    transaction: &TxEnvelope,
) -> Result<Recovered<TxEnvelope>, InvalidBlock> {
    let field = Field::Transaction { index };
    if transaction.as_eip4844().is_some_and(|tx| tx.tx().sidecar().is_some()) {
        return Err(invalid(number, field, "no blobs in a block", "a transaction with blobs"));
    }
    match transaction.chain_id() {
        Some(_) if transaction.is_legacy() && !rules.is_replay_protected(number) => {
            return Err(invalid(number, field, "no chain id before EIP-155", "a chain id"));
        }
        Some(chain_id) if chain_id != rules.chain_id() => {
            let (expected, found) = (rules.chain_id(), chain_id);
            return Err(invalid(number, field, format!("chain id {expected}"), found.to_string()));
        }
        _ => {}
    }
    // EIP-2: only one of the two signatures of a message is valid, from Homestead on.
    let signer = if rules.is_homestead_active_at_block(number) {
        transaction.recover_signer()
    } else {
        transaction.recover_signer_unchecked()
    };
    match signer {
        Ok(signer) => Ok(Recovered::new_unchecked(transaction.clone(), signer)),
        Err(_) => Err(invalid(number, field, "a valid signature", "one that belongs to nobody")),
    }
}
