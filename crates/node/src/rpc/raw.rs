//! `debug_getRaw*`: blocks as the consensus encodes them.

use ledger::ReadError;
use serde_json::{Value, json};

use super::{Server, message::RpcError, params::Params};

/// RLP of the block of the first parameter.
pub(super) fn block(server: &Server, params: &Params) -> Result<Value, RpcError> {
    found(server.chain().raw_block(params.block(0)?)?)
}

/// RLP of the header of the block of the first parameter.
pub(super) fn header(server: &Server, params: &Params) -> Result<Value, RpcError> {
    found(server.chain().raw_header(params.block(0)?)?)
}

/// EIP-2718 bytes of each receipt of the block of the first parameter.
pub(super) fn receipts(server: &Server, params: &Params) -> Result<Value, RpcError> {
    found(server.chain().raw_receipts(params.block(0)?)?)
}

fn found(bytes: Option<impl serde::Serialize>) -> Result<Value, RpcError> {
    Ok(json!(bytes.ok_or(ReadError::UnknownBlock)?))
}
