//! `debug_getRaw*`: blocks as the consensus encodes them.

use alloy_consensus::{BlockBody, Header};
use alloy_eips::eip2718::Encodable2718 as _;
use alloy_primitives::Bytes;
use ledger::{Block, ReadError};
use serde_json::{Value, json};

use super::{Server, message::RpcError, params::Params};

/// RLP of the block of the first parameter.
pub(super) fn block(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let block = find(server, params)?;
    let body = BlockBody {
        transactions: block.transactions.iter().map(|tx| tx.inner().clone()).collect(),
        ommers: Vec::<Header>::new(),
        withdrawals: block.header.withdrawals_root.map(|_| Vec::new().into()),
    };
    let block = alloy_consensus::Block::new(block.header.into_inner(), body);
    Ok(json!(Bytes::from(alloy_rlp::encode(block))))
}

/// RLP of the header of the block of the first parameter.
pub(super) fn header(server: &Server, params: &Params) -> Result<Value, RpcError> {
    Ok(json!(Bytes::from(alloy_rlp::encode(find(server, params)?.header.inner()))))
}

/// EIP-2718 bytes of each receipt of the block of the first parameter.
pub(super) fn receipts(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let block = find(server, params)?;
    Ok(block.receipts.iter().map(|receipt| json!(Bytes::from(receipt.encoded_2718()))).collect())
}

fn find(server: &Server, params: &Params) -> Result<Block, RpcError> {
    Ok(server.chain().block(params.block(0)?)?.ok_or(ReadError::UnknownBlock)?)
}
